//! Where a token goes: into the header of a request to its own host, and nowhere else.

use std::sync::Arc;

use http::{Method, Request};
use lakekey::{Code, Http};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Endpoint, Fault, Recorded, Setup};

use super::super::machine::{Machine, fine};
use super::super::support::{failed_as, login, refused};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-API-01",
    &[
        ("workspace", |probe| stays_home(probe, &WORKSPACE, &ACCOUNT)),
        ("account", |probe| stays_home(probe, &ACCOUNT, &WORKSPACE)),
        ("redirect-cross", |probe| {
            for status in REDIRECTS {
                elsewhere(probe, status)?;
            }
            Ok(())
        }),
        ("redirect-http", |probe| {
            for status in REDIRECTS {
                downgraded(probe, status)?;
            }
            Ok(())
        }),
    ],
)];

/// A profile, and a call that its login may make.
struct Level {
    profile: &'static str,
    path: &'static str,
    options: &'static [&'static str],
}

/// The same person is signed in at both levels. Calls at the one show nothing to the other.
fn stays_home(probe: &mut Probe, own: &Level, other: &Level) -> Finding {
    let servers = both(probe)?;
    let of = |level: &Level| &servers[usize::from(level.profile == ACCOUNT.profile)];
    let (home, away) = (of(own), of(other));
    let before = away.requests().len();
    let call = [&["api", "get", own.path, "-p", own.profile], own.options].concat();
    let outcome = probe.lakekey(&call)?.run()?;
    probe.saw("ok");
    holds(
        outcome.exit == Some(0),
        format!("it failed:\n{}", outcome.stderr),
    )?;
    let tokens = bearers(home)?;
    same("the calls at the host of the login", tokens.len(), 1)?;
    let foreign = format!("{}{}", away.url(), other.path);
    let call = ["api", "get", &foreign, "-p", own.profile, "-o", "json"];
    let outcome = probe.lakekey(&call)?.run()?;
    failed_as(&outcome, Code::Usage)?;
    same("the requests elsewhere", away.requests().len() - before, 0)?;
    let outcome = probe
        .lakekey(&["api", "get", other.path, "-p", other.profile])?
        .run()?;
    holds(
        outcome.exit == Some(0),
        format!("it failed:\n{}", outcome.stderr),
    )?;
    let shared = bearers(away)?
        .into_iter()
        .any(|token| tokens.contains(&token));
    holds(!shared, "one token went to both levels")
}

/// A workspace and the accounts console, each with a login; in that order.
fn both(probe: &mut Probe) -> Finding<[Server; 2]> {
    let workspace = probe.listening(Setup::workspace())?;
    let account = probe.listening(Setup::account(DEFAULT_ACCOUNT_ID))?;
    let host = ["--host", workspace.url(), "--profile", WORKSPACE.profile];
    login(probe, &host)?;
    let console = account.url_of("accounts.localhost");
    let host = ["--host", &console, "--account-id", DEFAULT_ACCOUNT_ID];
    login(
        probe,
        &[&host[..], &["--profile", ACCOUNT.profile]].concat(),
    )?;
    Ok([workspace, account])
}

/// The tokens of the calls so far, of which each has one in its header and none anywhere else.
fn bearers(server: &Server) -> Finding<Vec<String>> {
    let calls = server.requests_for(Endpoint::Api);
    calls.iter().map(bearer).collect()
}

fn bearer(call: &Recorded) -> Finding<String> {
    let header = there("the authorization header", call.header("authorization"))?;
    let token = there("a bearer token", header.strip_prefix("Bearer "))?;
    let address = call.request.uri().to_string();
    let body = String::from_utf8_lossy(call.request.body()).into_owned();
    for (place, text) in [("address", address), ("body", body)] {
        holds(
            !text.contains(token) && !text.contains("access_token"),
            format!("the token is in the {place}"),
        )?;
    }
    Ok(token.to_owned())
}

/// The API sends the client to another origin.
fn elsewhere(probe: &mut Probe, status: u16) -> Finding {
    let stranger = probe.listening(Setup::workspace())?;
    let machine = Machine::wired(probe)?;
    leads_away(probe, &machine, &stranger, status)
}

/// The API sends the client from TLS to plain HTTP, at an address of the same name.
fn downgraded(probe: &mut Probe, status: u16) -> Finding {
    let mut setup = Setup::workspace();
    setup.tls = true;
    let server = probe.listening(setup)?;
    let http = Http::default().trusting(server.ca_pem()?);
    let plain = probe.listening(Setup::workspace())?;
    let machine = Machine::at(probe, server, Arc::new(http))?;
    leads_away(probe, &machine, &plain, status)
}

/// The redirect is an error, for a call with a body too, and nobody follows it.
fn leads_away(probe: &mut Probe, machine: &Machine, to: &Server, status: u16) -> Finding {
    fine(probe, machine.sign_in()?)?;
    let credentials = machine.credentials()?;
    let away = Fault::new("http.redirect")
        .param("status", status)
        .param("location", format!("{}{}", to.url(), WORKSPACE.path));
    machine.server.inject(away.on(Endpoint::Api))?;
    for method in [Method::GET, Method::POST] {
        let request = Request::builder().method(method).uri(WORKSPACE.path);
        let request = request.body(b"{\"a\": 1}".to_vec())?;
        let outcome = machine.wait(credentials.send(request));
        refused(probe, outcome, Code::UnexpectedRedirect)?;
    }
    same("the calls", bearers(&machine.server)?.len(), 2)?;
    same("the requests elsewhere", to.requests().len(), 0)
}

const WORKSPACE: Level = Level {
    profile: "workspace",
    path: "/api/2.0/preview/scim/v2/Me",
    options: &[],
};
const ACCOUNT: Level = Level {
    profile: "account",
    path: "/api/2.0/accounts/ac000000-0000-4000-8000-000000000001/workspaces",
    options: &["--account"],
};
const REDIRECTS: [u16; 2] = [302, 307];
