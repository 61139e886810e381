//! Redirect URIs are compared as they are written.

use super::{Rule, Verdict, require};
use crate::{Client, params::Params, sabotage};

/// The redirect URI of an authorization request, if it is one of the client's.
///
/// Until this rule has passed, an error must be shown and never redirected (RFC 6749 §4.1.2.1).
pub(crate) fn registered<'a>(params: &'a Params, client: &Client) -> Verdict<&'a str> {
    require(!params.repeats("redirect_uri"), &REPEATED)?;
    let requested = params.get("redirect_uri").ok_or(&MISSING)?;
    let is_registered = client
        .redirect_uris
        .iter()
        .any(|registered| matches(registered, requested));
    require(
        is_registered || sabotage::is_off("exact_redirect"),
        &MISMATCH,
    )?;
    Ok(requested)
}

/// Byte for byte, except that the port of a loopback `http` URI is the client's choice (RFC 8252 §7.3).
pub(crate) fn matches(registered: &str, requested: &str) -> bool {
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => registered == requested,
    }
}

/// A loopback URI as host and rest, without its port; `None` if it is not one or its port is no port.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let (host, rest) = LOOPBACK
        .iter()
        .find_map(|&host| Some((host, uri.strip_prefix(host)?)))?;
    let Some(after_colon) = rest.strip_prefix(':') else {
        return (rest.is_empty() || rest.starts_with('/')).then_some((host, rest));
    };
    let digits = after_colon.bytes().take_while(u8::is_ascii_digit).count();
    let (port, rest) = after_colon.split_at(digits);
    let canonical = !port.starts_with('0') && port.parse::<u16>().is_ok();
    (canonical && (rest.is_empty() || rest.starts_with('/'))).then_some((host, rest))
}

const LOOPBACK: [&str; 3] = ["http://localhost", "http://127.0.0.1", "http://[::1]"];

pub(crate) static MISMATCH: Rule = Rule::new(
    "authorize.redirect-uri.mismatch",
    400,
    "invalid_request",
    "the redirect_uri is not registered for this client",
    "RFC 9700 §4.1.3; RFC 8252 §7.3",
);
pub(crate) static MISSING: Rule = Rule::new(
    "authorize.redirect-uri.missing",
    400,
    "invalid_request",
    "the redirect_uri is missing",
    "RFC 6749 §3.1.2.3",
);
pub(crate) static REPEATED: Rule = Rule::new(
    "authorize.redirect-uri.repeated",
    400,
    "invalid_request",
    "the redirect_uri comes more than once",
    "RFC 6749 §3.1",
);
