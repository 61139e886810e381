use std::time::{Duration, UNIX_EPOCH};

use http::Response;
use lakekey_cloud::attributes::{AZURE_CLIENT_ID, AZURE_USE_MSI, AZURE_WORKSPACE_RESOURCE_ID};
use lakekey_core::{Attribute, Code, HOST, Settings};

use crate::world::{NOW, Wire, context, headers, json, login, settings, total, wait};

const NAME: &str = "azure-msi";
const MSI: (&Attribute, &str) = (&AZURE_USE_MSI, "true");
const WORKSPACE: (&Attribute, &str) = (&HOST, "https://adb-123.4.azuredatabricks.net");
const SERVICE: &str =
    "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

fn token(text: &str, expires_on: &str) -> Response<Vec<u8>> {
    json(
        200,
        &format!(
            r#"{{"access_token":"{text}","token_type":"Bearer","expires_on":{expires_on},
                "expires_in":"86400"}}"#
        ),
    )
}

fn managed(settings: &Settings) -> lakekey_core::Login {
    login(NAME, settings).unwrap().unwrap()
}

#[test]
fn the_metadata_service_is_asked_for_two_tokens() {
    let end = (NOW + 600).to_string();
    let wire = Wire::answering([token("cde", &end), token("def", &format!("\"{end}\""))]);
    let resource = (&AZURE_WORKSPACE_RESOURCE_ID, "/a/b/c");
    let login = managed(&settings(&[MSI, WORKSPACE, resource]));
    assert_eq!(
        headers(&login, &context(&wire)).unwrap(),
        [
            "authorization: cde",
            "x-databricks-azure-sp-management-token: def",
            "x-databricks-azure-workspace-resource-id: /a/b/c",
        ]
    );
    assert_eq!(
        wire.lines(),
        [
            format!("{SERVICE}&resource=2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
            format!("{SERVICE}&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"),
        ]
    );
    for request in wire.asked.lock().unwrap().iter() {
        assert_eq!(request.headers()["metadata"], "true");
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(total(request), Duration::from_secs(10));
    }
}

#[test]
fn the_host_of_a_resource_id_is_found_when_it_is_asked_for() {
    let end = (NOW + 600).to_string();
    let workspace = r#"{"properties":{"workspaceUrl":"adb-123.4.azuredatabricks.net"}}"#;
    let wire = Wire::answering([
        token("bcd", &end),
        json(200, workspace),
        token("cde", &end),
        token("def", &end),
    ]);
    let resource = (&AZURE_WORKSPACE_RESOURCE_ID, "/a/b/c");
    let login = managed(&settings(&[MSI, resource]));
    let (cx, source) = (context(&wire), login.host.as_ref().unwrap());
    for _ in 0..2 {
        assert_eq!(wait(source.host(&cx)).unwrap().as_str(), WORKSPACE.1);
    }
    headers(&login, &cx).unwrap();
    assert_eq!(
        wire.lines(),
        [
            format!("{SERVICE}&resource=https%3A%2F%2Fmanagement.azure.com%2F"),
            "GET https://management.azure.com/a/b/c?api-version=2018-04-01".to_owned(),
            format!("{SERVICE}&resource=2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
            format!("{SERVICE}&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"),
        ]
    );
    let asked = wire.asked.lock().unwrap();
    assert_eq!(asked[1].headers()["authorization"], "Bearer bcd");
    drop(asked);
    let known = managed(&settings(&[MSI, resource, WORKSPACE]));
    assert!(known.host.is_none(), "a host that is set is the host");
}

#[test]
fn a_token_lives_until_the_moment_the_service_names() {
    let end = (NOW + 600).to_string();
    for expires_on in [end.clone(), format!("\"{end}\"")] {
        let wire = Wire::answering([token("cde", &expires_on)]);
        let login = managed(&settings(&[MSI, WORKSPACE]));
        let token = wait(login.authorization.token(&context(&wire))).unwrap();
        assert_eq!(token.lifetime(), Some(Duration::from_secs(600)));
        let end = UNIX_EPOCH + Duration::from_secs(NOW + 600);
        assert_eq!(token.expiry(), Some(end));
    }
}

#[test]
fn a_user_assigned_identity_is_named() {
    let wire = Wire::answering([json(404, r#"{"error":"not_found"}"#)]);
    let settings = settings(&[MSI, WORKSPACE, (&AZURE_CLIENT_ID, "abc")]);
    let error = headers(&managed(&settings), &context(&wire)).unwrap_err();
    assert!(wire.lines()[0].starts_with(&format!("{SERVICE}&client_id=abc&resource=")));
    assert_eq!(error.code(), Code::TokenError);
    assert!(error.to_string().contains("azure_client_id"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_busy_service_is_asked_again_and_a_missing_one_is_not() {
    let wire = Wire::answering([json(503, ""), json(429, ""), token("cde", "null")]);
    let login = managed(&settings(&[MSI, WORKSPACE]));
    let token = wait(login.authorization.token(&context(&wire))).unwrap();
    assert_eq!(token.access().expose(), "cde");

    let nobody = Wire::answering([]);
    let error = headers(&login, &context(&nobody)).unwrap_err();
    assert_eq!(error.code(), Code::Transport);
    assert!(error.hint().unwrap().contains("azure_use_msi"));
    assert_eq!(nobody.lines().len(), 1);
}

#[test]
fn it_takes_a_flag_that_is_true() {
    for text in ["false", "0"] {
        let settings = settings(&[(&AZURE_USE_MSI, text), WORKSPACE]);
        assert!(login(NAME, &settings).unwrap().is_none());
    }
    let settings = settings(&[(&AZURE_USE_MSI, "yes"), WORKSPACE]);
    assert_eq!(login(NAME, &settings).unwrap_err().code(), Code::Config);
}
