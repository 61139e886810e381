//! What a host says about itself: a help where it is right, and never more.

use lakekey::{Code, Credentials, Target};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Endpoint, Fault, Setup};

use super::super::support::{Library, refused};
use super::set;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, Server};

pub(super) const CASE: Case = Case::each(
    "C-DISC-08",
    &[
        ("404", |probe| {
            no_matter(probe, Fault::new("disco.status").param("status", 404))
        }),
        ("placeholder", placeholder),
        ("foreign", foreign),
        ("contradiction", contradiction),
        ("hang", hang),
    ],
);

/// An account id is asked for and there is none: the host is a workspace then.
fn placeholder(probe: &mut Probe) -> Finding {
    let endpoint = "https://workspace.example.com/oidc/accounts/{account_id}";
    no_matter(
        probe,
        set("oidc_endpoint", endpoint).param("account_id", "null"),
    )
}

fn foreign(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server
        .inject(set("oidc_endpoint", "https://evil.example.com/oidc").on(Endpoint::HostMetadata))?;
    refused(
        probe,
        library.start(&library.credentials()?),
        Code::DiscoveryUntrusted,
    )?;
    same("requests", server.requests().len(), 1)
}

/// The name of an account console and an account id in the settings outweigh what the host says.
fn contradiction(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::account(DEFAULT_ACCOUNT_ID));
    let library = Library::at(&server)?;
    let says =
        set("host_type", "workspace").param("account_id", "ac000000-0000-4000-8000-000000000002");
    server.inject(says.on(Endpoint::HostMetadata))?;
    let sign_in_at = |host: &str| -> Finding<Target> {
        let credentials = library
            .builder()
            .host(host)
            .account_id(DEFAULT_ACCOUNT_ID)
            .build()?;
        Ok(library.sign_in(&credentials)??.target().clone())
    };
    let console = sign_in_at("https://accounts.example.com")?;
    holds(
        matches!(console, Target::Account { .. }),
        format!("the console is taken for {console:?}"),
    )?;
    same(
        "requests for host metadata",
        server.requests_for(Endpoint::HostMetadata).len(),
        0,
    )?;
    let other = sign_in_at("https://console.example.com")?;
    same(
        "the account",
        other.account_id().map(ToString::to_string).as_deref(),
        Some(DEFAULT_ACCOUNT_ID),
    )?;
    probe.saw("ok");
    Ok(())
}

/// A host has five seconds to say what it is.
fn hang(probe: &mut Probe) -> Finding {
    no_matter(
        probe,
        Fault::new("http.hang").param("where", "before_headers"),
    )?;
    for (milliseconds, heard) in [(4_999, true), (5_001, false)] {
        let server = probe.server(Setup::unified(DEFAULT_ACCOUNT_ID));
        let library = Library::at(&server)?;
        server.inject(
            Fault::new("http.delay")
                .param("ms", milliseconds)
                .on(Endpoint::HostMetadata),
        )?;
        let target = signed_in(&library, &library.credentials()?)?;
        same(
            &format!("heard after {milliseconds} ms"),
            target.account_id().is_some(),
            heard,
        )?;
    }
    Ok(())
}

/// With that host metadata, the sign-in is the one of a workspace that says nothing.
fn no_matter(probe: &mut Probe, fault: Fault) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server.inject(fault.on(Endpoint::HostMetadata))?;
    let target = signed_in(&library, &library.credentials()?)?;
    holds(
        matches!(target, Target::Workspace { .. }),
        format!("the host is taken for {target:?}"),
    )?;
    asked_once(&server)?;
    probe.saw("ok");
    Ok(())
}

fn signed_in(library: &Library, credentials: &Credentials) -> Finding<Target> {
    Ok(library.sign_in(credentials)??.target().clone())
}

fn asked_once(server: &Server) -> Finding {
    same(
        "requests for host metadata",
        server.requests_for(Endpoint::HostMetadata).len(),
        1,
    )
}
