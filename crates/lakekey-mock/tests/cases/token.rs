//! S-TK: the token endpoint and codes.

use std::time::Duration;

use crate::common::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Request;
use lakekey_mock::{Client, M2M_CLIENT_ID, M2M_CLIENT_SECRET, Mock, Pkce};
use sha2::{Digest, Sha256};

#[test]
fn s_tk_01_a_good_exchange_has_the_right_shape() {
    for (scope, has_refresh) in [("all-apis offline_access", true), ("all-apis", false)] {
        let mut mock = mock();
        let code = code(&mut mock, &workspace_issuer(), &[("scope", scope)]);
        let response = exchange(&mut mock, &workspace_issuer(), &code);
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "application/json");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "pragma"), "no-cache");
        let body = json(&response);
        assert!(!text(&body, "access_token").is_empty());
        assert_eq!(
            (text(&body, "token_type"), body["expires_in"].as_u64()),
            ("Bearer", Some(3600))
        );
        assert_eq!(text(&body, "scope"), scope);
        assert_eq!(body.get("refresh_token").is_some(), has_refresh);
    }
}

#[test]
fn s_tk_02_only_a_posted_form_is_read() {
    let mut mock = mock();
    let code = code(&mut mock, &workspace_issuer(), &[]);
    let url = format!("{}/v1/token", workspace_issuer());
    let form = encode(&exchange_form(&code));
    let mut send = |method: &str, url: &str, media: &str, body: &str| {
        let mut request = Request::builder().method(method).uri(url);
        if !media.is_empty() {
            request = request.header("content-type", media);
        }
        let response = mock.handle(request.body(body.as_bytes().to_vec()).unwrap());
        (outcome(&response), header(&response, "allow"))
    };
    let media = "application/x-www-form-urlencoded";
    assert_eq!(
        send("GET", &url, "", ""),
        ("405 invalid_request".to_owned(), "POST".to_owned())
    );
    assert_eq!(
        send("PUT", &url, media, &form),
        ("405 invalid_request".to_owned(), "POST".to_owned())
    );
    assert_eq!(
        send("POST", &url, "application/json", "{}").0,
        "400 invalid_request"
    );
    assert_eq!(
        send("POST", &url, "multipart/form-data; boundary=b", "--b--").0,
        "400 invalid_request"
    );
    assert_eq!(send("POST", &url, "", &form).0, "400 invalid_request");
    assert_eq!(
        send("POST", &format!("{url}?{form}"), media, "").0,
        "400 invalid_request"
    );
    assert_eq!(
        send(
            "POST",
            &url,
            media,
            &format!("{form}&pad={}", "x".repeat(1 << 20))
        )
        .0,
        "413 invalid_request"
    );
    assert_eq!(
        send("POST", &url, &format!("{media}; charset=utf-8"), &form).0,
        "200 -"
    );
}

#[test]
fn s_tk_03_grant_types_and_repeated_parameters() {
    let grants = [
        ("", "400 invalid_request"),
        ("nonsense", "400 unsupported_grant_type"),
        ("password", "400 unsupported_grant_type"),
        (
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "400 unsupported_grant_type",
        ),
        (
            "urn:ietf:params:oauth:grant-type:device_code",
            "400 unsupported_grant_type",
        ),
    ];
    let mut mock = mock();
    let code = code(&mut mock, &workspace_issuer(), &[]);
    for (grant, expected) in grants {
        let response = exchange_but(
            &mut mock,
            &workspace_issuer(),
            &code,
            &[("grant_type", grant)],
        );
        assert_eq!(outcome(&response), expected, "{grant}");
    }
    let url = format!("{}/v1/token", workspace_issuer());
    for (name, value) in exchange_form(&code) {
        let mut form = exchange_form(&code);
        form.push((name, value));
        assert_eq!(
            outcome(&post(&mut mock, &url, &form)),
            "400 invalid_request",
            "{name}"
        );
    }
    let response = exchange_but(&mut mock, &workspace_issuer(), &code, &[("foo", "bar")]);
    assert_eq!(response.status(), 200);
}

#[test]
fn s_tk_04_errors_have_the_standard_shape() {
    let mut mock = mock();
    let secret = "a-verifier-that-is-wrong-and-must-not-be-echoed";
    let code = code(&mut mock, &workspace_issuer(), &[]);
    exchange_but(
        &mut mock,
        &workspace_issuer(),
        &code,
        &[("code_verifier", secret)],
    );
    exchange_but(&mut mock, &workspace_issuer(), &code, &[("grant_type", "")]);
    exchange_but(
        &mut mock,
        &workspace_issuer(),
        &code,
        &[("client_id", "unknown")],
    );
    refresh(&mut mock, &workspace_issuer(), secret);
    for entry in mock.requests().iter().skip(1) {
        let body: serde_json::Value = serde_json::from_slice(&entry.response_body).unwrap();
        assert!(body["error"].is_string(), "{body}");
        assert!(matches!(entry.status.unwrap().as_u16(), 400 | 401));
        assert_eq!(entry.response_headers["cache-control"], "no-store");
        assert!(!body.to_string().contains(secret));
    }
}

#[test]
fn s_tk_04_a_client_that_used_the_header_gets_a_challenge() {
    let mut mock = mock();
    let response = client_credentials(&mut mock, Some("wrong"), &[]);
    assert_eq!(outcome(&response), "401 invalid_client");
    assert!(header(&response, "www-authenticate").starts_with("Basic "));
}

#[test]
fn s_tk_05_the_code_is_bound() {
    let short = &VERIFIER[1..];
    let long = "a".repeat(129);
    let cases: [(&'static str, &str, &str, &str); 9] = [
        (
            "client_id",
            "databricks-sql-python",
            "400 invalid_grant",
            "token.code.client",
        ),
        (
            "redirect_uri",
            "http://localhost:8021",
            "400 invalid_grant",
            "token.code.redirect-uri",
        ),
        (
            "redirect_uri",
            "http://localhost:8020/",
            "400 invalid_grant",
            "token.code.redirect-uri",
        ),
        (
            "redirect_uri",
            "",
            "400 invalid_request",
            "token.code.redirect-uri-missing",
        ),
        (
            "code_verifier",
            "wrong-verifier-wrong-verifier-wrong-verifier",
            "400 invalid_grant",
            "token.verifier.mismatch",
        ),
        (
            "code_verifier",
            "",
            "400 invalid_request",
            "token.verifier.missing",
        ),
        (
            "code_verifier",
            CHALLENGE,
            "400 invalid_grant",
            "token.verifier.mismatch",
        ),
        (
            "code_verifier",
            short,
            "400 invalid_request",
            "token.verifier.malformed",
        ),
        (
            "code_verifier",
            &long,
            "400 invalid_request",
            "token.verifier.malformed",
        ),
    ];
    for (name, value, expected, rule) in cases {
        let mut mock = mock();
        let code = code(&mut mock, &workspace_issuer(), &[]);
        let response = exchange_but(&mut mock, &workspace_issuer(), &code, &[(name, value)]);
        assert_eq!(
            (outcome(&response).as_str(), last_rule(&mock)),
            (expected, rule),
            "{name}={value}"
        );
        assert_eq!(mock.counters().issued, 0);
    }
    let mut mock = mock();
    assert_eq!(
        outcome(&exchange(&mut mock, &workspace_issuer(), "made-up")),
        "400 invalid_grant"
    );
    assert_eq!(
        outcome(&exchange_but(
            &mut mock,
            &workspace_issuer(),
            "x",
            &[("code", "")]
        )),
        "400 invalid_request"
    );
}

#[test]
fn s_tk_06_a_verifier_without_a_challenge_is_a_downgrade() {
    let mut setup = setup();
    setup.pkce = Pkce {
        required: false,
        ..Pkce::default()
    };
    let mut mock = Mock::new(setup);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let first = code(&mut mock, &workspace_issuer(), &without);
    assert_eq!(
        outcome(&exchange(&mut mock, &workspace_issuer(), &first)),
        "400 invalid_grant"
    );
    assert_eq!(last_rule(&mock), "token.verifier.unexpected");
    let second = code(&mut mock, &workspace_issuer(), &without);
    let response = exchange_but(
        &mut mock,
        &workspace_issuer(),
        &second,
        &[("code_verifier", "")],
    );
    assert_eq!(response.status(), 200);
}

#[test]
fn s_tk_07_a_wrong_verifier_burns_the_code_and_a_wrong_client_does_not() {
    for (burns, name, value, then) in [
        (true, "code_verifier", "x".repeat(43), "400 invalid_grant"),
        (
            true,
            "client_id",
            "databricks-sql-python".to_owned(),
            "200 -",
        ),
        (false, "code_verifier", "x".repeat(43), "200 -"),
        (
            false,
            "client_id",
            "databricks-sql-python".to_owned(),
            "200 -",
        ),
    ] {
        let mut setup = setup();
        setup.pkce.burn_on_failure = burns;
        let mut mock = Mock::new(setup);
        let code = code(&mut mock, &workspace_issuer(), &[]);
        let wrong = exchange_but(&mut mock, &workspace_issuer(), &code, &[(name, &value)]);
        assert_eq!(outcome(&wrong), "400 invalid_grant");
        assert_eq!(
            outcome(&exchange(&mut mock, &workspace_issuer(), &code)),
            then,
            "{burns} {name}"
        );
    }
}

#[test]
fn s_tk_08_a_code_used_again_revokes_what_it_gave() {
    for wait in [0, 1, 31] {
        let mut mock = mock();
        let code = code(&mut mock, &workspace_issuer(), &[]);
        let tokens = json(&exchange(&mut mock, &workspace_issuer(), &code));
        assert_eq!(
            me(&mut mock, WORKSPACE, text(&tokens, "access_token")).status(),
            200
        );
        mock.clock().advance(Duration::from_secs(wait));
        let again = exchange(&mut mock, &workspace_issuer(), &code);
        assert_eq!(
            (outcome(&again).as_str(), last_rule(&mock)),
            ("400 invalid_grant", "token.code.used")
        );
        assert_eq!(
            me(&mut mock, WORKSPACE, text(&tokens, "access_token")).status(),
            401
        );
        assert_eq!(last_rule(&mock), "api.bearer.revoked");
        refresh(
            &mut mock,
            &workspace_issuer(),
            text(&tokens, "refresh_token"),
        );
        assert_eq!(last_rule(&mock), "token.refresh.revoked");
    }
}

#[test]
fn s_tk_10_codes_expire_by_the_clock_of_the_mock() {
    for (seconds, expected) in [(59, "200 -"), (61, "400 invalid_grant")] {
        let mut mock = mock();
        let code = code(&mut mock, &workspace_issuer(), &[]);
        mock.clock().advance(Duration::from_secs(seconds));
        assert_eq!(
            outcome(&exchange(&mut mock, &workspace_issuer(), &code)),
            expected
        );
    }
}

#[test]
fn s_tk_11_appendix_b_of_rfc_7636() {
    let mut mock = mock();
    let code = code(
        &mut mock,
        &workspace_issuer(),
        &[("code_challenge", CHALLENGE)],
    );
    let response = exchange_but(
        &mut mock,
        &workspace_issuer(),
        &code,
        &[("code_verifier", VERIFIER)],
    );
    assert_eq!(response.status(), 200);
}

#[test]
fn s_tk_11_plain_and_s256_are_not_confused() {
    let mut setup = setup();
    setup.pkce.plain = true;
    let mut mock = Mock::new(setup);
    let plain = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "plain"),
    ];
    let first = code(&mut mock, &workspace_issuer(), &plain);
    let preimage = exchange_but(
        &mut mock,
        &workspace_issuer(),
        &first,
        &[("code_verifier", VERIFIER)],
    );
    assert_eq!(outcome(&preimage), "400 invalid_grant");
    let second = code(&mut mock, &workspace_issuer(), &plain);
    let itself = exchange_but(
        &mut mock,
        &workspace_issuer(),
        &second,
        &[("code_verifier", CHALLENGE)],
    );
    assert_eq!(itself.status(), 200);
}

proptest::proptest! {
    #[test]
    fn s_tk_11_every_s256_pair_fits_and_no_other(verifier in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut mock = mock();
        let code = code(&mut mock, &workspace_issuer(), &[("code_challenge", &challenge)]);
        let response = exchange_but(&mut mock, &workspace_issuer(), &code, &[("code_verifier", &other)]);
        proptest::prop_assert_eq!(response.status() == 200, verifier == other);
        let again = crate::common::code(&mut mock, &workspace_issuer(), &[("code_challenge", &challenge)]);
        let response = exchange_but(&mut mock, &workspace_issuer(), &again, &[("code_verifier", &verifier)]);
        proptest::prop_assert_eq!(response.status(), 200);
    }
}

#[test]
fn client_credentials_by_header_and_by_form() {
    let mut mock = mock();
    let by_header = client_credentials(&mut mock, Some(M2M_CLIENT_SECRET), &[]);
    let by_form = client_credentials(
        &mut mock,
        None,
        &[
            ("client_id", M2M_CLIENT_ID),
            ("client_secret", M2M_CLIENT_SECRET),
        ],
    );
    for response in [by_header, by_form] {
        assert_eq!(response.status(), 200);
        let body = json(&response);
        assert!(body.get("refresh_token").is_none());
        let token = text(&body, "access_token").to_owned();
        assert_eq!(decoded(&token, 1)["sub"], M2M_CLIENT_ID);
        assert_eq!(
            json(&me(&mut mock, WORKSPACE, &token))["userName"],
            M2M_CLIENT_ID
        );
    }
    let both = client_credentials(
        &mut mock,
        Some(M2M_CLIENT_SECRET),
        &[("client_secret", M2M_CLIENT_SECRET)],
    );
    assert_eq!(
        (outcome(&both).as_str(), last_rule(&mock)),
        ("400 invalid_request", "token.client.two-ways")
    );
    let public = client_credentials(&mut mock, None, &[("client_id", "databricks-cli")]);
    assert_eq!(outcome(&public), "400 unauthorized_client");
    let unnamed = client_credentials(&mut mock, None, &[]);
    assert_eq!(
        (outcome(&unnamed).as_str(), last_rule(&mock)),
        ("400 invalid_request", "token.client.missing")
    );
}

#[test]
fn a_client_may_encode_its_secret_before_base64_or_not() {
    let mut setup = setup();
    setup.clients.push(Client::confidential("sp", "se%cr+et /"));
    let mut mock = Mock::new(setup);
    for sent in ["sp:se%cr+et /", "sp:se%25cr%2Bet+%2F"] {
        let response = by_basic(&mut mock, sent, &[]);
        assert_eq!(response.status(), 200, "{sent}");
    }
}

fn client_credentials(
    mock: &mut Mock,
    secret: Option<&str>,
    more: &[(&str, &str)],
) -> http::Response<Vec<u8>> {
    if let Some(secret) = secret {
        return by_basic(mock, &format!("{M2M_CLIENT_ID}:{secret}"), more);
    }
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(more);
    post(mock, &format!("{}/v1/token", workspace_issuer()), &form)
}

fn by_basic(mock: &mut Mock, credentials: &str, more: &[(&str, &str)]) -> http::Response<Vec<u8>> {
    let mut form = vec![("grant_type", "client_credentials"), ("scope", "all-apis")];
    form.extend_from_slice(more);
    let request = Request::post(format!("{}/v1/token", workspace_issuer()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            format!("Basic {}", STANDARD.encode(credentials)),
        );
    mock.handle(request.body(encode(&form).into_bytes()).unwrap())
}
