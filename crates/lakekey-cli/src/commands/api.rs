//! `lakekey api`: one call of the REST API, with the login of a profile, host or environment.

pub(super) mod answer;

use std::path::Path;

use http::{HeaderValue, Request, header};
use lakekey::{Code, Credentials, Error, WorkspaceId};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::args::{Api, Method};
use crate::machine::Machine;
use crate::selection::Wanted;
use crate::{files, runtime};

pub(super) fn run(call: Api) -> Result<(), Error> {
    let Api {
        method,
        path,
        json,
        account,
        place,
        common,
    } = call;
    let wanted = Wanted {
        subject: None,
        profile: common.profile,
        place,
        here: common.here,
    };
    let machine = Machine::read_with(&wanted.here)?;
    let credentials = credentials(wanted, account, &machine)?;
    let path = with_account_id(&path, &credentials)?;
    let request = request(method, path, json.as_deref())?;
    let response = runtime::block_on(credentials.send(request))?;
    answer::print(&response)
}

/// The credentials meant, for the account alone where that was asked for.
fn credentials(wanted: Wanted, account: bool, machine: &Machine) -> Result<Credentials, Error> {
    let builder = machine.wanted(wanted)?.builder(machine);
    if account {
        builder.workspace_id(WorkspaceId::NONE).build()
    } else {
        builder.build()
    }
}

/// The path with the account id of the login in its place.
fn with_account_id(path: &str, credentials: &Credentials) -> Result<String, Error> {
    if !path.contains(PLACEHOLDER) {
        return Ok(path.to_owned());
    }
    let id = credentials.settings().account_id()?.ok_or_else(|| {
        Error::new(
            Code::Usage,
            "the path names {account_id}, and the login has none",
        )
        .with_hint("give it with --account-id, or in the profile")
    })?;
    Ok(path.replace(PLACEHOLDER, id.as_str()))
}

fn request(method: Method, path: String, json: Option<&str>) -> Result<Request<Vec<u8>>, Error> {
    let document = json.map(document).transpose()?;
    let (path, body) = match document {
        Some(document) if method.has_no_body() => (with_query(&path, &document)?, Vec::new()),
        Some(document) => (path, document),
        None => (path, Vec::new()),
    };
    let has_body = !body.is_empty();
    let mut request = Request::builder()
        .method(method.http())
        .uri(&path)
        .body(body)
        .map_err(|_| {
            Error::new(Code::Usage, format!("`{}` is no path", path.escape_debug()))
                .with_hint("write it as /api/2.0/clusters/list, with %20 in place of blanks")
        })?;
    if has_body {
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    Ok(request)
}

/// The JSON that `--json` gives: as it stands, from a file, or from standard input.
fn document(text: &str) -> Result<Vec<u8>, Error> {
    let document = match text.strip_prefix('@') {
        Some(path) => files::bytes(Path::new(path))?,
        None if text == "-" => files::bytes(Path::new(text))?,
        None => text.as_bytes().to_vec(),
    };
    serde_json::from_slice::<serde::de::IgnoredAny>(&document).map_err(|error| {
        Error::new(Code::Usage, "the value of --json is no JSON")
            .with_note(format!("line {}, column {}", error.line(), error.column()))
            .with_hint("quote it for the shell: --json '{\"key\": \"value\"}', or use --json @FILE")
    })?;
    Ok(document)
}

/// The path with the members of a JSON object in its query, for a request that has no body.
fn with_query(path: &str, document: &[u8]) -> Result<String, Error> {
    let Ok(Value::Object(members)) = serde_json::from_slice(document) else {
        return Err(no_query());
    };
    let mut query = Serializer::new(String::new());
    for (name, value) in &members {
        match value {
            Value::Array(values) => {
                for value in values {
                    query.append_pair(name, &plain(value)?);
                }
            }
            value => {
                query.append_pair(name, &plain(value)?);
            }
        }
    }
    let separator = if path.contains('?') { '&' } else { '?' };
    Ok(format!("{path}{separator}{}", query.finish()))
}

fn plain(value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(no_query()),
    }
}

fn no_query() -> Error {
    Error::new(
        Code::Usage,
        "get, head and delete have no body, and this JSON cannot become a query",
    )
    .with_hint("give an object of texts, numbers and flags, or write the query into the path")
}

const PLACEHOLDER: &str = "{account_id}";

#[cfg(test)]
mod tests {
    use super::{Method, request};

    #[test]
    fn what_has_no_body_has_a_query() {
        let json = Some(r#"{"limit": 5, "name": "a b&c", "on": true, "id": [1, 2]}"#);
        let get = request(Method::Get, "/api/2.0/x".to_owned(), json).unwrap();
        assert_eq!(
            get.uri(),
            "/api/2.0/x?limit=5&name=a+b%26c&on=true&id=1&id=2"
        );
        let more = request(Method::Get, "/api/2.0/x?a=1".to_owned(), Some(r#"{"b":2}"#)).unwrap();
        assert_eq!(more.uri(), "/api/2.0/x?a=1&b=2");
    }

    #[test]
    fn a_body_goes_out_as_it_was_given() {
        let post = request(
            Method::Post,
            "/api/2.0/x".to_owned(),
            Some("{\"n\": 12345678901234567890}"),
        )
        .unwrap();
        assert_eq!(post.body(), b"{\"n\": 12345678901234567890}");
        assert_eq!(post.headers()["content-type"], "application/json");
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (method, path, json) in [
            (Method::Post, "/x", "{'a': 1}"),
            (Method::Post, "/x", ""),
            (Method::Get, "/x", "[1]"),
            (Method::Get, "/x", r#"{"a": {}}"#),
            (Method::Get, "/a b", "{}"),
        ] {
            let error = request(method, path.to_owned(), Some(json)).unwrap_err();
            assert_eq!(error.code().as_str(), "usage", "{path} {json}");
        }
    }
}
