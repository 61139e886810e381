//! Answers with the right `state`: a code, a refusal, or neither.

use std::time::Duration;

use lakekey::Code;
use lakekey_mock::{Fault, Setup};

use super::waiting::{PATIENCE, Waiting, claims_success, stored, until, with_query};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::connection;
use crate::probe::{Probe, header};

pub(super) const CASES: &[Case] = &[
    Case::one("C-CB-01", a_code),
    Case::each(
        "C-CB-04",
        &[
            ("absent", |probe| no_code(probe, "drop")),
            ("empty", |probe| no_code(probe, "empty")),
        ],
    ),
    Case::one("C-CB-05", denied),
    Case::each(
        "C-CB-06",
        &[
            ("server_error", refused_as),
            ("temporarily_unavailable", refused_as),
            ("invalid_scope", refused_as),
            ("unauthorized_client", refused_as),
            ("x_vendor_code", refused_as),
        ],
    ),
    Case::one("C-CB-07", a_code_and_an_error),
    Case::one("C-CB-28", unknown_parameters),
];

/// The browser follows the redirect by itself.
fn a_code(probe: &mut Probe) -> Finding {
    let waiting = Waiting::anywhere(probe)?;
    let server = waiting.server.clone();
    let page = probe.browser().open(&waiting.address)?;
    claims_success(&page)?;
    same(
        "the content type",
        header(&page, "content-type"),
        "text/html; charset=utf-8",
    )?;
    let body = String::from_utf8(page.body().clone())?;
    holds(
        body.starts_with("<!doctype html>") && body.ends_with("</html>\n"),
        "the page is not whole",
    )?;
    waiting.has_succeeded(probe)?;
    let grants: Vec<_> = server
        .token_posts()
        .iter()
        .map(|post| post.param("grant_type"))
        .collect();
    same(
        "the token requests",
        grants,
        vec![Some("authorization_code".to_owned())],
    )
}

fn no_code(probe: &mut Probe, mode: &str) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(Fault::new("authz.code").param("mode", mode))?;
    let waiting = Waiting::at(probe, &server)?;
    let target = waiting.target(probe)?;
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    waiting.fails(probe, Code::InvalidCallback).map(drop)
}

/// An earlier login stays as it is.
fn denied(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    Waiting::at(probe, &server)?.succeeds(probe)?;
    probe.count_from_here();
    let before = stored(probe)?;
    let denial = Fault::new("authz.error").param("code", "access_denied");
    server.inject(denial.param("description", "User said no"))?;
    let waiting = Waiting::at(probe, &server)?;
    let target = waiting.target(probe)?;
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    until("the port closes", SOON, || {
        Ok(connection::open(("127.0.0.1", waiting.port)).is_err())
    })?;
    let outcome = waiting.fails(probe, Code::AuthDenied)?;
    same("the exit code", outcome.exit, Some(4))?;
    for words in ["access_denied", "User said no"] {
        holds(
            outcome.stderr.contains(words),
            format!("`{words}` is not shown: {}", outcome.stderr),
        )?;
    }
    same("what is stored", stored(probe)?, before)
}

/// The page about the error is at a server that takes note of visits.
fn refused_as(probe: &mut Probe) -> Finding {
    let (server, elsewhere) = (
        probe.listening(Setup::workspace())?,
        probe.listening(Setup::workspace())?,
    );
    let uri = format!("{}/x", elsewhere.url());
    let refusal = Fault::new("authz.error").param("code", probe.variant());
    server.inject(refusal.param("uri", &uri))?;
    let host = ["--host", server.url()];
    let waiting = if cfg!(unix) {
        Waiting::opened_by(probe, &server, &host, NOTEPAD)?
    } else {
        Waiting::at(probe, &server)?
    };
    let note = probe.home()?.file(OPENED);
    until("the browser is opened", PATIENCE, || {
        Ok(!cfg!(unix) || doors::read(&note)?.is_some_and(|note| note.ends_with(b"\n")))
    })?;
    let target = waiting.target(probe)?;
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    let address = waiting.address.clone();
    let outcome = waiting.fails(probe, Code::AuthError)?;
    for words in [probe.variant(), &uri] {
        holds(
            outcome.stderr.contains(words),
            format!("`{words}` is not shown: {}", outcome.stderr),
        )?;
    }
    same("requests for the page", elsewhere.requests().len(), 0)?;
    if cfg!(unix) {
        let opened = probe.home()?.read(OPENED)?;
        same("what was opened", opened, Some(address + "\n"))?;
    }
    Ok(())
}

/// The browser puts the error of one answer beside the code of another.
fn a_code_and_an_error(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let waiting = Waiting::at(probe, &server)?;
    let denial = Fault::new("authz.error").param("code", "access_denied");
    server.inject(denial.times(1))?;
    let denial = waiting.sent_back(probe)?;
    let code = Fault::new("authz.code").param("mode", "value");
    server.inject(code.param("value", "a-code-beside-an-error"))?;
    let both = waiting.sent_back(probe)?.form;
    let both = both.with("error", denial.get("error")?);
    holds(both.get("code").is_some(), "there is no code")?;
    waiting.refuses(probe, &waiting.request(&with_query(&both)), &[400])?;
    waiting.fails(probe, Code::AuthDenied).map(drop)
}

fn unknown_parameters(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let extra = serde_json::json!({"session_state": "s", "foo": "1", "blob": "b".repeat(2 << 10)});
    server.inject(Fault::new("authz.extra").param("params", extra))?;
    Waiting::at(probe, &server)?.succeeds(probe).map(drop)
}

/// A second is allowed, and as much again on a busy machine.
const SOON: Duration = Duration::from_secs(2);
/// A browser that writes down what it is to open.
const NOTEPAD: &str = r#"sh -c 'echo "$0" >> opened'"#;
const OPENED: &str = "opened";
