use std::time::{Duration, SystemTime};

use http::{Response, StatusCode};
use lakekey_core::{Secret, Token};

use crate::members::Members;
use crate::refusal::{media_type, oauth_error, refusal, server_error, unusable};
use crate::text::without;
use crate::{Grant, ResponseError, jwt, retry_after, seconds};

/// Reads what a token endpoint answered to `grant`, in a request begun at `started`
/// (RFC 6749 §5.1, §5.2).
///
/// The answer is a token only when it is a 2xx of type `application/json` that holds a JSON object
/// with a printable `access_token`, the `token_type` `Bearer` in any case, and no `error`.
///
/// - Its lifetime is `expires_in`, a number or a string that holds one, cut to whole seconds and
///   to [`MAX_LIFETIME`]; zero and less mean expired; a value that is no number makes the answer
///   unusable. Without `expires_in` it is the time to the `exp` of a JWT, at most
///   [`MAX_LIFETIME`], or else [`DEFAULT_LIFETIME`].
/// - Its refresh token is the one in the answer, or the one of [`Grant::Refresh`] when the answer
///   has none (RFC 6749 §6).
/// - Its scope is that of the answer, with `…` in the place of what repeats the grant; see
///   [`check_granted`](crate::check_granted).
///
/// Other members, `id_token` among them, are not looked at.
///
/// # Errors
///
/// [`ResponseError`], which says what to do next and never holds text of the body other than the
/// sanitised `error` and `error_description`.
pub fn token_response(
    response: &Response<Vec<u8>>,
    started: SystemTime,
    grant: &Grant,
) -> Result<Token, ResponseError> {
    let status = response.status();
    if status.is_redirection() {
        Err(ResponseError::Redirected { status })
    } else if status == StatusCode::TOO_MANY_REQUESTS {
        Err(ResponseError::RateLimited {
            retry_after: retry_after::stated(response, started),
        })
    } else if status.is_server_error() {
        Err(server_error(response, started, grant))
    } else if status.is_success() {
        token(response, started, grant)
    } else {
        Err(refusal(response, grant))
    }
}

fn token(
    response: &Response<Vec<u8>>,
    started: SystemTime,
    grant: &Grant,
) -> Result<Token, ResponseError> {
    if media_type(response).as_deref() != Some("application/json") {
        return Err(unusable(
            response,
            grant,
            "its content type is not application/json",
        ));
    }
    let Some(members) = Members::parse(response.body()) else {
        return Err(unusable(response, grant, "its body is no JSON object"));
    };
    if members.get("error").is_some() {
        return Err(oauth_error(response, &members, grant));
    }
    granted(&members, started, grant).map_err(|problem| unusable(response, grant, problem))
}

/// RFC 6749 §5.1; the error says in words what is wrong.
fn granted(
    members: &Members<'_>,
    started: SystemTime,
    grant: &Grant,
) -> Result<Token, &'static str> {
    let access = match members.text("access_token") {
        Ok(Some(text)) if is_printable(&text) && !text.contains(' ') => Secret::from(text),
        _ => return Err("it has no usable `access_token`"),
    };
    let token_type = match members.text("token_type") {
        Ok(Some(text)) if text.eq_ignore_ascii_case("bearer") => text,
        _ => return Err("its `token_type` is not `Bearer`"),
    };
    let lifetime = lifetime(members, &access, started)?;
    let mut token = Token::bearer(access)
        .with_token_type(token_type)
        .lasting(started, lifetime);
    if let Some(refresh) = refresh(members, grant)? {
        token = token.with_refresh(refresh);
    }
    match members.text("scope") {
        Ok(None) => Ok(token),
        Ok(Some(scope)) if scope.is_empty() || is_printable(&scope) => {
            // Scopes are shown and kept, and a server may repeat there what it was sent.
            let shown = without(&scope, &grant.secrets());
            Ok(token.with_scope(shown))
        }
        _ => Err("its `scope` is no printable text"),
    }
}

fn lifetime(
    members: &Members<'_>,
    access: &Secret,
    started: SystemTime,
) -> Result<Duration, &'static str> {
    match members.get("expires_in") {
        Some(value) => seconds::parse(value, MAX_LIFETIME).ok_or("its `expires_in` is no number"),
        None => Ok(jwt::lifetime(access.expose(), started)
            .unwrap_or(DEFAULT_LIFETIME)
            .min(MAX_LIFETIME)),
    }
}

fn refresh(members: &Members<'_>, grant: &Grant) -> Result<Option<Secret>, &'static str> {
    match (members.text("refresh_token"), grant) {
        (Ok(Some(new)), _) if is_printable(&new) => Ok(Some(Secret::from(new))),
        (Ok(None), Grant::Refresh(current)) => Ok(Some(current.clone())),
        (Ok(None), _) => Ok(None),
        _ => Err("its `refresh_token` is no printable text"),
    }
}

/// RFC 6749 appendix A: one or more `VSCHAR`.
fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// The longest lifetime that is believed: one year.
pub const MAX_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The lifetime of a token of which nothing says how long it lives: five minutes.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(5 * 60);
