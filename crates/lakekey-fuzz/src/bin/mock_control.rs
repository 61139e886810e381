//! Fuzz target `mock_control`: what a test harness tells the mock.
//!
//! The first line is a control request without its namespace, `PUT /config` for instance, and the
//! rest its body; or the input is a fault as the command line takes it.

#![cfg_attr(fuzzing, no_main)]

use std::time::{Duration, SystemTime};

use http::{Method, Request, Response};
use lakekey_mock::fuzzing::control;
use lakekey_mock::{Fault, Mock, MockClock, Setup};

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let mut setup = Setup::workspace();
    setup.clock = MockClock::fixed(SystemTime::UNIX_EPOCH + Duration::from_secs(1_742_466_600));
    let mut mock = Mock::new(setup);
    let line = input.iter().position(|byte| *byte == b'\n');
    let (line, body) = input.split_at(line.unwrap_or(input.len()));
    let Ok(line) = std::str::from_utf8(line) else {
        return;
    };
    match told(line, body.strip_prefix(b"\n").unwrap_or(body)) {
        Some(request) => tell(&mut mock, &request),
        None => inject(&mut mock, line),
    }
    still_answers(&mut mock);
}

/// What is refused changes nothing, and what is taken is there.
fn tell(mock: &mut Mock, request: &Request<Vec<u8>>) {
    let (before, faults) = (mock.state_hash(), mock.faults().len());
    let clock = mock.clock().now();
    let response = control(mock, request);
    let is_fault = (request.method(), request.uri().path()) == (&Method::POST, "/faults");
    if response.status().is_success() {
        assert_eq!(mock.faults().len(), faults + usize::from(is_fault));
    } else {
        assert!(response.status().is_client_error(), "{response:?}");
        assert_eq!(mock.state_hash(), before, "what is refused changes nothing");
        assert_eq!(mock.clock().now(), clock, "what is refused changes nothing");
    }
    let body: serde_json::Value = serde_json::from_slice(response.body()).expect("it is JSON");
    assert!(body.is_object());
}

fn inject(mock: &mut Mock, text: &str) {
    let Ok(fault) = text.parse::<Fault>() else {
        return;
    };
    let before = mock.state_hash();
    match mock.inject(fault) {
        Ok(id) => assert!(mock.faults().iter().any(|fault| fault.id == id)),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(mock.state_hash(), before, "what is refused changes nothing");
        }
    }
}

/// Whatever it was told, it goes on, as badly as it was told to.
fn still_answers(mock: &mut Mock) {
    let large = ["http.pad", "http.encoding"];
    let is_large = |name: &String| large.contains(&name.as_str());
    if mock
        .faults()
        .iter()
        .any(|fault| fault.names.iter().any(is_large))
    {
        return;
    }
    let redirect = send(mock, Request::get(AUTHORIZE), String::new());
    let location = redirect
        .headers()
        .get("location")
        .and_then(|it| it.to_str().ok());
    let code = location.and_then(|it| it.split("code=").nth(1)?.split('&').next());
    let code = code.unwrap_or("none").to_owned();
    let granted = send(
        mock,
        Request::post(TOKEN),
        format!(
            "grant_type=authorization_code&client_id=databricks-cli&code={code}\
         &redirect_uri=http://localhost:8020&code_verifier={VERIFIER}"
        ),
    );
    let granted = serde_json::from_slice::<serde_json::Value>(granted.body()).unwrap_or_default();
    let text = |name: &str| granted[name].as_str().unwrap_or("none").to_owned();
    for _ in 0..2 {
        let refresh = text("refresh_token");
        let form =
            format!("grant_type=refresh_token&client_id=databricks-cli&refresh_token={refresh}");
        send(mock, Request::post(TOKEN), form);
    }
    let bearer = format!("Bearer {}", text("access_token"));
    send(
        mock,
        Request::get(ME).header("authorization", bearer),
        String::new(),
    );
    send(mock, Request::get(METADATA), String::new());
}

fn send(mock: &mut Mock, request: http::request::Builder, form: String) -> Response<Vec<u8>> {
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    match request.body(form.into_bytes()) {
        Ok(request) => mock.handle(request),
        // What the mock was told to answer can be no header of a request.
        Err(_) => Response::default(),
    }
}

fn told(line: &str, body: &[u8]) -> Option<Request<Vec<u8>>> {
    let (method, path) = line.split_once(' ')?;
    let is_path = path.starts_with('/');
    let request = Request::builder().method(method).uri(path);
    is_path.then(|| request.body(body.to_vec()).ok())?
}

const AUTHORIZE: &str = "https://ws.example.test/oidc/v1/authorize?response_type=code\
    &client_id=databricks-cli&redirect_uri=http://localhost:8020&scope=all-apis+offline_access\
    &state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
const TOKEN: &str = "https://ws.example.test/oidc/v1/token";
const METADATA: &str = "https://ws.example.test/oidc/.well-known/oauth-authorization-server";
const ME: &str = "https://ws.example.test/api/2.0/preview/scim/v2/Me";
/// The example of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
