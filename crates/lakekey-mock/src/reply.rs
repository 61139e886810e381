//! Responses.

use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, PRAGMA, WWW_AUTHENTICATE},
};
use serde::Serialize;
use serde_json::json;

use crate::{mint::TokenBody, pages, rules::Rule, sabotage};

/// A JSON document that must not be stored.
pub(crate) fn json<T: Serialize>(status: u16, document: &T) -> Response<Vec<u8>> {
    let body = serde_json::to_vec(document).unwrap_or_default();
    sealed(with(status, "application/json", body))
}

/// A JSON document that may be cached, already written.
pub(crate) fn document(body: Vec<u8>) -> Response<Vec<u8>> {
    with(200, "application/json", body)
}

/// A successful token response.
pub(crate) fn token(body: &TokenBody) -> Response<Vec<u8>> {
    json(200, body)
}

/// An error of the token endpoint (RFC 6749 §5.2).
pub(crate) fn token_error(status: u16, error: &str, description: &str) -> Response<Vec<u8>> {
    json(
        status,
        &OauthError {
            error,
            error_description: description,
        },
    )
}

/// A refusal of the token endpoint.
pub(crate) fn token_refusal(rule: &'static Rule, used_header: bool) -> Response<Vec<u8>> {
    let failed_login = rule.error == "invalid_client" && used_header;
    let mut response = token_error(
        if failed_login { 401 } else { rule.status },
        rule.error,
        rule.says,
    );
    if failed_login {
        set(&mut response, WWW_AUTHENTICATE, "Basic realm=\"token\"");
    }
    allow(rule, &mut response, "POST");
    response
}

/// A refusal of an API route (RFC 6750 §3), with the body of a Databricks API.
pub(crate) fn api_refusal(rule: &'static Rule, scope: &str) -> Response<Vec<u8>> {
    let code = match rule.status {
        400 => "INVALID_PARAMETER_VALUE",
        403 => "PERMISSION_DENIED",
        404 => "ENDPOINT_NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        _ => "UNAUTHENTICATED",
    };
    let mut response = json(
        rule.status,
        &json!({ "error_code": code, "message": rule.says }),
    );
    let challenge = match (rule.status, rule.error) {
        (404 | 405, _) => None,
        (_, "") => Some("Bearer realm=\"databricks\"".to_owned()),
        (403, error) => Some(challenge(error, rule.says) + &format!(", scope=\"{scope}\"")),
        (_, error) => Some(challenge(error, rule.says)),
    };
    if let Some(challenge) = challenge {
        set(&mut response, WWW_AUTHENTICATE, &challenge);
    }
    allow(rule, &mut response, "GET");
    response
}

/// A page that tells a person what is wrong.
pub(crate) fn page_refusal(rule: &'static Rule) -> Response<Vec<u8>> {
    let mut response = page(rule.status, &pages::problem(rule), "'none'");
    allow(rule, &mut response, "GET, POST");
    response
}

/// A page for a person. `form_action` says where its forms may lead.
pub(crate) fn page(status: u16, html: &str, form_action: &str) -> Response<Vec<u8>> {
    let mut response = sealed(with(
        status,
        "text/html; charset=utf-8",
        html.as_bytes().to_vec(),
    ));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'",
        pages::style_hash()
    );
    set(
        &mut response,
        http::header::CONTENT_SECURITY_POLICY,
        &policy,
    );
    set(&mut response, http::header::X_FRAME_OPTIONS, "DENY");
    set(
        &mut response,
        http::header::X_CONTENT_TYPE_OPTIONS,
        "nosniff",
    );
    response
}

/// Sends the browser elsewhere.
pub(crate) fn redirect(status: u16, location: &str) -> Response<Vec<u8>> {
    let mut response = sealed(with(status, "text/plain", Vec::new()));
    response.headers_mut().remove(CONTENT_TYPE);
    set(&mut response, LOCATION, location);
    response
}

/// A response of that media type and nothing else.
pub(crate) fn with(status: u16, media_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Sets a header, unless the text can not be one.
pub(crate) fn set<B>(response: &mut Response<B>, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Keeps a response out of caches and its address out of the next request.
fn sealed(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    if sabotage::is_off("no_store") {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(
        http::header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

fn allow(rule: &Rule, response: &mut Response<Vec<u8>>, methods: &'static str) {
    if rule.status == 405 {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(methods));
    }
}

fn challenge(error: &str, description: &str) -> String {
    format!("Bearer realm=\"databricks\", error=\"{error}\", error_description=\"{description}\"")
}

#[derive(Serialize)]
struct OauthError<'a> {
    error: &'a str,
    error_description: &'a str,
}
