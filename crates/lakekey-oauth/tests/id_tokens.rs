//! ID tokens of jobs: what is asked for, and what the answers mean.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Response;
use lakekey_core::Code;
use lakekey_oauth::{github_id_token, github_id_token_request};

const ADDRESS: &str = "https://pipelines.example.test/a/token?api-version=2.0";

fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status);
    response.body(body.as_bytes().to_vec()).unwrap()
}

#[test]
fn the_audience_is_encoded_and_the_token_is_only_in_its_header() {
    let audience = "api://x y&z=https://ws/é#";
    let request = github_id_token_request(ADDRESS, &"canary".into(), audience).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.uri(),
        "https://pipelines.example.test/a/token?api-version=2.0\
         &audience=api%3A%2F%2Fx+y%26z%3Dhttps%3A%2F%2Fws%2F%C3%A9%23"
    );
    assert_eq!(request.headers()["authorization"], "Bearer canary");
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(!format!("{request:?}").contains("canary"));
}

#[test]
fn an_address_without_a_query_gets_one() {
    let address = "http://127.0.0.1:8123/token";
    let request = github_id_token_request(address, &"t".into(), "a").unwrap();
    assert_eq!(request.uri(), "http://127.0.0.1:8123/token?audience=a");
}

#[test]
fn what_no_token_may_be_sent_to_is_refused() {
    for address in [
        "",
        "not an address",
        "pipelines.example.test/token",
        "http://pipelines.example.test/token",
        "http://127.0.0.1.evil.example/token",
        "https://user:pass@pipelines.example.test/token",
        "ftp://pipelines.example.test/token",
    ] {
        let error = github_id_token_request(address, &"t".into(), "a").unwrap_err();
        assert_eq!(error.code(), Code::Config, "{address}");
    }
    let error = github_id_token_request(ADDRESS, &"canary\n".into(), "a").unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[test]
fn the_token_is_the_member_of_the_answer() {
    let token = github_id_token(&answer(200, r#"{"count":1,"value":"a.b.c"}"#)).unwrap();
    assert_eq!(token.expose(), "a.b.c");
}

#[test]
fn an_answer_without_a_token_is_an_error_that_repeats_nothing() {
    for (status, body, code) in [
        (200, "", Code::InvalidTokenResponse),
        (200, "<html>canary</html>", Code::InvalidTokenResponse),
        (200, r#"{"value":""}"#, Code::InvalidTokenResponse),
        (200, r#"{"value":"canary\n"}"#, Code::InvalidTokenResponse),
        (
            200,
            r#"{"value":7,"x":"canary"}"#,
            Code::InvalidTokenResponse,
        ),
        (204, "", Code::TokenError),
        (302, "canary", Code::UnexpectedRedirect),
        (401, "canary", Code::TokenError),
        (429, "canary", Code::RateLimited),
        (503, "canary", Code::ServerError),
    ] {
        let error = github_id_token(&answer(status, body)).unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(error.hint().is_some(), "{status}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}
