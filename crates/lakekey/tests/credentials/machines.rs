//! Logins without a person: a user name and password, a service principal, a metadata service.

use std::time::Duration;

use lakekey::{Clock, Code, Error};
use lakekey_mock::{Client, Setup};

use crate::scripted::{CONSOLE, GRANTED, Script, TOKEN_ENDPOINT, WORKSPACE, patience};
use crate::world::{TestClock, World};

const PRINCIPAL: &[(&str, &str)] = &[
    ("DATABRICKS_HOST", WORKSPACE),
    ("DATABRICKS_CLIENT_ID", "robot+1"),
    ("DATABRICKS_CLIENT_SECRET", "secret canary/:"),
];
const SERVICE: &str = "http://127.0.0.1:7070/canary-path";

fn shown(error: &Error) -> String {
    let origins: Vec<_> = error
        .origins()
        .iter()
        .map(|(name, origin)| format!("{name}: {origin}"))
        .collect();
    format!(
        "{error}\n{}\n{}\n{}",
        error.notes().join("\n"),
        origins.join("\n"),
        error.hint().unwrap_or_default()
    )
}

#[tokio::test]
async fn a_user_name_and_a_password_go_into_the_header_and_nowhere_else() {
    let script = Script::workspace();
    let builder = script.builder(&[
        ("DATABRICKS_HOST", WORKSPACE),
        ("DATABRICKS_USERNAME", "user"),
        ("DATABRICKS_PASSWORD", "pässword"),
    ]);
    let credentials = builder.build().unwrap();
    let headers = credentials.headers().await.unwrap();
    let value = headers.authorization().unwrap();
    assert_eq!(value, "Basic dXNlcjpww6Rzc3dvcmQ=");
    assert!(value.is_sensitive());
    assert_eq!(credentials.describe().strategy, Some("basic"));
    let shown = format!("{credentials:?} {headers:?}");
    assert!(!shown.contains("pässword") && !shown.contains("dXNlcjpw"));
}

#[test]
fn a_user_name_with_a_colon_cannot_be_sent() {
    let error = Script::workspace()
        .builder(&[
            ("DATABRICKS_HOST", WORKSPACE),
            ("DATABRICKS_USERNAME", "a:b"),
            ("DATABRICKS_PASSWORD", "canary"),
        ])
        .build()
        .unwrap_err();
    insta::assert_snapshot!(shown(&error), @r"
    a user name with a colon cannot be sent

    username: environment variable DATABRICKS_USERNAME
    correct `username`, or use an OAuth sign-in
    ");
}

#[tokio::test]
async fn a_service_principal_asks_for_itself() {
    let script = Script::workspace();
    let credentials = script.builder(PRINCIPAL).build().unwrap();
    assert_eq!(credentials.describe().strategy, Some("oauth-m2m"));
    let token = credentials.token().await.unwrap();
    let now = TestClock::default().now();
    assert_eq!(token.expiry(), Some(now + Duration::from_secs(3600)));
    let form = script.form(TOKEN_ENDPOINT);
    assert_eq!(form, "grant_type=client_credentials&scope=all-apis");
    let request = &script.sent_to(TOKEN_ENDPOINT)[0];
    // `robot%2B1:secret+canary%2F%3A`, as RFC 6749 §2.3.1 has it.
    assert_eq!(
        request.headers()["authorization"],
        "Basic cm9ib3QlMkIxOnNlY3JldCtjYW5hcnklMkYlM0E="
    );
    let headers = credentials.headers().await.unwrap();
    assert_eq!(headers.authorization().unwrap(), "Bearer access-canary");
    assert_eq!(script.sent_to(TOKEN_ENDPOINT).len(), 1);
    assert!(!format!("{credentials:?} {headers:?}").contains("canary"));
}

#[tokio::test]
async fn a_service_principal_narrows_its_token() {
    let script = Script::workspace();
    let builder = script.builder(PRINCIPAL).scopes("sql, jobs").set(
        &lakekey::attributes::AUTHORIZATION_DETAILS,
        r#"[{"type":"x"}]"#,
    );
    builder.build().unwrap().token().await.unwrap();
    assert_eq!(
        script.form(TOKEN_ENDPOINT),
        "grant_type=client_credentials&scope=jobs+sql\
         &authorization_details=%5B%7B%22type%22%3A%22x%22%7D%5D"
    );
}

#[tokio::test]
async fn a_service_principal_of_an_account_needs_no_discovery() {
    let script = Script::workspace();
    let endpoint = "https://accounts.example.test/oidc/accounts/acc-1/v1/token";
    script.answer(endpoint, 200, GRANTED);
    let builder = script.builder(PRINCIPAL).host(CONSOLE).account_id("acc-1");
    builder.build().unwrap().token().await.unwrap();
    assert_eq!(script.sent_to(endpoint).len(), 1);
}

#[tokio::test]
async fn a_service_principal_at_a_unified_host_asks_its_account() {
    let script = Script::workspace();
    script.describe_host(
        r#"{"oidc_endpoint":"https://ws.example.test/oidc/accounts/{account_id}",
            "account_id":"acc-1","host_type":"unified"}"#,
    );
    script.answer(
        "https://ws.example.test/oidc/accounts/acc-1/.well-known/oauth-authorization-server",
        200,
        r#"{"issuer":"https://ws.example.test/oidc/accounts/acc-1",
            "authorization_endpoint":"https://ws.example.test/oidc/accounts/acc-1/v1/authorize",
            "token_endpoint":"https://ws.example.test/oidc/accounts/acc-1/v1/token"}"#,
    );
    let endpoint = "https://ws.example.test/oidc/accounts/acc-1/v1/token";
    script.answer(endpoint, 200, GRANTED);
    let credentials = script.builder(PRINCIPAL).build().unwrap();
    credentials.token().await.unwrap();
    assert_eq!(script.sent_to(endpoint).len(), 1);
}

#[tokio::test]
async fn a_configured_discovery_url_says_where_and_only_on_the_same_host() {
    let script = Script::workspace();
    script.answer(
        "https://ws.example.test/sso/metadata",
        200,
        r#"{"issuer":"https://ws.example.test/sso",
            "authorization_endpoint":"https://ws.example.test/sso/authorize",
            "token_endpoint":"https://ws.example.test/sso/token"}"#,
    );
    script.answer("https://ws.example.test/sso/token", 200, GRANTED);
    let with = |url: &str| {
        let row = &lakekey::attributes::DISCOVERY_URL;
        script.builder(PRINCIPAL).set(row, url).build().unwrap()
    };
    let credentials = with("https://ws.example.test/sso/metadata?v=1");
    credentials.token().await.unwrap();
    assert_eq!(script.sent_to("https://ws.example.test/sso/token").len(), 1);
    for url in [
        "https://evil.example/metadata",
        "http://ws.example.test/sso/metadata",
        "https://ws.example.test.evil.example/",
        "no address",
    ] {
        let error = with(url).token().await.unwrap_err();
        assert_eq!(error.code(), Code::DiscoveryUntrusted, "{url}");
    }
    script.answer(
        "https://ws.example.test/forged",
        200,
        r#"{"issuer":"https://ws.example.test/sso",
            "authorization_endpoint":"https://ws.example.test/sso/authorize",
            "token_endpoint":"https://evil.example/token"}"#,
    );
    let forged = with("https://ws.example.test/forged");
    let error = forged.token().await.unwrap_err();
    assert_eq!(error.code(), Code::DiscoveryUntrusted);
    assert!(script.sent_to("https://evil.example/token").is_empty());
}

#[tokio::test]
async fn a_refused_service_principal_is_told_what_to_check() {
    let script = Script::workspace();
    let refusal =
        r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#;
    script.answer(TOKEN_ENDPOINT, 401, refusal);
    let credentials = script.builder(PRINCIPAL).build().unwrap();
    let error = credentials.token().await.unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    insta::assert_snapshot!(shown(&error), @r"
    the token endpoint answered 401 Unauthorized with `invalid_client`: Client authentication failed

    client_id: environment variable DATABRICKS_CLIENT_ID
    client_secret: environment variable DATABRICKS_CLIENT_SECRET
    check `client_id` and `client_secret`, and that the service principal may have these `scopes`
    ");
    assert!(!format!("{error:?}").contains("canary"));
    let echo = r#"{"error":"invalid_client","error_description":"not `secret canary/:`"}"#;
    script.answer(TOKEN_ENDPOINT, 401, echo);
    let error = credentials.token().await.unwrap_err();
    assert!(error.to_string().ends_with("`invalid_client`"), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn the_mock_takes_the_service_principal() {
    let mut setup = Setup::workspace();
    setup
        .clients
        .push(Client::confidential("robot+1", "secret canary/:"));
    let world = World::new(setup);
    let credentials = world
        .builder()
        .host(crate::world::HOST)
        .set(&lakekey::attributes::CLIENT_ID, "robot+1")
        .set(&lakekey::attributes::CLIENT_SECRET, "secret canary/:")
        .build()
        .unwrap();
    let first = credentials.token().await.unwrap();
    world.advance(Duration::from_secs(3600));
    let second = credentials.token().await.unwrap();
    assert_ne!(first.access(), second.access());
    assert_eq!(world.posts("client_credentials"), 2);
}

fn serviced(script: &std::sync::Arc<Script>, address: &str) -> Result<lakekey::Credentials, Error> {
    let variables = [
        ("DATABRICKS_HOST", WORKSPACE),
        ("DATABRICKS_METADATA_SERVICE_URL", address),
        ("DATABRICKS_AUTH_TYPE", "metadata-service"),
    ];
    script.builder(&variables).build()
}

#[tokio::test]
async fn a_metadata_service_is_asked_for_the_host() {
    let script = Script::workspace();
    let start = TestClock::default().now();
    let over = start
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 600;
    for expires_on in [format!("{over}"), format!("\"{over}\"")] {
        let body =
            format!(r#"{{"access_token":"t-1","token_type":"bearer","expires_on":{expires_on}}}"#);
        script.answer(SERVICE, 200, &body);
        let credentials = serviced(&script, SERVICE).unwrap();
        let token = credentials.token().await.unwrap();
        assert_eq!(token.access().expose(), "t-1");
        assert_eq!(token.expiry(), Some(start + Duration::from_secs(600)));
        let request = script.sent_to(SERVICE).pop().unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(request.headers()["x-databricks-metadata-version"], "1");
        assert_eq!(request.headers()["x-databricks-host"], WORKSPACE);
        assert_eq!(patience(&request), 10);
        assert!(!format!("{credentials:?}").contains("canary"));
    }
}

#[test]
fn a_metadata_service_is_on_this_machine() {
    let script = Script::workspace();
    for address in [
        "http://localhost:1/a",
        "http://[::1]:1/a",
        "https://127.0.0.1/",
    ] {
        serviced(&script, address).unwrap();
    }
    for address in [
        "http://127.0.0.1.canary.example/",
        "http://localhost.canary.example/",
        "http://localhost@canary.example/",
        "https://canary.example/",
        "http://169.254.169.254/canary",
        "canary",
        "localhost:7070/canary",
    ] {
        let error = serviced(&script, address).unwrap_err();
        assert_eq!(error.code(), Code::Config, "{address}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_metadata_service_that_gives_no_token_is_an_error_without_its_address() {
    let script = Script::workspace();
    for (status, body, code) in [
        (400, "canary", Code::TokenError),
        (302, "", Code::UnexpectedRedirect),
        (500, "canary", Code::ServerError),
        (0, "", Code::Transport),
        (200, "canary", Code::InvalidTokenResponse),
        (
            200,
            r#"{"access_token":"canary"}"#,
            Code::InvalidTokenResponse,
        ),
        (
            200,
            r#"{"access_token":"canary","token_type":"Basic","expires_on":1}"#,
            Code::InvalidTokenResponse,
        ),
        (
            200,
            r#"{"access_token":"canary","token_type":"Bearer","expires_on":"soon"}"#,
            Code::InvalidTokenResponse,
        ),
        (
            200,
            r#"{"access_token":"canary","token_type":"Bearer","expires_on":18446744073709551615}"#,
            Code::InvalidTokenResponse,
        ),
    ] {
        script.answer(SERVICE, status, body);
        let error = serviced(&script, SERVICE)
            .unwrap()
            .token()
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}
