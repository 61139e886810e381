//! What a REST call came back with.

use http::{Response, StatusCode, header};
use lakekey::{Code, Error};
use serde::Deserialize;

use crate::render::clean;
use crate::{json, output};

/// Prints a successful answer; anything else is an error.
pub(super) fn print(response: &Response<Vec<u8>>) -> Result<(), Error> {
    check(response)?;
    let body = response.body();
    match std::str::from_utf8(body).ok().and_then(json::pretty) {
        Some(pretty) => output::data(&format!("{pretty}\n")),
        None => output::bytes(body),
    }
}

/// Whether an answer is a success, and no page in place of one.
pub(in crate::commands) fn check(response: &Response<Vec<u8>>) -> Result<(), Error> {
    if is_html(response) {
        return Err(html(response.status()));
    }
    if !response.status().is_success() {
        return Err(refused(response));
    }
    Ok(())
}

/// A page is what a login form, a proxy or a wrong host answers.
fn is_html(response: &Response<Vec<u8>>) -> bool {
    let named = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let begins = response
        .body()
        .trim_ascii_start()
        .get(..5)
        .unwrap_or_default()
        .to_ascii_lowercase();
    named.is_some_and(|name| name.starts_with("text/html"))
        || matches!(&*begins, b"<html" | b"<!doc")
}

fn html(status: StatusCode) -> Error {
    Error::new(
        Code::ApiError,
        format!(
            "the answer is a web page and no JSON (status {})",
            status.as_u16()
        ),
    )
    .with_note("a sign-in page, a proxy or a wrong host answers like that")
    .with_hint("check the host, and that the path begins with /api/")
}

/// How the REST API reports errors.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    error_code: Option<String>,
    message: Option<String>,
    /// The message of SCIM calls.
    detail: Option<String>,
    /// The message of some older calls.
    error: Option<String>,
}

fn refused(response: &Response<Vec<u8>>) -> Error {
    let status = response.status();
    let problem: Problem = serde_json::from_slice(response.body()).unwrap_or_default();
    let reason = status.canonical_reason().unwrap_or("no reason given");
    let message = problem.message.or(problem.detail).or(problem.error);
    let message = message
        .filter(|text| !text.trim().is_empty())
        .unwrap_or_else(|| reason.to_owned());
    let code = code(response);
    let error = Error::new(code, short(&message)).with_note(match problem.error_code {
        Some(code) => format!("the API answered {} {}", status.as_u16(), short(&code)),
        None => format!("the API answered {}", status.as_u16()),
    });
    match hint(code, status) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn code(response: &Response<Vec<u8>>) -> Code {
    match response.status() {
        StatusCode::UNAUTHORIZED => Code::ReauthRequired,
        StatusCode::FORBIDDEN if lacks_scope(response) => Code::ScopeInsufficient,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        status if status.is_server_error() => Code::ServerError,
        _ => Code::ApiError,
    }
}

/// Whether the challenge says that the grant is too narrow (RFC 6750 §3.1).
fn lacks_scope(response: &Response<Vec<u8>>) -> bool {
    let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
    challenges.iter().any(|challenge| {
        let challenge = challenge.as_bytes();
        challenge
            .windows(LACKS_SCOPE.len())
            .any(|window| window == LACKS_SCOPE)
    })
}

fn hint(code: Code, status: StatusCode) -> Option<&'static str> {
    Some(match status {
        _ if code == Code::ScopeInsufficient => {
            "sign in again with the scope it needs: lakekey auth login --scopes"
        }
        StatusCode::UNAUTHORIZED => "sign in again: lakekey auth login",
        StatusCode::FORBIDDEN => {
            "ask an administrator for the permission, or choose another --profile"
        }
        StatusCode::NOT_FOUND => {
            "check the path, and whether it belongs to the account or to the workspace"
        }
        StatusCode::TOO_MANY_REQUESTS => "wait, and try again",
        status if status.is_server_error() => "try again later",
        _ => return None,
    })
}

/// A text of the server, on one line and not too long.
fn short(text: &str) -> String {
    let clean = clean(text);
    match clean.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &clean[..at]),
        None => clean,
    }
}

const MOST: usize = 500;
const LACKS_SCOPE: &[u8] = b"insufficient_scope";

#[cfg(test)]
mod tests {
    use http::Response;

    use super::print;

    fn told(status: u16, content_type: &str, body: &str) -> String {
        let response = Response::builder()
            .status(status)
            .header("content-type", content_type);
        let error = print(&response.body(body.as_bytes().to_vec()).unwrap()).unwrap_err();
        format!(
            "{} {error} {:?} {:?}",
            error.code(),
            error.notes(),
            error.hint()
        )
    }

    #[test]
    fn refusals_keep_the_words_of_the_server() {
        let body = r#"{"error_code":"PERMISSION_DENIED","message":"no\u001b[31m access"}"#;
        insta::assert_snapshot!(told(403, "application/json", body), @r#"api_error no [31m access ["the API answered 403 PERMISSION_DENIED"] Some("ask an administrator for the permission, or choose another --profile")"#);
        insta::assert_snapshot!(told(401, "application/json", "{}"), @r#"reauth_required Unauthorized ["the API answered 401"] Some("sign in again: lakekey auth login")"#);
        insta::assert_snapshot!(told(404, "application/json", "{}"), @r#"api_error Not Found ["the API answered 404"] Some("check the path, and whether it belongs to the account or to the workspace")"#);
        insta::assert_snapshot!(told(503, "text/plain", "busy"), @r#"server_error Service Unavailable ["the API answered 503"] Some("try again later")"#);
    }

    #[test]
    fn a_grant_that_is_too_narrow_is_told_from_a_permission_that_lacks() {
        let challenge = r#"Bearer realm="x", error="insufficient_scope", scope="sql""#;
        let response = Response::builder().status(403);
        let response = response.header("www-authenticate", challenge);
        let error = print(&response.body(b"{}".to_vec()).unwrap()).unwrap_err();
        assert_eq!(error.code().as_str(), "scope_insufficient");
        assert!(error.hint().unwrap().contains("--scopes"));
    }

    #[test]
    fn a_page_is_no_answer() {
        insta::assert_snapshot!(told(200, "text/html; charset=utf-8", "<p>"), @r#"api_error the answer is a web page and no JSON (status 200) ["a sign-in page, a proxy or a wrong host answers like that"] Some("check the host, and that the path begins with /api/")"#);
        assert_eq!(
            told(200, "text/html", "<p>"),
            told(200, "", " \n<!DOCTYPE html>")
        );
    }
}
