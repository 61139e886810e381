use std::time::Duration;

use lakekey_cloud::attributes::{
    ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL, AZURE_CLIENT_ID, AZURE_TENANT_ID,
};
use lakekey_core::{Attribute, Code, HOST};

use crate::world::{Wire, context, headers, json, login, settings, token, total};

const NAME: &str = "github-oidc-azure";
const GIVEN: &[(&Attribute, &str)] = &[
    (&HOST, "https://adb-1.2.azuredatabricks.net"),
    (&AZURE_CLIENT_ID, "client-1"),
    (&AZURE_TENANT_ID, "tenant-1"),
    (
        &ACTIONS_ID_TOKEN_REQUEST_URL,
        "https://actions.example.test/t?v=1",
    ),
    (&ACTIONS_ID_TOKEN_REQUEST_TOKEN, "canary"),
];

#[test]
fn each_token_takes_an_id_token_of_its_own() {
    let id_token = |text: &str| json(200, &format!(r#"{{"value":"{text}"}}"#));
    let wire = Wire::answering([id_token("i.1"), token("one"), id_token("i.2"), token("two")]);
    let login = login(NAME, &settings(GIVEN)).unwrap().unwrap();
    assert!(!format!("{login:?}").contains("canary"));
    for expected in ["one", "two"] {
        let headers = headers(&login, &context(&wire)).unwrap();
        assert_eq!(headers, [format!("authorization: {expected}")]);
    }
    let job = "GET https://actions.example.test/t?v=1&audience=api%3A%2F%2FAzureADTokenExchange";
    let post = |assertion: &str| {
        format!(
            "POST https://login.microsoftonline.com/tenant-1/oauth2/token \
             grant_type=client_credentials&client_id=client-1\
             &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
             &client_assertion={assertion}&resource=2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
        )
    };
    let expected = [job.to_owned(), post("i.1"), job.to_owned(), post("i.2")];
    assert_eq!(wire.lines(), expected);
    let asked = wire.asked.lock().unwrap();
    assert_eq!(asked[0].headers()["authorization"], "Bearer canary");
    assert_eq!(total(&asked[0]), Duration::from_secs(10));
}

#[test]
fn it_takes_every_setting_but_the_tenant() {
    for missing in 0..GIVEN.len() {
        let mut given = GIVEN.to_vec();
        let (attribute, _) = given.remove(missing);
        let found = login(NAME, &settings(&given)).unwrap().is_some();
        assert_eq!(
            found,
            attribute.key() == "azure_tenant_id",
            "{}",
            attribute.key()
        );
    }
}

#[test]
fn a_job_without_permission_is_told_so() {
    let wire = Wire::answering([json(403, "canary")]);
    let login = login(NAME, &settings(GIVEN)).unwrap().unwrap();
    let error = headers(&login, &context(&wire)).unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    assert!(!format!("{error:?}").contains("canary"));
}
