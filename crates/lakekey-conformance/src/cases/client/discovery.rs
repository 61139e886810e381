//! Client cases of the area `discovery`: whom the metadata may name, and where it may lead.

mod account_id;
mod answers;
mod host_metadata;

use lakekey::{Code, Credentials, Error};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Endpoint, Fault, Setup};
use lakekey_store::{Key, TokenStore};

use super::support::{Library, failed_as, refused};
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-DISC-01",
        &[
            ("other-host", |probe| {
                issuer(probe, "https://other.example.com/oidc")
            }),
            ("other-account", other_account),
            ("http", |probe| {
                issuer(probe, "http://workspace.example.com/oidc")
            }),
            ("non-string", |probe| issuer(probe, "42")),
            ("missing", |probe| {
                untrusted(probe, Fault::new("disco.omit").param("members", "issuer"))
            }),
        ],
    ),
    Case::each(
        "C-DISC-02",
        &[
            ("http-token", |probe| {
                untrusted(
                    probe,
                    set(
                        "token_endpoint",
                        "http://workspace.example.com/oidc/v1/token",
                    ),
                )
            }),
            ("http-authz", |probe| {
                untrusted(
                    probe,
                    set(
                        "authorization_endpoint",
                        "http://workspace.example.com/oidc/v1/authorize",
                    ),
                )
            }),
            ("ftp", |probe| {
                either_endpoint(probe, "ftp://workspace.example.com/oidc")
            }),
            ("relative", |probe| {
                either_endpoint(probe, "/oidc/v1/endpoint")
            }),
            ("empty", |probe| either_endpoint(probe, r#""""#)),
            ("scheme-relative", |probe| {
                either_endpoint(probe, "//evil.example.com/oidc")
            }),
        ],
    ),
    Case::each(
        "C-DISC-03",
        &[
            ("token", |probe| {
                untrusted(probe, set("token_endpoint", EVIL))
            }),
            ("authz", |probe| {
                untrusted(probe, set("authorization_endpoint", EVIL))
            }),
            ("both", both_endpoints),
            ("port", other_port),
            ("subdomain", subdomain),
            ("jwks-only", keys_elsewhere),
        ],
    ),
    answers::CASE,
    Case::each(
        "C-DISC-06",
        &[
            ("cross-origin", |probe| {
                redirected(
                    probe,
                    "https://evil.example.com/oidc/.well-known/oauth-authorization-server",
                )
            }),
            ("downgrade", |probe| {
                redirected(
                    probe,
                    "http://workspace.example.com/oidc/.well-known/oauth-authorization-server",
                )
            }),
            ("same-origin", |probe| {
                redirected(probe, "/oidc/.well-known/openid-configuration")
            }),
            ("loop", |probe| {
                redirected(probe, "/oidc/.well-known/oauth-authorization-server")
            }),
        ],
    ),
    account_id::CASE,
    host_metadata::CASE,
];

fn issuer(probe: &mut Probe, issuer: &str) -> Finding {
    untrusted(probe, set("issuer", issuer))
}

/// Only a unified host has metadata for an account; that of an account console is fixed.
fn other_account(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::unified(DEFAULT_ACCOUNT_ID));
    let library = Library::at(&server)?;
    let credentials = library
        .builder()
        .host(server.url())
        .account_id(DEFAULT_ACCOUNT_ID)
        .build()?;
    let other = format!(
        "{}/oidc/accounts/ac000000-0000-4000-8000-000000000002",
        server.url()
    );
    untrusted_at(probe, &library, &credentials, set("issuer", &other))
}

fn both_endpoints(probe: &mut Probe) -> Finding {
    untrusted(
        probe,
        set("token_endpoint", EVIL).param("authorization_endpoint", EVIL),
    )?;
    let evil = probe.listening(Setup::workspace())?;
    at_a_terminal(probe, &evil.url_of("evil.localhost"), &evil)
}

fn other_port(probe: &mut Probe) -> Finding {
    either_endpoint(probe, "https://workspace.example.com:8443/oidc")?;
    let evil = probe.listening(Setup::workspace())?;
    at_a_terminal(probe, evil.url(), &evil)
}

/// A unified host has no list of further origins: it is held to its own like any other.
fn subdomain(probe: &mut Probe) -> Finding {
    let below = "https://login.workspace.example.com/oidc";
    either_endpoint(probe, below)?;
    let server = probe.server(Setup::unified(DEFAULT_ACCOUNT_ID));
    let library = Library::at(&server)?;
    untrusted_at(
        probe,
        &library,
        &library.credentials()?,
        set("token_endpoint", below),
    )
}

/// Nobody asks for the keys, so it does not matter where they are.
fn keys_elsewhere(probe: &mut Probe) -> Finding {
    for setup in [Setup::workspace(), Setup::unified(DEFAULT_ACCOUNT_ID)] {
        let server = probe.server(setup);
        let library = Library::at(&server)?;
        server.inject(set("jwks_uri", "https://evil.example.com/keys"))?;
        let attempt = library.start(&library.credentials()?)?;
        same(
            "the host to sign in at",
            attempt.url().host_str(),
            Some("workspace.example.com"),
        )?;
        own_metadata_only(&server)?;
    }
    probe.saw("ok");
    Ok(())
}

fn redirected(probe: &mut Probe, location: &str) -> Finding {
    for status in [301, 302, 303, 307, 308] {
        let fault = Fault::new("http.redirect")
            .param("status", status)
            .param("location", location);
        untrusted(probe, fault.on(Endpoint::Metadata))?;
    }
    Ok(())
}

fn either_endpoint(probe: &mut Probe, address: &str) -> Finding {
    untrusted(probe, set("token_endpoint", address))?;
    untrusted(probe, set("authorization_endpoint", address))
}

/// Both endpoints lead to another server: the command goes to neither and asks nobody to.
fn at_a_terminal(probe: &mut Probe, elsewhere: &str, other: &Server) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let authorize = format!("{elsewhere}/oidc/v1/authorize");
    let token = format!("{elsewhere}/oidc/v1/token");
    server.inject(set("authorization_endpoint", &authorize).param("token_endpoint", token))?;
    let words = [
        "auth",
        "login",
        "--no-browser",
        "--output",
        "json",
        "--host",
        server.url(),
    ];
    let outcome = probe.lakekey(&words)?.run()?;
    failed_as(&outcome, Code::DiscoveryUntrusted)?;
    holds(
        !outcome.stderr.contains("code_challenge"),
        "an address to open was printed",
    )?;
    same("requests to the other server", other.requests().len(), 0)
}

fn untrusted(probe: &mut Probe, fault: Fault) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let credentials = library.credentials()?;
    untrusted_at(probe, &library, &credentials, fault)
}

/// With the fault there is no address for the browser; without, there is: nothing was remembered.
fn untrusted_at(
    probe: &mut Probe,
    library: &Library,
    credentials: &Credentials,
    fault: Fault,
) -> Finding {
    library.server.inject(fault)?;
    refused(probe, library.start(credentials), Code::DiscoveryUntrusted)?;
    own_metadata_only(&library.server)?;
    let key = Key::new(credentials.host()?.to_string());
    holds(library.store.load(&key)?.is_none(), "a token was kept")?;
    library.server.clear_faults();
    library.start(credentials).map(drop).map_err(Error::into)
}

/// Nothing but metadata was asked for, and at the configured host only.
fn own_metadata_only(server: &Server) -> Finding {
    for request in server.requests() {
        let asked = request.request.uri();
        let own =
            asked.host() == Some("workspace.example.com") && asked.scheme_str() == Some("https");
        let metadata = matches!(
            request.endpoint,
            Endpoint::HostMetadata | Endpoint::Metadata
        );
        holds(own && metadata, format!("`{asked}` was asked for"))?;
    }
    Ok(())
}

fn set(member: &str, value: &str) -> Fault {
    Fault::new("disco.set").param(member, value)
}

const EVIL: &str = "https://evil.example.com/oidc/v1/endpoint";
