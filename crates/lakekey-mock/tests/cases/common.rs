//! A client that does everything right, and the means to do one thing wrong.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, Response};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Mock, MockClock, Setup};
use serde_json::Value;

pub(crate) const WORKSPACE: &str = "https://example.cloud.databricks.com";
pub(crate) const ACCOUNTS: &str = "https://accounts.cloud.databricks.com";
pub(crate) const REDIRECT: &str = "http://localhost:8020";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A workspace whose clock stands still.
pub(crate) fn setup() -> Setup {
    let mut setup = Setup::workspace();
    setup.clock = MockClock::fixed(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    setup
}

pub(crate) fn mock() -> Mock {
    Mock::new(setup())
}

/// Issuer of the workspace, and of the default account.
pub(crate) fn workspace_issuer() -> String {
    format!("{WORKSPACE}/oidc")
}

pub(crate) fn account_issuer() -> String {
    format!("{ACCOUNTS}/oidc/accounts/{DEFAULT_ACCOUNT_ID}")
}

/// The parameters of a good authorization request.
pub(crate) fn good() -> Vec<(&'static str, String)> {
    [
        ("response_type", "code"),
        ("client_id", "databricks-cli"),
        ("redirect_uri", REDIRECT),
        ("scope", "all-apis offline_access"),
        ("state", "st-123"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// The good parameters with these instead; an empty value leaves one out.
pub(crate) fn good_but(changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut params = good();
    for (name, value) in changes {
        params.retain(|(known, _)| known != name);
        if !value.is_empty() {
            params.push((name, (*value).to_owned()));
        }
    }
    params
}

pub(crate) fn encode<N: AsRef<str>, V: AsRef<str>>(params: &[(N, V)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}

pub(crate) fn get(mock: &mut Mock, url: &str) -> Response<Vec<u8>> {
    mock.handle(Request::get(url).body(Vec::new()).unwrap())
}

pub(crate) fn get_with(mock: &mut Mock, url: &str, headers: &[(&str, &str)]) -> Response<Vec<u8>> {
    let request = headers
        .iter()
        .fold(Request::get(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    mock.handle(request.body(Vec::new()).unwrap())
}

pub(crate) fn post<N: AsRef<str>, V: AsRef<str>>(
    mock: &mut Mock,
    url: &str,
    params: &[(N, V)],
) -> Response<Vec<u8>> {
    let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
    mock.handle(request.body(encode(params).into_bytes()).unwrap())
}

pub(crate) fn authorize<V: AsRef<str>>(
    mock: &mut Mock,
    issuer: &str,
    params: &[(&str, V)],
) -> Response<Vec<u8>> {
    get(mock, &format!("{issuer}/v1/authorize?{}", encode(params)))
}

/// The parameters of the redirect, in order.
pub(crate) fn returned(response: &Response<Vec<u8>>) -> Vec<(String, String)> {
    let location = header(response, "location");
    let (_, query) = location.split_once('?').expect("the redirect has a query");
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

pub(crate) fn returned_param(response: &Response<Vec<u8>>, name: &str) -> Option<String> {
    returned(response)
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

pub(crate) fn header(response: &Response<Vec<u8>>, name: &str) -> String {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

pub(crate) fn json(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// A code for the good parameters with these changes.
pub(crate) fn code(mock: &mut Mock, issuer: &str, changes: &[(&'static str, &str)]) -> String {
    let response = authorize(mock, issuer, &good_but(changes));
    returned_param(&response, "code")
        .unwrap_or_else(|| panic!("no code: {:?}", returned(&response)))
}

pub(crate) fn exchange_form(code: &str) -> Vec<(&'static str, String)> {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", "databricks-cli"),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// The good token request with these parameters instead; an empty value leaves one out.
pub(crate) fn exchange_but(
    mock: &mut Mock,
    issuer: &str,
    code: &str,
    changes: &[(&'static str, &str)],
) -> Response<Vec<u8>> {
    let mut form = exchange_form(code);
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, (*value).to_owned()));
        }
    }
    post(mock, &format!("{issuer}/v1/token"), &form)
}

pub(crate) fn exchange(mock: &mut Mock, issuer: &str, code: &str) -> Response<Vec<u8>> {
    exchange_but(mock, issuer, code, &[])
}

/// A whole sign-in: the token response.
pub(crate) fn sign_in(mock: &mut Mock, issuer: &str) -> Value {
    let code = code(mock, issuer, &[]);
    let response = exchange(mock, issuer, &code);
    assert_eq!(
        response.status(),
        200,
        "{}",
        String::from_utf8_lossy(response.body())
    );
    json(&response)
}

pub(crate) fn refresh_but(
    mock: &mut Mock,
    issuer: &str,
    token: &str,
    more: &[(&str, &str)],
) -> Response<Vec<u8>> {
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    if !more.iter().any(|(name, _)| *name == "client_id") {
        form.push(("client_id", "databricks-cli"));
    }
    form.extend_from_slice(more);
    post(mock, &format!("{issuer}/v1/token"), &form)
}

pub(crate) fn refresh(mock: &mut Mock, issuer: &str, token: &str) -> Response<Vec<u8>> {
    refresh_but(mock, issuer, token, &[])
}

pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

/// Status of `Me` with that token.
pub(crate) fn me(mock: &mut Mock, origin: &str, token: &str) -> Response<Vec<u8>> {
    get_with(
        mock,
        &format!("{origin}/api/2.0/preview/scim/v2/Me"),
        &[("authorization", &format!("Bearer {token}"))],
    )
}

/// The part of a token that is not its signature, decoded: 0 is the header, 1 the claims.
pub(crate) fn decoded(token: &str, part: usize) -> Value {
    let part = token.split('.').nth(part).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// `status error` of an OAuth error response.
pub(crate) fn outcome(response: &Response<Vec<u8>>) -> String {
    let error = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
    format!(
        "{} {}",
        response.status().as_u16(),
        error["error"].as_str().unwrap_or("-")
    )
}

pub(crate) fn last_rule(mock: &Mock) -> &'static str {
    mock.requests().last().unwrap().rule.unwrap_or("-")
}
