//! Who an answer says it comes from.

use lakekey::Code;
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Endpoint, Fault, Setup, Workspace};

use super::super::machine::{Machine, fine};
use super::super::support::refused;
use super::waiting::Waiting;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, Server, json};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-CB-25",
        &[
            ("other-account", other_account),
            ("other-workspace", other_workspace),
            ("attacker-as", attacker),
        ],
    ),
    Case::each(
        "C-CB-26",
        &[
            ("advertised-absent", |probe| absent(probe, true)),
            ("not-advertised-absent", |probe| absent(probe, false)),
            ("not-advertised-wrong", unpromised_and_wrong),
            ("not-advertised-right", unpromised_and_right),
            ("account-derived", derived),
        ],
    ),
    Case::each(
        "C-CB-27",
        &[
            ("trailing-slash", |probe| {
                respelled(probe, "https://workspace.example.com/oidc/")
            }),
            ("host-case", |probe| {
                respelled(probe, "https://WORKSPACE.example.com/oidc")
            }),
            ("default-port", |probe| {
                respelled(probe, "https://workspace.example.com:443/oidc")
            }),
            ("percent-letter", |probe| {
                respelled(probe, "https://workspace.example.com/%6fidc")
            }),
            ("dot-segment", |probe| {
                respelled(probe, "https://workspace.example.com/./oidc")
            }),
            ("trailing-space", |probe| {
                respelled(probe, "https://workspace.example.com/oidc ")
            }),
            ("scheme-case", |probe| {
                respelled(probe, "HTTPS://workspace.example.com/oidc")
            }),
        ],
    ),
];

/// Of the same accounts console.
fn other_account(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.account_ids.push(OTHER_ACCOUNT.to_owned());
    let server = probe.listening(setup)?;
    let host = server.url_of("accounts.localhost");
    let issuer = issuer_at(&server, &format!("{host}/oidc/accounts/{OTHER_ACCOUNT}"))?;
    server.inject(naming(&issuer))?;
    let waiting = at_account(probe, &server)?;
    mismatches(probe, waiting)
}

/// Of the same server.
fn other_workspace(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.workspaces.push(Workspace {
        id: "2002".to_owned(),
        host: Some("other.localhost".to_owned()),
        ..Workspace::default()
    });
    let server = probe.listening(setup)?;
    let issuer = issuer_at(
        &server,
        &format!("{}/oidc", server.url_of("other.localhost")),
    )?;
    server.inject(naming(&issuer))?;
    let waiting = Waiting::at(probe, &server)?;
    mismatches(probe, waiting)
}

fn attacker(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let attacker = probe.listening(Setup::workspace())?;
    let issuer = issuer_at(&attacker, &format!("{}/oidc", attacker.url()))?;
    let asked = attacker.requests().len();
    server.inject(naming(&issuer))?;
    let waiting = Waiting::at(probe, &server)?;
    mismatches(probe, waiting)?;
    same(
        "requests at the other server",
        attacker.requests().len(),
        asked,
    )
}

/// What the metadata promises decides.
fn absent(probe: &mut Probe, promised: bool) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(promising(promised))?;
    server.inject(Fault::new("authz.iss").param("mode", "drop"))?;
    let waiting = Waiting::at(probe, &server)?;
    same(
        "the issuer in the answer",
        waiting.sent_back(probe)?.form.get("iss"),
        None,
    )?;
    if promised {
        mismatches(probe, waiting)
    } else {
        waiting.succeeds(probe).map(drop)
    }
}

fn unpromised_and_wrong(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(promising(false))?;
    server.inject(naming("https://attacker.example/oidc"))?;
    let waiting = Waiting::at(probe, &server)?;
    mismatches(probe, waiting)
}

/// As it is at Databricks: nothing is promised, and the issuer is there.
fn unpromised_and_right(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(promising(false))?;
    let waiting = Waiting::at(probe, &server)?;
    let sent_back = waiting.sent_back(probe)?;
    same(
        "the issuer in the answer",
        sent_back.get("iss")?.to_owned(),
        format!("{}/oidc", server.url()),
    )?;
    waiting.succeeds(probe).map(drop)
}

/// An accounts console is not asked for metadata: host and account say who it is.
fn derived(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(naming(&format!("{}/oidc", server.url())).times(1))?;
    let waiting = at_account(probe, &server)?;
    mismatches(probe, waiting)?;
    let waiting = at_account(probe, &server)?;
    waiting.sent_back(probe)?.get("iss")?;
    waiting.succeeds(probe)?;
    same(
        "requests for metadata",
        server.requests_for(Endpoint::Metadata).len(),
        0,
    )
}

/// The issuer is an https one, which the command would need a certificate for.
fn respelled(probe: &mut Probe, issuer: &str) -> Finding {
    let machine = Machine::near(probe)?;
    let right = format!("{}/oidc", machine.server.url());
    same(
        "the issuer",
        issuer_at(&machine.server, &right)?,
        right.clone(),
    )?;
    machine.server.inject(naming(&right).times(1))?;
    fine(probe, machine.sign_in()?)?;
    probe.count_from_here();
    holds(issuer != right, "the issuer is spelled as it should be")?;
    machine.server.inject(naming(issuer))?;
    refused(probe, machine.sign_in()?, Code::IssuerMismatch)?;
    probe.expect_silence()
}

/// Opens the address and fails unless the sign-in ends because of the issuer.
fn mismatches(probe: &mut Probe, waiting: Waiting) -> Finding {
    let target = waiting.target(probe)?;
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    waiting.fails(probe, Code::IssuerMismatch).map(drop)
}

fn at_account(probe: &mut Probe, server: &Server) -> Finding<Waiting> {
    let host = server.url_of("accounts.localhost");
    let arguments = ["--host", &host, "--account-id", DEFAULT_ACCOUNT_ID];
    Waiting::with(probe, server, &arguments)
}

/// What the metadata there says about itself.
fn issuer_at(server: &Server, base: &str) -> Finding<String> {
    let metadata = server.get(&format!("{base}/.well-known/oauth-authorization-server"))?;
    let issuer = json(&metadata)?["issuer"].as_str().map(str::to_owned);
    there("the issuer", issuer)
}

fn naming(issuer: &str) -> Fault {
    Fault::new("authz.iss")
        .param("mode", "value")
        .param("value", issuer)
}

fn promising(iss: bool) -> Fault {
    Fault::new("disco.set").param("authorization_response_iss_parameter_supported", iss)
}

const OTHER_ACCOUNT: &str = "5d6c1b9e-0000-4000-8000-000000000002";
