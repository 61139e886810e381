//! Who is asking.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

use super::{Rule, Verdict, require};
use crate::{Client, params::Params};

/// The client of an authorization request.
pub(crate) fn of_authorize<'a>(params: &Params, clients: &'a [Client]) -> Verdict<&'a Client> {
    require(!params.repeats("client_id"), &AUTHORIZE_REPEATED)?;
    let id = params.get("client_id").ok_or(&AUTHORIZE_MISSING)?;
    find(clients, id).ok_or(&AUTHORIZE_UNKNOWN)
}

/// The client of a token request, by HTTP Basic or by the form (RFC 6749 §2.3.1).
pub(crate) fn of_token<'a>(
    headers: &HeaderMap,
    params: &Params,
    clients: &'a [Client],
) -> Verdict<&'a Client> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        let client = find(clients, params.get("client_id").ok_or(&MISSING)?).ok_or(&UNKNOWN)?;
        require(
            client.secret.as_deref() == params.get("client_secret"),
            &SECRET,
        )?;
        return Ok(client);
    };
    require(params.get("client_secret").is_none(), &TWO_WAYS)?;
    let (id, secret) = header.to_str().ok().and_then(basic).ok_or(&SECRET)?;
    let client = clients
        .iter()
        .find(|client| spelled(&id, &client.id))
        .ok_or(&UNKNOWN)?;
    require(
        params
            .get("client_id")
            .is_none_or(|in_form| in_form == client.id),
        &TWO_WAYS,
    )?;
    require(
        client
            .secret
            .as_ref()
            .is_some_and(|right| spelled(&secret, right)),
        &SECRET,
    )?;
    Ok(client)
}

/// Only a client with a secret may act for itself (RFC 6749 §4.4).
pub(crate) fn is_confidential(client: &Client) -> Verdict {
    require(client.secret.is_some(), &UNAUTHORIZED)
}

fn find<'a>(clients: &'a [Client], id: &str) -> Option<&'a Client> {
    clients.iter().find(|client| client.id == id)
}

/// User name and password of an `Authorization: Basic` value.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Equal as sent, or after the form decoding that the RFC asks for and not every client does.
fn spelled(sent: &str, right: &str) -> bool {
    sent == right
        || url::form_urlencoded::parse(sent.as_bytes())
            .next()
            .is_some_and(|(decoded, _)| decoded == right)
}

pub(crate) static AUTHORIZE_MISSING: Rule = Rule::new(
    "authorize.client.missing",
    400,
    "invalid_request",
    "the client_id is missing",
    "RFC 6749 §4.1.1, §4.1.2.1",
);
pub(crate) static AUTHORIZE_REPEATED: Rule = Rule::new(
    "authorize.client.repeated",
    400,
    "invalid_request",
    "the client_id comes more than once",
    "RFC 6749 §3.1",
);
pub(crate) static AUTHORIZE_UNKNOWN: Rule = Rule::new(
    "authorize.client.unknown",
    400,
    "invalid_client",
    "no client of this client_id is registered",
    "RFC 6749 §4.1.2.1",
);
pub(crate) static MISSING: Rule = Rule::new(
    "token.client.missing",
    400,
    "invalid_request",
    "the client_id is missing",
    "RFC 6749 §3.2.1",
);
pub(crate) static UNKNOWN: Rule = Rule::new(
    "token.client.unknown",
    400,
    "invalid_client",
    "no client of this client_id is registered",
    "RFC 6749 §5.2",
);
pub(crate) static SECRET: Rule = Rule::new(
    "token.client.secret",
    400,
    "invalid_client",
    "the client could not be authenticated",
    "RFC 6749 §2.3.1, §5.2",
);
pub(crate) static TWO_WAYS: Rule = Rule::new(
    "token.client.two-ways",
    400,
    "invalid_request",
    "the client names itself in more than one way",
    "RFC 6749 §2.3",
);
pub(crate) static UNAUTHORIZED: Rule = Rule::new(
    "token.client.unauthorized",
    400,
    "unauthorized_client",
    "this client may not use this grant",
    "RFC 6749 §4.4, §5.2",
);
