//! Fuzz target `token_response`: what a token endpoint answers, where it may be a token.
//!
//! The first line is the status and the grant, such as `200 refresh`; header lines follow, an empty
//! line, and the body.

#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use http::Response;
use lakekey_core::{Secret, Token};
use lakekey_fuzz::answer::{SENT, answer, secrets, started};
use lakekey_fuzz::check_message;
use lakekey_oauth::{Grant, MAX_LIFETIME, token_response};
use serde_json::Value;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Some((response, grant)) = answer(input) else {
        return;
    };
    let found = token_response(&response, started(), &grant);
    assert_eq!(found, token_response(&response, started(), &grant));
    match found {
        Ok(token) => is_what_was_answered(&token, &response, &grant),
        Err(error) => {
            check_message(&error, secrets(&grant));
            tells_no_token(&error.to_string(), &response);
        }
    }
}

/// A second reader of JSON sees the same token, but for what was sent with the grant and comes back
/// in the scope, which people read.
fn is_what_was_answered(token: &Token, response: &Response<Vec<u8>>, grant: &Grant) {
    assert!(response.status().is_success());
    let content_type = response.headers()["content-type"].to_str();
    let content_type = content_type.expect("it was read").to_ascii_lowercase();
    assert!(content_type.trim_start().starts_with("application/json"));
    let access = token.access().expose();
    assert!(!access.is_empty() && access.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(token.token_type().eq_ignore_ascii_case("bearer"));
    lives_no_longer_than_believed(token);
    let sent = matches!(grant, Grant::Refresh(_)).then_some(SENT);
    let refresh = token.refresh().map(Secret::expose);
    assert!(refresh != Some(""));
    // Numbers that no double holds and depth beyond bounds are nothing to the first reader.
    if let Ok(body) = serde_json::from_slice::<Value>(response.body()) {
        assert!(body["error"].is_null());
        assert_eq!(body["access_token"], access);
        assert_eq!(body["token_type"], token.token_type());
        assert_eq!(body["refresh_token"].as_str().or(sent), refresh);
        let without = |scope: &str| {
            let secrets = secrets(grant).iter();
            secrets.fold(scope.to_owned(), |text, secret| text.replace(secret, "…"))
        };
        let scope = body["scope"].as_str().map(without);
        assert_eq!(scope.as_deref(), token.scope());
    }
}

fn lives_no_longer_than_believed(token: &Token) {
    let lifetime = token.lifetime().expect("a token from a server has one");
    assert!(lifetime <= MAX_LIFETIME && lifetime.subsec_nanos() == 0);
    assert_eq!(token.expiry(), Some(started() + lifetime));
    assert_eq!(token.minted(), Some(started()));
    assert!(lifetime >= Duration::ZERO);
}

/// Only what a server writes as its error or its content type may be seen, never what may be a
/// token.
fn tells_no_token(message: &str, response: &Response<Vec<u8>>) {
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let Ok(Value::Object(members)) = serde_json::from_slice(response.body()) else {
        return;
    };
    if content_type.is_some_and(|it| it.contains(TOKEN)) {
        return;
    }
    let is_told = |name: &str| {
        let told = [
            "error",
            "error_code",
            "errorCode",
            "error_description",
            "message",
        ];
        told.contains(&name) || name == "errorSummary"
    };
    let mut others = members.iter().filter(|(name, _)| !is_told(name));
    let leaks = others.any(|(_, value)| value.as_str().is_some_and(|it| it.contains(TOKEN)));
    let may_tell = members
        .iter()
        .any(|(name, value)| is_told(name) && value.as_str().is_some_and(|it| it.contains(TOKEN)));
    assert!(!leaks || may_tell || !message.contains(TOKEN), "{message}");
}

/// What the tokens of the seeds begin with.
const TOKEN: &str = "t0ken-";
