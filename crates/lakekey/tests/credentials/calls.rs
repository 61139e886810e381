//! Calls of the REST API, fixed tokens, and what happens when nothing applies.

use http::Request;
use lakekey::{Code, Environment, Kind};
use lakekey_mock::{Endpoint, Fault, Setup};

use crate::world::{HOST, World};

fn get(path: &str) -> Request<Vec<u8>> {
    Request::get(path).body(Vec::new()).unwrap()
}

#[tokio::test]
async fn a_call_is_authenticated_and_answered() {
    let world = World::new(Setup::workspace());
    let credentials = world.credentials();
    world.sign_in(&credentials).await.unwrap();
    let response = credentials
        .send(get("/api/2.1/clusters/list"))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(String::from_utf8_lossy(response.body()).contains("cluster_id"));
}

#[tokio::test]
async fn one_refusal_leads_to_one_new_token_and_one_more_try() {
    let world = World::new(Setup::workspace());
    let credentials = world.credentials();
    world.sign_in(&credentials).await.unwrap();
    let fault = Fault::new("api.status")
        .on(Endpoint::Api)
        .times(1)
        .param("status", 401);
    world.mock(|mock| mock.inject(fault)).unwrap();
    let response = credentials
        .send(get("/api/2.1/clusters/list"))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(world.posts("refresh_token"), 1);
}

#[tokio::test]
async fn a_token_goes_nowhere_but_to_its_host() {
    let world = World::new(Setup::workspace());
    let credentials = world
        .builder()
        .host(HOST)
        .token("dapi-canary")
        .build()
        .unwrap();
    for address in [
        "https://elsewhere.example/api",
        "http://adb-1.cloud.databricks.com/api",
        "//evil.example/x",
    ] {
        let error = credentials.send(get(address)).await.unwrap_err();
        assert_eq!(error.code(), Code::Usage, "{address}");
    }
    assert_eq!(world.mock(|mock| mock.requests().len()), 0);
}

#[tokio::test]
async fn a_redirect_of_a_call_is_not_followed() {
    let world = World::new(Setup::workspace());
    let credentials = world
        .builder()
        .host(HOST)
        .token("dapi-canary")
        .build()
        .unwrap();
    let fault = Fault::new("http.redirect")
        .on(Endpoint::Api)
        .param("status", 302)
        .param("location", "https://evil.example/");
    world.mock(|mock| mock.inject(fault)).unwrap();
    let error = credentials
        .send(get("/api/2.1/clusters/list"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::UnexpectedRedirect);
}

async fn refusal(builder: lakekey::Builder) -> String {
    let error = builder.build().unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    let hint = error.hint().unwrap_or_default();
    format!("{error}\n{}\n{hint}", error.notes().join("\n"))
}

#[tokio::test]
async fn without_anything_the_error_names_each_way_and_the_next_step() {
    let world = World::new(Setup::workspace());
    insta::assert_snapshot!(refusal(world.builder()).await, @r"
    none of the ways to authenticate applies
    nothing is set for pat, basic, oauth-m2m, databricks-cli, metadata-service, github-oidc, azure-devops-oidc, env-oidc, file-oidc
    lakekey auth login --host <HOST>
    ");
}

#[tokio::test]
async fn only_what_may_have_been_meant_is_explained() {
    let world = World::new(Setup::workspace());
    let half = world
        .builder()
        .host(HOST)
        .set(&lakekey::attributes::CLIENT_ID, "robot");
    insta::assert_snapshot!(refusal(half.auth_type("oauth-m2m")).await, @r"
    none of the ways to authenticate applies
    oauth-m2m: no `client_secret` is set
    set what is missing, or leave `auth_type` out
    ");
    let half = world
        .builder()
        .host(HOST)
        .set(&lakekey::attributes::CLIENT_ID, "robot")
        .set(
            &lakekey::attributes::ACTIONS_ID_TOKEN_REQUEST_URL,
            "https://gh.example.test",
        );
    insta::assert_snapshot!(refusal(half).await, @r"
    no login is stored for https://adb-1.cloud.databricks.com
    oauth-m2m: no `client_secret` is set
    github-oidc: no `actions_id_token_request_token` is set
    lakekey auth login --host https://adb-1.cloud.databricks.com
    ");
    let without_host = world
        .builder()
        .set(&lakekey::attributes::USERNAME, "user")
        .set(&lakekey::attributes::PASSWORD, "canary");
    insta::assert_snapshot!(refusal(without_host).await, @r"
    none of the ways to authenticate applies
    basic: no `host` is set
    lakekey auth login --host <HOST>
    ");
    let pinned = world.builder().host(HOST).auth_type("env-oidc");
    insta::assert_snapshot!(refusal(pinned).await, @r"
    none of the ways to authenticate applies
    env-oidc: no `DATABRICKS_OIDC_TOKEN` is set
    set what is missing, or leave `auth_type` out
    ");
}

#[test]
fn an_unknown_auth_type_is_named_with_its_origin() {
    let environment =
        Environment::from([("DATABRICKS_HOST", HOST), ("DATABRICKS_AUTH_TYPE", "magic")]);
    let world = World::new(Setup::workspace());
    let error = world
        .builder()
        .environment(environment)
        .build()
        .unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert!(error.to_string().contains("`magic`"), "{error}");
    assert_eq!(error.origins().len(), 1);
}

#[test]
fn nothing_secret_is_shown() {
    let world = World::new(Setup::workspace());
    let credentials = world
        .builder()
        .host(HOST)
        .token("dapi-canary")
        .build()
        .unwrap();
    let shown = format!("{credentials:?} {:?}", credentials.describe());
    assert!(!shown.contains("dapi-canary"), "{shown}");
}
