//! The control API of one mock, without its listener.

use http::{Request, Response};
use serde_json::json;

use crate::Mock;

/// Answers a control request whose path is that behind the namespace.
pub fn control(mock: &mut Mock, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let body = match request.body().as_slice() {
        [] => Ok(json!({})),
        bytes => serde_json::from_slice(bytes),
    };
    let path = request.uri().path().trim_start_matches('/');
    match body {
        Ok(body) => super::route(mock, request, path, &body)
            .unwrap_or_else(|(status, says)| super::refuse(status, &says)),
        Err(_) => super::refuse(400, "the body is not JSON"),
    }
}
