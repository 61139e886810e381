//! Metadata that cannot be had.

use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::support::{Library, refused};
use crate::case::{Case, Finding, holds, same};
use crate::probe::Probe;

pub(super) const CASE: Case = Case::each(
    "C-DISC-05",
    &[
        ("404", no_metadata),
        ("403", |probe| unusable(probe, status(403), 1)),
        ("500", |probe| unusable(probe, status(500), 3)),
        ("503-then-ok", busy_at_first),
        ("html", |probe| {
            unusable(probe, body("<!doctype html><title>Sign in</title>"), 1)
        }),
        ("null", |probe| unusable(probe, body("null"), 1)),
        ("array", |probe| unusable(probe, body("[]"), 1)),
        ("truncated", truncated),
        ("5m", |probe| unusable(probe, pad("bytes", 5 << 20), 1)),
        ("deep", |probe| unusable(probe, pad("depth", 100_000), 1)),
        ("hang", hang),
    ],
);

fn no_metadata(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server.inject(status(404))?;
    let error = refused(
        probe,
        library.start(&library.credentials()?),
        Code::OauthNotSupported,
    )?;
    holds(
        error.to_string().contains("no OAuth metadata"),
        format!("the message is \"{error}\""),
    )?;
    same(
        "metadata requests",
        server.requests_for(Endpoint::Metadata).len(),
        1,
    )
}

fn busy_at_first(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server.inject(status(503).times(1))?;
    library.sign_in(&library.credentials()?)??;
    same(
        "metadata requests",
        server.requests_for(Endpoint::Metadata).len(),
        2,
    )?;
    probe.saw("ok");
    Ok(())
}

/// Half a document that is whole on the wire, and a whole one that is cut on the wire.
fn truncated(probe: &mut Probe) -> Finding {
    unusable(
        probe,
        body(r#"{"issuer":"https://workspace.example.com/oi"#),
        1,
    )?;
    unusable(probe, on_metadata("http.truncate").param("at", 20), 2)
}

/// No answer at all, half of one, and one that takes longer than a request may.
fn hang(probe: &mut Probe) -> Finding {
    unusable(
        probe,
        on_metadata("http.hang").param("where", "before_headers"),
        2,
    )?;
    unusable(
        probe,
        on_metadata("http.hang").param("where", "mid_body"),
        2,
    )?;
    unusable(probe, on_metadata("http.delay").param("ms", 30_001), 2)
}

/// The sign-in fails as `discovery_failed`, after that many requests for the metadata.
fn unusable(probe: &mut Probe, fault: Fault, requests: usize) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server.inject(fault)?;
    refused(
        probe,
        library.start(&library.credentials()?),
        Code::DiscoveryFailed,
    )?;
    same(
        "metadata requests",
        server.requests_for(Endpoint::Metadata).len(),
        requests,
    )?;
    same(
        "requests to sign in",
        server.requests_for(Endpoint::Authorize).len(),
        0,
    )
}

fn status(status: u16) -> Fault {
    Fault::new("disco.status").param("status", status)
}

fn body(text: &str) -> Fault {
    on_metadata("http.body").param("bytes", text)
}

fn pad(what: &str, amount: usize) -> Fault {
    on_metadata("http.pad").param(what, amount)
}

fn on_metadata(fault: &str) -> Fault {
    Fault::new(fault).on(Endpoint::Metadata)
}
