//! What a token must be to open an API.

use std::time::SystemTime;

use http::{HeaderMap, Uri, header::AUTHORIZATION};

use super::{Rule, Verdict, request_shape, require, scope};
use crate::{
    calendar::unix_seconds,
    jwt::{Claims, Parsed},
    keys::SigningKey,
    params::Params,
    sabotage,
};

/// The token of a request: in the header, once, and nowhere else (RFC 6750 §2).
pub(crate) fn presented<'a>(headers: &'a HeaderMap, uri: &Uri, body: &[u8]) -> Verdict<&'a str> {
    let in_query = Params::parse(uri.query().unwrap_or_default().as_bytes())
        .get("access_token")
        .is_some();
    let in_form =
        request_shape::is_form(headers) && Params::parse(body).get("access_token").is_some();
    require(!in_query && !in_form, &IN_REQUEST)?;
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or(&MISSING)?
        .to_str()
        .map_err(|_| &MALFORMED)?;
    require(values.next().is_none(), &MALFORMED)?;
    let (scheme, token) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    require(scheme.eq_ignore_ascii_case("bearer"), &MISSING)?;
    require(
        !token.is_empty() && token.bytes().all(is_token68),
        &MALFORMED,
    )?;
    Ok(token)
}

/// The claims of a token that one of `keys` signed.
pub(crate) fn is_genuine(token: &str, keys: &[SigningKey]) -> Verdict<Claims> {
    let parsed = Parsed::of(token).ok_or(&SIGNATURE)?;
    require(parsed.header.alg == "RS256", &ALGORITHM)?;
    require(parsed.header.typ == "at+jwt", &TYPE)?;
    let key = keys
        .iter()
        .find(|key| *key.kid == parsed.header.kid)
        .ok_or(&KEY)?;
    let is_signed = key.verifies(parsed.signed.as_bytes(), &parsed.signature);
    require(is_signed || sabotage::is_off("sig_check"), &SIGNATURE)?;
    parsed.claims().ok_or(&TYPE)
}

/// Whether the token is for this place and has not expired.
pub(crate) fn is_for(claims: &Claims, accepted: &[(String, String)], now: SystemTime) -> Verdict {
    if !sabotage::is_off("aud_check") {
        require(
            accepted.iter().any(|(_, audience)| *audience == claims.aud),
            &AUDIENCE,
        )?;
        require(
            accepted
                .iter()
                .any(|(issuer, audience)| *issuer == claims.iss && *audience == claims.aud),
            &ISSUER,
        )?;
    }
    let is_young = unix_seconds(now) < claims.exp;
    require(is_young || sabotage::is_off("expiry"), &EXPIRED)
}

/// Whether neither the token nor its session was revoked.
pub(crate) fn is_alive(revoked: bool) -> Verdict {
    require(!revoked, &REVOKED)
}

/// Whether the token may do what this route does.
pub(crate) fn may(claims: &Claims, needed: &str) -> Verdict {
    require(scope::has(&claims.scope, needed), &SCOPE)
}

fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

pub(crate) static MISSING: Rule = Rule::new(
    "api.bearer.missing",
    401,
    "",
    "a bearer token is needed",
    "RFC 6750 §3, §3.1",
);
pub(crate) static MALFORMED: Rule = Rule::new(
    "api.bearer.malformed",
    400,
    "invalid_request",
    "the Authorization header is malformed",
    "RFC 6750 §3.1",
);
pub(crate) static IN_REQUEST: Rule = Rule::new(
    "api.bearer.in-request",
    400,
    "invalid_request",
    "tokens are taken from the Authorization header only",
    "RFC 6750 §2.3; RFC 9700 §4.3.2",
);
pub(crate) static ALGORITHM: Rule = Rule::new(
    "api.bearer.algorithm",
    401,
    "invalid_token",
    "the token is not signed with RS256",
    "RFC 9068 §4",
);
pub(crate) static TYPE: Rule = Rule::new(
    "api.bearer.type",
    401,
    "invalid_token",
    "this is not an access token",
    "RFC 9068 §4",
);
pub(crate) static KEY: Rule = Rule::new(
    "api.bearer.key",
    401,
    "invalid_token",
    "the token names an unknown key",
    "RFC 9068 §4",
);
pub(crate) static SIGNATURE: Rule = Rule::new(
    "api.bearer.signature",
    401,
    "invalid_token",
    "the token can not be verified",
    "RFC 9068 §4",
);
pub(crate) static AUDIENCE: Rule = Rule::new(
    "api.bearer.audience",
    401,
    "invalid_token",
    "the token is for another account or workspace",
    "RFC 9068 §4",
);
pub(crate) static ISSUER: Rule = Rule::new(
    "api.bearer.issuer",
    401,
    "invalid_token",
    "the token has another issuer",
    "RFC 9068 §4",
);
pub(crate) static EXPIRED: Rule = Rule::new(
    "api.bearer.expired",
    401,
    "invalid_token",
    "the token has expired",
    "RFC 6750 §3.1",
);
pub(crate) static REVOKED: Rule = Rule::new(
    "api.bearer.revoked",
    401,
    "invalid_token",
    "the token was revoked",
    "RFC 6750 §3.1",
);
pub(crate) static SCOPE: Rule = Rule::new(
    "api.scope.insufficient",
    403,
    "insufficient_scope",
    "the token does not have the scope this needs",
    "RFC 6750 §3.1",
);
