//! What an answer of the token endpoint means.

use std::time::{Duration, SystemTime};

use http::Response;
use lakekey_core::{Code, Error, Token};
use lakekey_endpoints::Target;
use lakekey_oauth::{
    DEFAULT_LIFETIME, Grant, MAX_LIFETIME, Pending, RedirectUri, ResponseError, token_response,
};
use proptest::prelude::*;

const OK: &str = r#"{"access_token":"canary-a","token_type":"Bearer","expires_in":3600}"#;

#[test]
fn a_token_with_all_its_members() {
    let body = r#"{"access_token":"a.b-c","token_type":"bearer","expires_in":"3600",
        "refresh_token":"r-2","scope":"all-apis offline_access","id_token":"x","n":1e400,"o":{}}"#;
    let token = read(200, JSON, body, &refresh()).expect("a token");
    assert_eq!(token.access().expose(), "a.b-c");
    assert_eq!(token.token_type(), "bearer");
    assert_eq!(
        token.refresh().map(lakekey_core::Secret::expose),
        Some("r-2")
    );
    assert_eq!(token.scope(), Some("all-apis offline_access"));
    assert_eq!(token.lifetime(), Some(Duration::from_secs(3600)));
    assert_eq!(token.expiry(), Some(started() + Duration::from_secs(3600)));
}

#[test]
fn a_refresh_keeps_its_refresh_token_unless_there_is_a_new_one() {
    for member in ["", r#""refresh_token":null,"#] {
        let body = OK.replacen('{', &format!("{{{member}"), 1);
        let token = read(200, JSON, &body, &refresh()).expect("a token");
        assert_eq!(
            token.refresh().map(lakekey_core::Secret::expose),
            Some("canary-r")
        );
        assert_eq!(
            read(200, JSON, &body, &code()).expect("a token").refresh(),
            None
        );
    }
}

#[test]
fn expires_in_is_read_with_care() {
    let table = [
        ("3600", Some(3600)),
        (r#""3600""#, Some(3600)),
        ("3600.5", Some(3600)),
        ("0", Some(0)),
        ("-5", Some(0)),
        ("1e18", Some(MAX_LIFETIME.as_secs())),
        ("9223372036854775807", Some(MAX_LIFETIME.as_secs())),
        ("1e400", Some(MAX_LIFETIME.as_secs())),
        ("null", Some(DEFAULT_LIFETIME.as_secs())),
        (r#""abc""#, None),
        ("true", None),
    ];
    for (expires_in, expected) in table {
        let token = read(200, JSON, &OK.replace("3600", expires_in), &code());
        match (token, expected) {
            (Ok(token), Some(seconds)) => {
                assert_eq!(
                    token.lifetime(),
                    Some(Duration::from_secs(seconds)),
                    "{expires_in}"
                );
            }
            (Err(error), None) => assert_eq!(error.code(), Code::InvalidTokenResponse),
            (found, _) => panic!("{expires_in}: {found:?}"),
        }
    }
}

#[test]
fn without_expires_in_a_token_does_not_live_for_ever() {
    let lifetime = |access: &str| {
        let body = format!(r#"{{"access_token":"{access}","token_type":"Bearer"}}"#);
        read(200, JSON, &body, &code()).expect("a token").lifetime()
    };
    assert_eq!(lifetime("opaque"), Some(DEFAULT_LIFETIME));
    // The claims are {"exp":1000600} and {"exp":99999999999}.
    assert_eq!(
        lifetime("e30.eyJleHAiOjEwMDA2MDB9.x"),
        Some(Duration::from_secs(600))
    );
    assert_eq!(
        lifetime("e30.eyJleHAiOjk5OTk5OTk5OTk5fQ.x"),
        Some(MAX_LIFETIME)
    );
}

#[test]
fn an_answer_that_brings_no_usable_token_is_refused() {
    let without = |member: &str, value: &str| OK.replace(member, value);
    let access = r#""access_token":"canary-a""#;
    let kind = r#""token_type":"Bearer""#;
    let bodies = [
        without(access, r#""x":1"#),
        without(access, r#""access_token":null"#),
        without(access, r#""access_token":"""#),
        without(access, r#""access_token":12"#),
        without(access, r#""access_token":{}"#),
        without(access, r#""access_token":"a\nb""#),
        without(access, r#""access_token":"a b""#),
        without(access, r#""access_token":"é""#),
        without(kind, r#""x":1"#),
        without(kind, r#""token_type":"""#),
        without(kind, r#""token_type":null"#),
        without(kind, r#""token_type":"mac""#),
        without(kind, r#""token_type":"DPoP""#),
        without(kind, r#""token_type":"Bearer","refresh_token":"""#),
        without(kind, r#""token_type":"Bearer","refresh_token":7"#),
        without(kind, r#""token_type":"Bearer","scope":[]"#),
        "null".to_owned(),
        "[]".to_owned(),
        r#"["canary-a","Bearer"]"#.to_owned(),
        r#""str""#.to_owned(),
        String::new(),
        format!("{OK}{OK}"),
    ];
    for body in bodies {
        let error = read(200, JSON, &body, &code()).expect_err(&body);
        assert_eq!(error.code(), Code::InvalidTokenResponse, "{body}");
    }
    for end in 0..OK.len() {
        assert!(read(200, JSON, &OK[..end], &code()).is_err(), "{end}");
    }
}

#[test]
fn only_json_is_json() {
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON ;x",
    ] {
        assert!(
            read(200, content_type, OK, &code()).is_ok(),
            "{content_type}"
        );
    }
    for content_type in [
        "text/plain",
        "text/html",
        "application/jsonp",
        "",
        "application/jwt",
    ] {
        let error = read(200, content_type, OK, &code()).expect_err(content_type);
        assert_eq!(error.code(), Code::InvalidTokenResponse, "{content_type}");
    }
    assert_eq!(
        read(204, "", "", &code()).expect_err("empty").code(),
        Code::InvalidTokenResponse
    );
}

#[test]
fn a_scope_that_repeats_the_grant_is_kept_without_it() {
    let body =
        r#"{"access_token": "a", "token_type": "Bearer", "scope": "sql canary-r x=canary-r"}"#;
    let token = read(200, "application/json", body, &refresh()).expect("a token");
    assert_eq!(token.scope(), Some("sql … x=…"));
}

#[test]
fn refusals_say_what_to_do_next() {
    use Code::{
        InvalidTokenResponse, LoginFailed, RateLimited, ReauthRequired, ServerError, TokenError,
        UnexpectedRedirect,
    };
    let invalid = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    let dialect = r#"{"error":"invalid_request","error_description":"Refresh token is invalid"}"#;
    let other = r#"{"error":"invalid_request","error_description":"refresh token is invalid"}"#;
    let both = OK.replacen('{', r#"{"error":"x","#, 1);
    let table: &[(u16, &str, &str, Code, Code)] = &[
        // status, content type, body, after a code, after a refresh token
        (
            400,
            JSON,
            &invalid("invalid_grant"),
            LoginFailed,
            ReauthRequired,
        ),
        (
            401,
            JSON,
            &invalid("invalid_grant"),
            LoginFailed,
            ReauthRequired,
        ),
        (
            200,
            JSON,
            &invalid("invalid_grant"),
            LoginFailed,
            ReauthRequired,
        ),
        (200, JSON, &both, LoginFailed, TokenError),
        (400, JSON, dialect, TokenError, ReauthRequired),
        (401, JSON, dialect, TokenError, ReauthRequired),
        (403, JSON, dialect, TokenError, TokenError),
        (400, JSON, other, TokenError, TokenError),
        (
            401,
            JSON,
            &invalid("invalid_client"),
            TokenError,
            TokenError,
        ),
        (400, JSON, &invalid("invalid_scope"), TokenError, TokenError),
        (400, JSON, &invalid("x_vendor"), TokenError, TokenError),
        (
            400,
            JSON,
            r#"{"error_code":"X","message":"m"}"#,
            TokenError,
            TokenError,
        ),
        (400, "text/plain", "no", TokenError, TokenError),
        (404, "", "", TokenError, TokenError),
        (
            400,
            "text/html; charset=utf-8",
            "<p>",
            InvalidTokenResponse,
            InvalidTokenResponse,
        ),
        (301, JSON, OK, UnexpectedRedirect, UnexpectedRedirect),
        (308, JSON, OK, UnexpectedRedirect, UnexpectedRedirect),
        (304, JSON, OK, UnexpectedRedirect, UnexpectedRedirect),
        (429, JSON, OK, RateLimited, RateLimited),
        (
            500,
            JSON,
            &invalid("invalid_grant"),
            LoginFailed,
            ServerError,
        ),
        (503, JSON, "", LoginFailed, ServerError),
    ];
    for (status, content_type, body, after_code, after_refresh) in table {
        let outcome = |grant| read(*status, content_type, body, &grant).map_err(|e| e.code());
        assert_eq!(outcome(code()), Err(*after_code), "{status} {body}");
        assert_eq!(outcome(refresh()), Err(*after_refresh), "{status} {body}");
    }
}

#[test]
fn a_stated_delay_can_be_reached() {
    let answer = |status: u16, grant: &Grant| {
        let response = Response::builder()
            .status(status)
            .header("retry-after", "7");
        token_response(
            &response.body(Vec::new()).expect("a response"),
            started(),
            grant,
        )
        .expect_err("no token")
    };
    let delay = Some(Duration::from_secs(7));
    assert_eq!(answer(429, &refresh()).retry_after(), delay);
    assert_eq!(answer(503, &refresh()).retry_after(), delay);
    assert_eq!(answer(503, &code()).code(), Code::ServerError);
    assert_eq!(answer(502, &code()).code(), Code::LoginFailed);
}

#[test]
fn messages_name_the_fact_and_the_next_step() {
    let described = r#"{"error":"invalid_scope","error_description":"no such\u001b[1m scope"}"#;
    let dead = r#"{"error":"invalid_grant","error_description":"canary-r was used"}"#;
    let html = "<html>canary</html>";
    let answers = [
        (400, JSON, described),
        (400, JSON, dead),
        (404, "", ""),
        (200, "text/html; charset=utf-8", html),
        (200, "", ""),
        (400, "text/html", html),
        (307, "", ""),
        (502, "", ""),
        (429, "", ""),
    ];
    let shown: Vec<_> = answers
        .into_iter()
        .map(|(status, content_type, body)| {
            let error = read(status, content_type, body, &refresh()).expect_err("no token");
            let error = Error::from(error);
            format!(
                "{}: {error}\n  hint: {}\n",
                error.code(),
                error.hint().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(shown.concat(), @r"
    token_error: the token endpoint answered 400 Bad Request with `invalid_scope`: no such�[1m scope
      hint: check the client and its scopes, then sign in again
    reauth_required: the refresh token is no longer valid with `invalid_grant`
      hint: sign in again
    token_error: the token endpoint answered 404 Not Found
      hint: check the client and its scopes, then sign in again
    invalid_token_response: the answer of the token endpoint cannot be used, its content type is not application/json (status 200 OK, content type text/html; charset=utf-8, 19 bytes)
      hint: check the host, and whether a proxy answers in its place
    invalid_token_response: the answer of the token endpoint cannot be used, its content type is not application/json (status 200 OK, no content type, 0 bytes)
      hint: check the host, and whether a proxy answers in its place
    invalid_token_response: the answer of the token endpoint cannot be used, it is a page for people (status 400 Bad Request, content type text/html, 19 bytes)
      hint: check the host, and whether a proxy answers in its place
    unexpected_redirect: the token endpoint answered 307 Temporary Redirect, a redirect, which is not followed
      hint: check the host, and whether a proxy answers in its place
    server_error: the token endpoint failed with 502 Bad Gateway
      hint: try again later
    rate_limited: the token endpoint asks to wait
      hint: try again later
    ");
}

#[test]
fn a_content_type_that_repeats_a_secret_is_withheld() {
    let error = read(200, "x/canary-r", "", &refresh()).expect_err("no token");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

proptest! {
    #[test]
    fn no_answer_is_too_odd(
        status in 200_u16..600,
        content_type in prop::sample::select(vec![JSON, "text/html", ""]),
        body in prop_oneof![
            "\\PC{0,60}".prop_map(|text: String| text),
            (members(), members(), members()).prop_map(|(a, b, c)| format!("{{{a},{b},{c}}}")),
        ],
    ) {
        for grant in [code(), refresh()] {
            match read(status, content_type, &body, &grant) {
                Ok(token) => {
                    prop_assert!(token.access().expose().bytes().all(|b| b.is_ascii_graphic()));
                    prop_assert!(!token.access().is_empty());
                    prop_assert!(token.token_type().eq_ignore_ascii_case("bearer"));
                    prop_assert!(token.lifetime().expect("always known") <= MAX_LIFETIME);
                }
                Err(error) => {
                    let shown = format!("{error} {error:?} {:?}", Error::from(error.clone()));
                    prop_assert!(!shown.contains("canary") && !shown.contains('\u{1b}'), "{}", shown);
                }
            }
        }
    }
}

fn members() -> impl Strategy<Value = String> {
    let names = [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "scope",
        "error",
    ];
    let values = [
        r#""canary-a""#,
        r#""Bearer""#,
        "3600",
        r#""1e99""#,
        "null",
        r#""""#,
        r#""\u001b""#,
        "[[]]",
        "true",
    ];
    let pick = |list: &[&'static str]| prop::sample::select(list.to_vec());
    (pick(&names), pick(&values)).prop_map(|(name, value)| match (name, value) {
        // A server that says its error is the secret it was sent; any other is its own business.
        ("error", r#""canary-a""#) => r#""error":"canary-r canary-c""#.to_owned(),
        _ => format!(r#""{name}":{value}"#),
    })
}

const JSON: &str = "application/json";

fn read(
    status: u16,
    content_type: &str,
    body: &str,
    grant: &Grant,
) -> Result<Token, ResponseError> {
    let mut response = Response::builder().status(status);
    if !content_type.is_empty() {
        response = response.header("content-type", content_type);
    }
    let response = response.body(body.as_bytes().to_vec()).expect("a response");
    token_response(&response, started(), grant)
}

fn started() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)
}

fn refresh() -> Grant {
    Grant::Refresh("canary-r".into())
}

fn code() -> Grant {
    let target = Target::account(
        "accounts.example.test".parse().expect("a host"),
        "abc".parse().expect("an account id"),
    );
    let endpoints = target.endpoints().expect("fixed for accounts");
    let (state, verifier) = ("s".parse(), "canary-v-".repeat(5).parse());
    Pending::resume(
        &endpoints,
        RedirectUri::loopback(8020),
        state.expect("a state"),
        verifier.expect("a verifier"),
    )
    .finish("/?code=canary-c&state=s")
    .expect("the right callback")
}
