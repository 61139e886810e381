//! Fuzz target `jwt`: any text in the place of an access token or of its claims.

#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Response;
use lakekey_core::{Secret, Token};
use lakekey_fuzz::answer::{STARTED, started};
use lakekey_oauth::{DEFAULT_LIFETIME, Grant, MAX_LIFETIME, lifetime, subject, token_response};
use serde_json::{Value, json};

lakekey_fuzz::target!(property);

/// Holds for every input: as a token, as the claims of one, and as `exp` in them.
fn property(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        looked_at(text);
        looked_at(&jwt(format!(r#"{{"exp":{text}}}"#).as_bytes()));
    }
    looked_at(&jwt(input));
}

fn looked_at(token: &str) {
    let found = lifetime(token, started());
    if let Some(found) = found {
        is_no_longer_than_it_says(found, token);
    }
    let access = Secret::from(token);
    if let Some(subject) = subject(&access) {
        assert!(!subject.is_empty() && !subject.chars().any(char::is_control));
        assert!(subject.chars().count() <= 301);
    }
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        is_only_a_bound(token, found);
    }
}

/// A second reader of the claims sees an end that is no sooner.
fn is_no_longer_than_it_says(found: Duration, token: &str) {
    let parts: Vec<_> = token.split('.').collect();
    let [_, claims, _] = parts.as_slice() else {
        panic!("a JWT has three parts: {token:?}");
    };
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("it was decoded");
    let Ok(claims) = serde_json::from_slice::<Value>(&claims) else {
        return;
    };
    let exp = &claims["exp"];
    let exp = exp.as_f64().or_else(|| exp.as_str()?.trim().parse().ok());
    let left = exp.expect("it was read") - f64::from(u32::try_from(STARTED).unwrap_or(u32::MAX));
    assert!(
        found.as_secs_f64() <= left.max(0.0) * 1.000_001 + 1.0,
        "{claims}"
    );
}

/// What a server says counts, and what a token says makes nothing longer.
fn is_only_a_bound(token: &str, found: Option<Duration>) {
    let said = answered(&json!({"access_token": token, "token_type": "Bearer", "expires_in": 77}));
    assert_eq!(said.lifetime(), Some(Duration::from_secs(77)));
    let unsaid = answered(&json!({"access_token": token, "token_type": "Bearer"}));
    let expected = found.unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME);
    assert_eq!(unsaid.lifetime(), Some(expected));
}

fn answered(body: &Value) -> Token {
    let response = Response::builder().header("content-type", "application/json");
    let response = response.body(body.to_string().into_bytes());
    let response = response.expect("it is a response");
    token_response(&response, started(), &Grant::ClientCredentials).expect("it is a token")
}

fn jwt(claims: &[u8]) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}
