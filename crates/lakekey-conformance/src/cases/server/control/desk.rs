//! The control API, as a test in any language calls it.

use http::Request;
use http::header::AUTHORIZATION;
use serde_json::Value;

use crate::case::{Finding, same};
use crate::probe::{Server, json};

/// The control API of a namespace.
#[derive(Debug)]
pub(super) struct Desk {
    server: Server,
    /// The address, for instance `http://127.0.0.1:41235/ns/default`.
    pub(super) url: String,
    pub(super) token: String,
}

impl Desk {
    /// The control API of this mock, which must have a socket.
    pub(super) fn of(server: &Server) -> Finding<Self> {
        let (url, token) = server.control()?;
        Ok(Self {
            server: server.clone(),
            url,
            token,
        })
    }

    /// A namespace of that name in the same server, opened with this body, and where it is.
    pub(super) fn open(&self, name: &str, body: &Value) -> Finding<(Self, String)> {
        let root = self.url.trim_end_matches("/default");
        let sibling = Self {
            server: self.server.clone(),
            url: format!("{root}/{name}"),
            token: self.token.clone(),
        };
        let (status, place) = sibling.status("PUT", "", body)?;
        same("the status", status, 201)?;
        let url = super::super::peer::text(&place, "url")?.to_owned();
        Ok((sibling, url))
    }

    /// A call that must succeed; `path` begins with a slash.
    pub(super) fn call(&self, method: &str, path: &str, body: &Value) -> Finding<Value> {
        let (status, document) = self.status(method, path, body)?;
        same("success", (200..300).contains(&status), true)
            .map_err(|wrong| wrong.during(format_args!("{method} {path}: {status} {document}")))?;
        Ok(document)
    }

    pub(super) fn get(&self, path: &str) -> Finding<Value> {
        self.call("GET", path, &Value::Null)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Finding<Value> {
        self.call("POST", path, body)
    }

    /// Status and document of a call.
    pub(super) fn status(&self, method: &str, path: &str, body: &Value) -> Finding<(u16, Value)> {
        let bytes = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(AUTHORIZATION, format!("Bearer {}", self.token));
        let answer = self.server.send(request.body(bytes)?)?;
        Ok((answer.status().as_u16(), json(&answer)?))
    }
}
