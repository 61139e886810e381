//! An authorization code works once, soon, and for the one who asked.

use std::time::{Duration, SystemTime};

use super::{Rule, Verdict, require};
use crate::{
    Client,
    calendar::is_within,
    params::Params,
    sabotage,
    site::Tenant,
    state::{Code, CodeFate},
};

/// Whether this code is this client's, at this tenant, and the redirect URI is the one it was asked with.
///
/// Failing here does not use the code up: the request may be somebody else's.
pub(crate) fn is_bound(code: &Code, client: &Client, tenant: &Tenant, params: &Params) -> Verdict {
    if sabotage::is_off("code_binding") {
        return Ok(());
    }
    require(code.tenant == *tenant, &TENANT)?;
    require(code.client == client.id, &CLIENT)?;
    let redirect_uri = params.get("redirect_uri").ok_or(&REDIRECT_URI_MISSING)?;
    require(code.redirect_uri == redirect_uri, &REDIRECT_URI)
}

/// Whether the code was never redeemed, not even in vain, and is young enough.
pub(crate) fn is_fresh(code: &Code, now: SystemTime, lifetime: Duration) -> Verdict {
    match code.fate {
        _ if sabotage::is_off("code_single_use") => {}
        CodeFate::Redeemed(_) => return Err(&USED),
        CodeFate::Burned => return Err(&BURNED),
        CodeFate::Waiting => {}
    }
    let is_young = is_within(now, code.issued, lifetime);
    require(is_young || sabotage::is_off("expiry"), &EXPIRED)
}

pub(crate) static MISSING: Rule = Rule::new(
    "token.code.missing",
    400,
    "invalid_request",
    "the code is missing",
    "RFC 6749 §4.1.3",
);
pub(crate) static UNKNOWN: Rule = Rule::new(
    "token.code.unknown",
    400,
    "invalid_grant",
    "the code is not valid",
    "RFC 6749 §5.2",
);
pub(crate) static USED: Rule = Rule::new(
    "token.code.used",
    400,
    "invalid_grant",
    "the code was used before, its tokens are revoked",
    "RFC 6749 §4.1.2, §10.5",
);
pub(crate) static BURNED: Rule = Rule::new(
    "token.code.burned",
    400,
    "invalid_grant",
    "the code was spent on a wrong code_verifier",
    "RFC 7636 §4.6; RFC 9700 §4.5",
);
pub(crate) static EXPIRED: Rule = Rule::new(
    "token.code.expired",
    400,
    "invalid_grant",
    "the code has expired",
    "RFC 6749 §4.1.2",
);
pub(crate) static TENANT: Rule = Rule::new(
    "token.code.tenant",
    400,
    "invalid_grant",
    "the code was issued by another account or workspace",
    "RFC 9700 §4.4",
);
pub(crate) static CLIENT: Rule = Rule::new(
    "token.code.client",
    400,
    "invalid_grant",
    "the code was issued to another client",
    "RFC 6749 §4.1.3",
);
pub(crate) static REDIRECT_URI: Rule = Rule::new(
    "token.code.redirect-uri",
    400,
    "invalid_grant",
    "the redirect_uri is not the one of the authorization request",
    "RFC 6749 §4.1.3",
);
pub(crate) static REDIRECT_URI_MISSING: Rule = Rule::new(
    "token.code.redirect-uri-missing",
    400,
    "invalid_request",
    "the redirect_uri is missing",
    "RFC 6749 §4.1.3",
);
