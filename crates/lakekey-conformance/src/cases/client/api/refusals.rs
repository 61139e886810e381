//! What a refusal by the API leads to: 401 to one new token and one more try, 403 to neither.

use std::collections::BTreeSet;

use http::{Request, StatusCode};
use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::machine::{Machine, posts};
use super::super::support::{failed_as, login};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Outcome, Probe, Server};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-API-02",
    &[
        ("401-once", |probe| once(probe, invalid_token())),
        ("401-always", always),
        ("401-bare", |probe| once(probe, status(401))),
        ("403-scope", too_narrow),
        ("403", forbidden),
        ("parallel", parallel),
    ],
)];

/// The call goes well, with a new token.
fn once(probe: &mut Probe, refusal: Fault) -> Finding {
    let server = signed_in(probe)?;
    let outcome = called(probe, &server, refusal.times(1))?;
    probe.saw("ok");
    holds(
        outcome.exit == Some(0) && outcome.stdout.contains("userName"),
        format!("it failed:\n{}", outcome.stderr),
    )?;
    sent(&server, 2, 1)
}

fn always(probe: &mut Probe) -> Finding {
    let server = signed_in(probe)?;
    let outcome = called(probe, &server, invalid_token())?;
    probe.saw(Code::ReauthRequired);
    failed_as(&outcome, Code::ReauthRequired)?;
    sent(&server, 2, 1)
}

fn too_narrow(probe: &mut Probe) -> Finding {
    let server = signed_in(probe)?;
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"sql\"";
    let outcome = called(probe, &server, status(403).param("challenge", challenge))?;
    probe.saw(Code::ScopeInsufficient);
    failed_as(&outcome, Code::ScopeInsufficient)?;
    sent(&server, 1, 0)
}

/// A lack of permission is what the caller hears; the token is as good as before.
fn forbidden(probe: &mut Probe) -> Finding {
    let server = signed_in(probe)?;
    let outcome = called(probe, &server, status(403))?;
    failed_as(&outcome, Code::ApiError)?;
    sent(&server, 1, 0)?;
    server.clear_faults();
    let outcome = probe.lakekey(&CALL)?.run()?;
    probe.saw("ok");
    holds(
        outcome.exit == Some(0),
        format!("it failed:\n{}", outcome.stderr),
    )?;
    sent(&server, 2, 0)
}

/// Ten calls are refused, all with the token that was good when they began.
fn parallel(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.settled(probe)?;
    let refusal = invalid_token().and("http.barrier").param("name", "door");
    machine.server.inject(refusal.times(CALLS))?;
    let credentials = machine.credentials()?;
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let credentials = credentials.clone();
            machine.spawn(async move {
                let request = Request::get(ME).body(Vec::new());
                let request = request.map_err(|error| error.to_string())?;
                let response = credentials.send(request).await;
                response.map_err(|error| error.to_string())
            })
        })
        .collect();
    machine
        .server
        .wait_until_held("door", usize::try_from(CALLS)?)?;
    for _ in 0..CALLS {
        machine.server.release("door");
    }
    for call in calls {
        let response = machine.wait(call)?;
        let status = response.map(|response| response.status());
        same("how a call ended", status, Ok(StatusCode::OK))?;
    }
    probe.saw("ok");
    posts(&machine, 1)?;
    let tokens = tokens(&machine.server)?;
    same("the tokens that were used", tokens.len(), 2)
}

/// A mock, and a login there by the command, which only sets the scene.
fn signed_in(probe: &mut Probe) -> Finding<Server> {
    let server = probe.listening(Setup::workspace())?;
    login(probe, &["--host", server.url(), "--profile", "dev"])?;
    probe.count_from_here();
    Ok(server)
}

fn called(probe: &mut Probe, server: &Server, refusal: Fault) -> Finding<Outcome> {
    server.inject(refusal)?;
    probe.lakekey(&CALL)?.run()
}

/// So many calls, each with a token of its own, and so many renewals.
fn sent(server: &Server, calls: usize, renewals: usize) -> Finding {
    let made = server.requests_for(Endpoint::Api).len();
    same("the number of calls", made, calls)?;
    same(
        "the number of renewals",
        server.token_posts().len(),
        renewals,
    )?;
    same(
        "the tokens that were used",
        tokens(server)?.len(),
        1 + renewals,
    )
}

/// The tokens that calls were made with.
fn tokens(server: &Server) -> Finding<BTreeSet<String>> {
    let calls = server.requests_for(Endpoint::Api);
    let headers = calls.iter().map(|call| call.header("authorization"));
    headers
        .map(|header| there("the authorization header", header).map(str::to_owned))
        .collect()
}

fn invalid_token() -> Fault {
    status(401).param("challenge", "Bearer error=\"invalid_token\"")
}

fn status(status: u16) -> Fault {
    Fault::new("api.status").param("status", status)
}

const ME: &str = "/api/2.0/preview/scim/v2/Me";
const CALL: [&str; 7] = ["api", "get", ME, "--profile", "dev", "--output", "json"];
const CALLS: u64 = 10;
