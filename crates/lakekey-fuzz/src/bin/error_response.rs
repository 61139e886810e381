//! Fuzz target `error_response`: what a token endpoint answers in place of a token.
//!
//! The first line is the status and the grant, such as `400 code`; header lines follow, an empty
//! line, and the body.

#![cfg_attr(fuzzing, no_main)]

use http::Response;
use lakekey_core::{Code, Error};
use lakekey_fuzz::answer::{answer, secrets, started};
use lakekey_fuzz::check_message;
use lakekey_oauth::{Grant, Retry, token_response};
use serde_json::Value;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Some((response, grant)) = answer(input) else {
        return;
    };
    let Err(error) = token_response(&response, started(), &grant) else {
        return;
    };
    if let Some(expected) = model(&response, &grant) {
        assert_eq!(error.code(), expected, "{error}");
    }
    check_message(&error, secrets(&grant));
    let advice = Retry::seeded(7).answered(&grant, &error);
    assert!(advice.is_none_or(|delay| delay <= Retry::PATIENCE));
    if matches!(grant, Grant::AuthorizationCode { .. }) {
        assert!(
            advice.is_none() || error.retry_after().is_some() || error.code() == Code::RateLimited
        );
    }
    let told = Error::from(error);
    assert!(told.hint().is_some_and(|hint| !hint.is_empty()));
}

/// What the answer means, as plain as can be; `None` where the body is not for a second reader.
fn model(response: &Response<Vec<u8>>, grant: &Grant) -> Option<Code> {
    let status = response.status().as_u16();
    let is_code = matches!(grant, Grant::AuthorizationCode { .. });
    let is_refresh = matches!(grant, Grant::Refresh(_));
    match status {
        300..=399 => return Some(Code::UnexpectedRedirect),
        429 => return Some(Code::RateLimited),
        503 if is_code => return None,
        500..=599 if is_code => return Some(Code::LoginFailed),
        500..=599 => return Some(Code::ServerError),
        _ => {}
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(response.body()) else {
        return None;
    };
    let is_success = (200..300).contains(&status);
    if is_success && body.get("error").is_none_or(Value::is_null) {
        return Some(Code::InvalidTokenResponse);
    }
    if is_success && !is_json(response) {
        return Some(Code::InvalidTokenResponse);
    }
    let first = |names: [&str; 3]| {
        let texts = names.iter().filter_map(|name| body.get(*name)?.as_str());
        texts.map(str::to_owned).next().unwrap_or_default()
    };
    let error = first(["error", "error_code", "errorCode"]);
    let says = first(["error_description", "message", "errorSummary"]);
    let is_spent = says == "Refresh token is invalid" && error == "invalid_request";
    let is_dead = error == "invalid_grant" || matches!(status, 400 | 401) && is_spent;
    Some(match (is_refresh, is_code) {
        (true, _) if is_dead => Code::ReauthRequired,
        (_, true) if is_success || error == "invalid_grant" => Code::LoginFailed,
        _ => Code::TokenError,
    })
}

fn is_json(response: &Response<Vec<u8>>) -> bool {
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|it| it.trim_ascii().eq_ignore_ascii_case("application/json"))
}
