//! Who may give a token back or ask about it.

use http::HeaderMap;

use super::{Rule, Verdict, client, require};
use crate::{Client, params::Params};

/// The client that asks about a token. Only one with a secret may (RFC 7662 §2.1).
pub(crate) fn caller<'a>(
    headers: &HeaderMap,
    params: &Params,
    clients: &'a [Client],
) -> Verdict<&'a Client> {
    let client = client::of_token(headers, params, clients).map_err(|_| &CALLER)?;
    require(client.secret.is_some(), &CALLER)?;
    Ok(client)
}

/// The token that this is about.
pub(crate) fn token(params: &Params) -> Verdict<&str> {
    params.get("token").ok_or(&TOKEN_MISSING)
}

pub(crate) static CALLER: Rule = Rule::new(
    "introspect.caller",
    401,
    "invalid_client",
    "only a client with its secret may ask about tokens",
    "RFC 7662 §2.1, §2.3, §4",
);
pub(crate) static TOKEN_MISSING: Rule = Rule::new(
    "revocation.token-missing",
    400,
    "invalid_request",
    "the token is missing",
    "RFC 7009 §2.1; RFC 7662 §2.1",
);
