//! S-API: resources behind a bearer token.

use std::time::Duration;

use crate::common::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Request;
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Mock, Setup, Workspace};
use serde_json::json;

#[test]
fn s_api_01_what_is_no_token_gets_the_right_challenge() {
    let mut mock = mock();
    let good = text(&sign_in(&mut mock, &workspace_issuer()), "access_token").to_owned();
    let [head, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let code = code(
        &mut mock,
        &workspace_issuer(),
        &[("scope", "openid all-apis")],
    );
    let with_identity = json(&exchange(&mut mock, &workspace_issuer(), &code));
    let mut widened = decoded(&good, 1);
    widened["sub"] = json!("admin@example.com");
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header_of = |alg: &str, kid: &str| part(json!({ "alg": alg, "typ": "at+jwt", "kid": kid }));
    let cases = [
        (String::new(), 400, "api.bearer.malformed"),
        ("two tokens".to_owned(), 400, "api.bearer.malformed"),
        ("nonsense".to_owned(), 401, "api.bearer.signature"),
        (
            format!("{head}.{}.{signature}", part(widened)),
            401,
            "api.bearer.signature",
        ),
        (
            format!("{}.{payload}.", header_of("none", "mock-key-1")),
            401,
            "api.bearer.algorithm",
        ),
        (
            format!("{}.{payload}.{signature}", header_of("HS256", "mock-key-1")),
            401,
            "api.bearer.algorithm",
        ),
        (
            format!("{}.{payload}.{signature}", header_of("RS256", "other")),
            401,
            "api.bearer.key",
        ),
        (
            text(&with_identity, "id_token").to_owned(),
            401,
            "api.bearer.type",
        ),
    ];
    for (token, status, rule) in cases {
        let response = me(&mut mock, WORKSPACE, &token);
        assert_eq!(
            (response.status().as_u16(), last_rule(&mock)),
            (status, rule),
            "{token}"
        );
        let error = if status == 400 {
            "invalid_request"
        } else {
            "invalid_token"
        };
        assert!(header(&response, "www-authenticate").contains(&format!("error=\"{error}\"")));
    }
}

#[test]
fn s_api_01_no_credentials_get_a_challenge_without_an_error() {
    let mut mock = mock();
    let url = format!("{WORKSPACE}/api/2.1/clusters/list");
    for headers in [&[][..], &[("authorization", "Basic dTpw")]] {
        let response = get_with(&mut mock, &url, headers);
        assert_eq!(response.status(), 401);
        assert_eq!(
            header(&response, "www-authenticate"),
            "Bearer realm=\"databricks\""
        );
    }
    let twice = get_with(
        &mut mock,
        &url,
        &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
    );
    assert_eq!(
        (twice.status().as_u16(), last_rule(&mock)),
        (400, "api.bearer.malformed")
    );
}

#[test]
fn s_api_01_expired_revoked_and_foreign_tokens_are_invalid() {
    let mut mock = mock();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    let token = text(&tokens, "access_token");
    me(
        &mut mock,
        "https://another-name.cloud.databricks.com",
        token,
    );
    assert_eq!(last_rule(&mock), "api.bearer.issuer");
    mock.clock().advance(Duration::from_secs(3599));
    assert_eq!(me(&mut mock, WORKSPACE, token).status(), 200);
    mock.clock().advance(Duration::from_secs(1));
    assert_eq!(me(&mut mock, WORKSPACE, token).status(), 401);
    assert_eq!(last_rule(&mock), "api.bearer.expired");

    let tokens = sign_in(&mut mock, &workspace_issuer());
    assert!(mock.revoke(text(&tokens, "access_token")));
    me(&mut mock, WORKSPACE, text(&tokens, "access_token"));
    assert_eq!(last_rule(&mock), "api.bearer.revoked");
}

#[test]
fn s_api_02_audience_and_scope() {
    let mut setup = setup();
    let second = Workspace {
        id: "77".to_owned(),
        host: Some("second.example.com".to_owned()),
        ..Workspace::default()
    };
    setup.workspaces.push(second);
    let mut mock = Mock::new(setup);
    let workspace = text(&sign_in(&mut mock, &workspace_issuer()), "access_token").to_owned();
    let account = text(&sign_in(&mut mock, &account_issuer()), "access_token").to_owned();
    me(&mut mock, WORKSPACE, &account);
    assert_eq!(last_rule(&mock), "api.bearer.audience");
    assert_eq!(workspaces(&mut mock, &workspace).status(), 401);
    assert_eq!(last_rule(&mock), "api.bearer.audience");
    me(&mut mock, "https://second.example.com", &workspace);
    assert_eq!(last_rule(&mock), "api.bearer.audience");
    assert_eq!(workspaces(&mut mock, &account).status(), 200);

    let code = code(&mut mock, &workspace_issuer(), &[("scope", "sql")]);
    let narrow = json(&exchange(&mut mock, &workspace_issuer(), &code));
    let response = me(&mut mock, WORKSPACE, text(&narrow, "access_token"));
    assert_eq!(response.status(), 403);
    let challenge = header(&response, "www-authenticate");
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("scope=\"all-apis\""),
        "{challenge}"
    );
}

#[test]
fn s_api_03_only_the_header_counts() {
    let mut mock = mock();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    let token = text(&tokens, "access_token");
    let url = format!("{WORKSPACE}/api/2.1/clusters/list");
    let bearer = format!("Bearer {token}");
    assert_eq!(
        get(&mut mock, &format!("{url}?access_token={token}")).status(),
        400
    );
    let both = get_with(
        &mut mock,
        &format!("{url}?access_token={token}"),
        &[("authorization", &bearer)],
    );
    assert_eq!(
        (both.status().as_u16(), last_rule(&mock)),
        (400, "api.bearer.in-request")
    );
    let body = Request::get(&url).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        mock.handle(
            body.body(format!("access_token={token}").into_bytes())
                .unwrap()
        )
        .status(),
        400
    );
    for scheme in ["bearer", "BEARER"] {
        let response = get_with(
            &mut mock,
            &url,
            &[("authorization", &format!("{scheme} {token}"))],
        );
        assert_eq!(
            (
                response.status().as_u16(),
                header(&response, "cache-control").as_str()
            ),
            (200, "no-store")
        );
    }
}

#[test]
fn answers_have_what_clients_read() {
    let mut mock = mock();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    for path in ["/api/2.1/clusters/list", "/api/2.0/clusters/list"] {
        let response = get_with(
            &mut mock,
            &format!("{WORKSPACE}{path}"),
            &[("authorization", &bearer)],
        );
        assert_eq!(json(&response)["clusters"][0]["cluster_name"], "shared");
    }
    let person = json(&me(&mut mock, WORKSPACE, text(&tokens, "access_token")));
    assert_eq!(
        (text(&person, "userName"), text(&person, "displayName")),
        ("user@example.com", "Example User")
    );
    let account = text(&sign_in(&mut mock, &account_issuer()), "access_token").to_owned();
    assert_eq!(
        json(&workspaces(&mut mock, &account))[0]["workspace_name"],
        "example"
    );
    let unknown = get_with(
        &mut mock,
        &format!("{WORKSPACE}/api/2.0/jobs/list"),
        &[("authorization", &bearer)],
    );
    assert_eq!(
        (unknown.status().as_u16(), last_rule(&mock)),
        (404, "route.unknown")
    );
}

#[test]
fn a_unified_host_takes_the_tokens_of_its_account() {
    let origin = "https://company.databricks.com";
    let mut setup = Setup::unified(DEFAULT_ACCOUNT_ID);
    setup.clock = crate::common::setup().clock;
    let mut mock = Mock::new(setup);
    let issuer = format!("{origin}/oidc/accounts/{DEFAULT_ACCOUNT_ID}");
    let tokens = sign_in(&mut mock, &issuer);
    assert_eq!(
        me(&mut mock, origin, text(&tokens, "access_token")).status(),
        200
    );
}

#[test]
fn personal_tokens_open_a_workspace() {
    let mut setup = setup();
    setup.users[1]
        .personal_tokens
        .push("dapi-example".to_owned());
    let mut mock = Mock::new(setup);
    assert_eq!(
        json(&me(&mut mock, WORKSPACE, "dapi-example"))["userName"],
        "admin@example.com"
    );
    assert_eq!(workspaces(&mut mock, "dapi-example").status(), 401);
    assert_eq!(me(&mut mock, WORKSPACE, "dapi-other").status(), 401);
}

fn workspaces(mock: &mut Mock, token: &str) -> http::Response<Vec<u8>> {
    let url = format!("{ACCOUNTS}/api/2.0/accounts/{DEFAULT_ACCOUNT_ID}/workspaces");
    get_with(mock, &url, &[("authorization", &format!("Bearer {token}"))])
}
