//! The access tokens that were given out.

use http::StatusCode;
use serde_json::{Value, json};

use super::verify;
use crate::{Endpoint, Mock, Recorded, jwt::Parsed};

/// The last access tokens of the journal, newest first, and whether each opens an API right now.
pub(super) fn report(mock: &Mock) -> Value {
    let answers = mock.requests().iter().rev().filter(|entry| is_grant(entry));
    let tokens = answers.filter_map(|entry| token(mock, entry));
    json!({ "tokens": tokens.take(MAX).collect::<Vec<_>>() })
}

fn is_grant(entry: &Recorded) -> bool {
    entry.endpoint == Endpoint::Token && entry.status == Some(StatusCode::OK)
}

/// `None` for an answer that a fault has left without a token of ours.
fn token(mock: &Mock, entry: &Recorded) -> Option<Value> {
    let answer: Value = serde_json::from_slice(&entry.response_body).ok()?;
    let token = answer["access_token"].as_str()?;
    let claims = Parsed::of(token)?.claims()?;
    let mut report = verify(mock, &json!({ "token": token }));
    report["request"] = json!(entry.sequence);
    report["client"] = json!(claims.client_id);
    report["scope"] = json!(claims.scope);
    report["token"] = json!(token);
    Some(report)
}

/// Every one is verified, and requests wait meanwhile.
const MAX: usize = 50;
