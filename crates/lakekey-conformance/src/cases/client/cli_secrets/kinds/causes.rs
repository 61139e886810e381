//! Servers that refuse, fail or deceive.

use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::super::desk::{Desk, expire};
use super::super::super::support::attempt_login;
use crate::case::Finding;
use crate::probe::{Outcome, Probe};

pub(super) fn reauth_required(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(probe, token_error_of("invalid_grant"), &[])
}

pub(super) fn scope_insufficient(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(
        probe,
        Fault::new("token.set")
            .param("scope", "\"sql\"")
            .on(Endpoint::Token),
    )
}

pub(super) fn auth_denied(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(
        probe,
        Fault::new("authz.error").param("code", "access_denied"),
    )
}

pub(super) fn auth_error(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(
        probe,
        Fault::new("authz.error").param("code", "server_error"),
    )
}

pub(super) fn invalid_callback(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(probe, Fault::new("authz.code").param("mode", "drop"))
}

pub(super) fn issuer_mismatch(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(probe, Fault::new("authz.iss").param("mode", "wrong"))
}

pub(super) fn login_failed(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(probe, token_error_of("invalid_grant"))
}

pub(super) fn token_error(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(probe, token_error_of("unauthorized_client"), &[])
}

pub(super) fn rate_limited(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let status = Fault::new("http.status").param("status", 429);
    let later = status
        .and("http.headers")
        .param("set", "{\"Retry-After\": \"3600\"}");
    renewal(probe, later, &[])
}

pub(super) fn server_error(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(probe, Fault::new("http.status").param("status", 500), &[])
}

pub(super) fn timeout(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(probe, Fault::new("http.hang"), &["--timeout=300ms"])
}

pub(super) fn transport(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let reset = Fault::new("http.reset").param("when", "before_commit");
    renewal(probe, reset, &[])
}

pub(super) fn discovery_failed(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(probe, Fault::new("disco.status").param("status", 500))
}

pub(super) fn oauth_not_supported(probe: &mut Probe) -> Finding<Option<Outcome>> {
    sign_in(probe, Fault::new("disco.status").param("status", 404))
}

pub(super) fn api_error(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let _desk = Desk::with(probe, &["dev"])?;
    let words = [
        "api",
        "get",
        "/api/2.0/nothing",
        "--profile=dev",
        "--output=json",
    ];
    probe.lakekey(&words)?.run().map(Some)
}

/// A server that speaks without TLS where it is asked for.
pub(super) fn tls(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let server = probe.listening(Setup::workspace())?;
    let host = server.url().replace("http://", "https://");
    let words = ["auth", "login", "--output=json", "--host", &host];
    let lakekey = probe.lakekey(&words)?;
    attempt_login(probe, lakekey).map(Some)
}

pub(super) fn discovery_untrusted(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let elsewhere = "https://elsewhere.example.test/oidc/v1/token";
    sign_in(
        probe,
        Fault::new("disco.set").param("token_endpoint", elsewhere),
    )
}

pub(super) fn unexpected_redirect(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let redirect = Fault::new("http.redirect").param("status", 307);
    renewal(
        probe,
        redirect.param("location", "https://elsewhere.example.test/"),
        &[],
    )
}

pub(super) fn invalid_token_response(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(probe, Fault::new("http.body").param("bytes", "\"{}\""), &[])
}

pub(super) fn response_too_large(probe: &mut Probe) -> Finding<Option<Outcome>> {
    renewal(
        probe,
        Fault::new("http.pad").param("bytes", 20_000_000),
        &[],
    )
}

/// Asks for a token whose time is over, while the server answers so.
fn renewal(probe: &mut Probe, fault: Fault, more: &[&str]) -> Finding<Option<Outcome>> {
    let desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    desk.server.inject(fault.on(Endpoint::Token))?;
    let words = [&["auth", "token", "--output=json", "--profile=dev"], more].concat();
    probe.lakekey(&words)?.run().map(Some)
}

/// Signs in while the server answers so.
fn sign_in(probe: &mut Probe, fault: Fault) -> Finding<Option<Outcome>> {
    let server = probe.listening(Setup::workspace())?;
    server.inject(fault)?;
    let words = ["auth", "login", "--output=json", "--host", server.url()];
    let lakekey = probe.lakekey(&words)?;
    attempt_login(probe, lakekey).map(Some)
}

fn token_error_of(error: &str) -> Fault {
    Fault::new("token.error").param("error", error)
}
