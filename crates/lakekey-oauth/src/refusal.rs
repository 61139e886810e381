//! Answers of a token endpoint that bring no token.

use std::time::SystemTime;

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};

use crate::members::Members;
use crate::text::foreign;
use crate::{Grant, ResponseError, retry_after};

/// A 5xx. After a code was sent, only a 503 that says when to come back is a promise that the code
/// was not spent.
pub(crate) fn server_error(
    response: &Response<Vec<u8>>,
    started: SystemTime,
    grant: &Grant,
) -> ResponseError {
    let status = response.status();
    let retry_after = retry_after::stated(response, started);
    let is_promise = status == StatusCode::SERVICE_UNAVAILABLE && retry_after.is_some();
    match grant {
        Grant::AuthorizationCode { .. } if !is_promise => ResponseError::OutcomeUnknown { status },
        _ => ResponseError::Unavailable {
            status,
            retry_after,
        },
    }
}

/// Any other answer that is no success (RFC 6749 §5.2).
pub(crate) fn refusal(response: &Response<Vec<u8>>, grant: &Grant) -> ResponseError {
    match Members::parse(response.body()) {
        Some(members) => oauth_error(response, &members, grant),
        // A page for people is not from a token endpoint but from something in between.
        None if media_type(response).as_deref() == Some("text/html") => {
            unusable(response, grant, "it is a page for people")
        }
        None => ResponseError::Refused {
            status: response.status(),
            error: None,
            description: None,
        },
    }
}

/// What the OAuth error of an answer means for `grant`.
pub(crate) fn oauth_error(
    response: &Response<Vec<u8>>,
    members: &Members<'_>,
    grant: &Grant,
) -> ResponseError {
    let error = members
        .first(&["error", "error_code", "errorCode"])
        .unwrap_or_default();
    let description = members
        .first(&["error_description", "message", "errorSummary"])
        .unwrap_or_default();
    let status = response.status();
    let is_invalid = error == "invalid_grant";
    let is_dead = is_invalid || is_dead_dialect(status, &error, &description);
    let (error, description) = (
        foreign(&error, &grant.secrets()),
        foreign(&description, &grant.secrets()),
    );
    match grant {
        Grant::Refresh(_) if is_dead => ResponseError::RefreshTokenDead { error, description },
        Grant::AuthorizationCode { .. } if is_invalid || status.is_success() => {
            ResponseError::CodeRefused { error, description }
        }
        _ => ResponseError::Refused {
            status,
            error,
            description,
        },
    }
}

/// How Databricks says that a refresh token is spent, expired or revoked.
fn is_dead_dialect(status: StatusCode, error: &str, description: &str) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED)
        && error == "invalid_request"
        && description == "Refresh token is invalid"
}

/// An answer that cannot be used, with what may be told of it: nothing of its body, and no secret of
/// the grant.
pub(crate) fn unusable(
    response: &Response<Vec<u8>>,
    grant: &Grant,
    problem: &'static str,
) -> ResponseError {
    let shown = |found| foreign(found, &grant.secrets());
    ResponseError::Unusable {
        status: response.status(),
        content_type: content_type(response).and_then(shown),
        length: response.body().len(),
        problem,
    }
}

/// The content type without parameters, in lower case (RFC 9110 §8.3.1).
pub(crate) fn media_type(response: &Response<Vec<u8>>) -> Option<String> {
    let essence = content_type(response)?.split(';').next()?;
    Some(essence.trim_ascii().to_ascii_lowercase())
}

fn content_type(response: &Response<Vec<u8>>) -> Option<&str> {
    response.headers().get(CONTENT_TYPE)?.to_str().ok()
}
