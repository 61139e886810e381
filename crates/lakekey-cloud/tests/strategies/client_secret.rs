use std::sync::Arc;

use http::Response;
use lakekey_cloud::attributes::{
    AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_ENVIRONMENT, AZURE_TENANT_ID,
    AZURE_WORKSPACE_RESOURCE_ID,
};
use lakekey_core::{Attribute, Code, HOST};

use crate::world::{Wire, context, headers, json, login, settings, token};

const NAME: &str = "azure-client-secret";
const ID: (&Attribute, &str) = (&AZURE_CLIENT_ID, "client-1");
const SECRET: (&Attribute, &str) = (&AZURE_CLIENT_SECRET, "canary +&=");
const TENANT: (&Attribute, &str) = (&AZURE_TENANT_ID, "tenant-1");
const HOST_IN_US: (&Attribute, &str) = (&HOST, "https://adb-1.2.databricks.azure.us");
const RESOURCE: (&Attribute, &str) = (&AZURE_WORKSPACE_RESOURCE_ID, "/a/b/c");

fn two_tokens() -> Arc<Wire> {
    Wire::answering([token("one"), token("two")])
}

#[test]
fn two_tokens_and_the_workspace_go_in_three_headers() {
    let wire = two_tokens();
    let host = (&HOST, "https://adb-1.2.azuredatabricks.net");
    let login = login(NAME, &settings(&[host, ID, SECRET, TENANT, RESOURCE]));
    let login = login.unwrap().unwrap();
    assert_eq!(
        headers(&login, &context(&wire)).unwrap(),
        [
            "authorization: one",
            "x-databricks-azure-sp-management-token: two",
            "x-databricks-azure-workspace-resource-id: /a/b/c",
        ]
    );
    let post = "POST https://login.microsoftonline.com/tenant-1/oauth2/token \
        grant_type=client_credentials&client_id=client-1&client_secret=canary+%2B%26%3D";
    assert_eq!(
        wire.lines(),
        [
            format!("{post}&resource=2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
            format!("{post}&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"),
        ]
    );
    let asked = wire.asked.lock().unwrap();
    assert!(!asked[0].headers().contains_key("authorization"));
    assert!(!format!("{login:?}").contains("canary"));
}

#[test]
fn the_tenant_is_asked_of_the_host_once() {
    let tenant = Response::builder()
        .status(302)
        .header("location", "https://login.microsoftonline.us/t-9/oauth2/x")
        .body(Vec::new())
        .unwrap();
    let wire = Wire::answering([tenant, token("one"), token("two"), token("3"), token("4")]);
    let settings = settings(&[HOST_IN_US, ID, SECRET]);
    let login = login(NAME, &settings).unwrap().unwrap();
    assert!(
        wire.lines().is_empty(),
        "nothing is asked before a token is"
    );
    headers(&login, &context(&wire)).unwrap();
    headers(&login, &context(&wire)).unwrap();
    let lines = wire.lines();
    assert_eq!(lines[0], "GET https://adb-1.2.databricks.azure.us/aad/auth");
    let post = "POST https://login.microsoftonline.us/t-9/oauth2/token ";
    assert!(lines[1..].iter().all(|line| line.starts_with(post)));
    assert!(lines[2].ends_with("management.core.usgovcloudapi.net%2F"));
    assert_eq!(lines.len(), 5);
}

#[test]
fn without_a_host_the_environment_is_the_one_that_is_set() {
    let wire = two_tokens();
    let china = (&AZURE_ENVIRONMENT, "china");
    let login = login(NAME, &settings(&[RESOURCE, ID, SECRET, TENANT, china]));
    headers(&login.unwrap().unwrap(), &context(&wire)).unwrap();
    assert!(wire.lines()[0].contains("//login.chinacloudapi.cn/tenant-1/"));
}

#[test]
fn no_tenant_and_no_host_that_tells_it_is_an_error() {
    let error = login(NAME, &settings(&[RESOURCE, ID, SECRET])).unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert!(error.hint().unwrap().contains("ARM_TENANT_ID"));
    let bad = (&AZURE_TENANT_ID, "a/b");
    let error = login(NAME, &settings(&[HOST_IN_US, ID, SECRET, bad])).unwrap_err();
    assert_eq!(error.origins().len(), 1);
}

#[test]
fn a_second_token_that_cannot_be_had_is_an_error() {
    let refusal = r#"{"error":"invalid_client","error_description":"AADSTS7000215"}"#;
    let wire = Wire::answering([token("one"), json(401, refusal)]);
    let login = login(NAME, &settings(&[HOST_IN_US, ID, SECRET, TENANT]));
    let error = headers(&login.unwrap().unwrap(), &context(&wire)).unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    assert!(!format!("{error:?}").contains("canary"));
}
