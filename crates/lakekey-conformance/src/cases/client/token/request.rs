//! What is sent to the token endpoint, and where it never goes.

use std::time::Duration;

use http::Method;
use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Recorded, Setup};

use super::super::machine::{Machine, fine, posts, set, untouched};
use super::super::support::refused;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Form, Probe, Server};

pub(super) const CASES: &[Case] = &[
    Case::one("C-TOK-01", exact_request),
    Case::each(
        "C-TOK-12",
        &[
            ("301", |probe| redirected(probe, 301)),
            ("302", |probe| redirected(probe, 302)),
            ("303", |probe| redirected(probe, 303)),
            ("307", |probe| redirected(probe, 307)),
            ("308", |probe| redirected(probe, 308)),
            ("same-origin", redirected_at_home),
            ("downgrade", downgraded),
            ("refresh-grant", refresh_redirected),
        ],
    ),
    Case::one("C-TOK-19", nothing_else_matters),
];

fn exact_request(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    fine(probe, machine.sign_in()?)?;
    let sent = only_post(&machine.server)?;
    same("the method", sent.method(), Method::POST)?;
    same(
        "the content type",
        sent.header("content-type"),
        Some("application/x-www-form-urlencoded"),
    )?;
    same("the query", sent.request.uri().query(), None)?;
    same(
        "the authorization header",
        sent.header("authorization"),
        None,
    )?;
    same("the cookie header", sent.header("cookie"), None)?;
    let accepted = there("the accept header", sent.header("accept"))?;
    holds(
        accepted.contains("application/json"),
        "JSON is not accepted",
    )?;
    let form = Form::from(sent.form());
    let mut names = form.names();
    names.sort_unstable();
    same(
        "the parameters",
        names,
        [
            "client_id",
            "code",
            "code_verifier",
            "grant_type",
            "redirect_uri",
        ],
    )?;
    same(
        "the grant type",
        form.get("grant_type"),
        Some("authorization_code"),
    )?;
    same(
        "the client id",
        form.get("client_id"),
        Some("databricks-cli"),
    )?;
    let asked = authorization(&machine.server)?;
    same(
        "the redirect URI",
        form.get("redirect_uri"),
        asked.get("redirect_uri"),
    )
}

/// To another origin, with the code.
fn redirected(probe: &mut Probe, status: u16) -> Finding {
    let elsewhere = probe.listening(Setup::workspace())?;
    let machine = Machine::wired(probe)?;
    machine.inject(redirect(
        status,
        &format!("{}/oidc/v1/token", elsewhere.url()),
    ))?;
    refused(probe, machine.sign_in()?, Code::UnexpectedRedirect)?;
    probe.expect_silence()?;
    holds(
        elsewhere.requests().is_empty(),
        "the target of the redirect was asked",
    )?;
    untouched(&machine, None)
}

/// To another path of the same origin.
fn redirected_at_home(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.inject(redirect(307, "/oidc/v2/token"))?;
    refused(probe, machine.sign_in()?, Code::UnexpectedRedirect)?;
    probe.expect_silence()?;
    let followed = machine
        .server
        .requests()
        .iter()
        .any(|request| request.path() == "/oidc/v2/token");
    holds(!followed, "the target of the redirect was asked")?;
    untouched(&machine, None)
}

/// To the same address without TLS.
fn downgraded(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    let plain = machine.server.url().replacen("https:", "http:", 1);
    machine.inject(redirect(308, &format!("{plain}/oidc/v1/token")))?;
    refused(probe, machine.sign_in()?, Code::UnexpectedRedirect)?;
    let plainly = |request: &Recorded| request.request.uri().scheme_str() == Some("http");
    holds(
        !machine.server.requests().iter().any(plainly),
        "a request was sent without TLS",
    )?;
    untouched(&machine, None)
}

/// With a refresh token; and before that an answer that only looks like a redirect.
fn refresh_redirected(probe: &mut Probe) -> Finding {
    let elsewhere = probe.listening(Setup::workspace())?;
    let machine = Machine::wired(probe)?;
    let target = format!("{}/oidc/v1/token", elsewhere.url());
    let header = format!(r#"{{"refresh":"0; url={target}"}}"#);
    machine.inject(Fault::new("http.headers").param("set", header))?;
    let before = machine.settled(probe)?;
    machine.server.advance(TWO_HOURS);
    machine.inject(redirect(307, &target).grant("refresh_token"))?;
    refused(probe, machine.token()?, Code::UnexpectedRedirect)?;
    probe.expect_silence()?;
    holds(
        elsewhere.requests().is_empty(),
        "the target of the redirect was asked",
    )?;
    untouched(&machine, before.as_deref())
}

fn nothing_else_matters(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    let members = format!(
        r#"{{"id_token": "{ID_TOKEN}", "n": 1.5, "t": "text", "b": true, "z": null, "l": [1, {{}}], "o": {{"a": []}}}}"#
    );
    let cookies = set(&members)?
        .and("http.headers")
        .param("set", r#"{"set-cookie":"a=1; Path=/"}"#);
    machine.inject(
        cookies
            .param("repeat", r#"{"set-cookie":"session=2; Path=/; HttpOnly"}"#)
            .times(1),
    )?;
    fine(probe, machine.sign_in()?)?;
    let first = fine(probe, machine.token()?)?;
    holds(
        first.access().expose() != ID_TOKEN,
        "the identity token is used as an access token",
    )?;
    same(
        "the files with the identity token",
        probe.home()?.files_with(ID_TOKEN)?,
        Vec::<String>::new(),
    )?;
    machine.server.advance(TWO_HOURS);
    let second = fine(probe, machine.token()?)?;
    holds(
        first.access() != second.access(),
        "the token was not renewed",
    )?;
    posts(&machine, 2)?;
    let with_cookie = machine
        .server
        .requests()
        .iter()
        .any(|request| request.header("cookie").is_some());
    holds(!with_cookie, "a cookie was sent back")
}

fn redirect(status: u16, location: &str) -> Fault {
    Fault::new("http.redirect")
        .param("status", status)
        .param("location", location)
}

fn only_post(server: &Server) -> Finding<Recorded> {
    let mut posts = server.token_posts();
    same("the number of token requests", posts.len(), 1)?;
    there("the token request", posts.pop())
}

/// The parameters of the authorization request.
fn authorization(server: &Server) -> Finding<Form> {
    let request = there(
        "the authorization request",
        server.requests_for(Endpoint::Authorize).pop(),
    )?;
    Ok(Form::from(request.query()))
}

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
/// Well formed, and signed by nobody.
const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtYWxsb3J5In0.bm90LWEtc2lnbmF0dXJl";
