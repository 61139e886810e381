//! The examples do what they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "these tests write files")]

#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../examples/json_file.rs"]
mod json_file;
#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../examples/vault.rs"]
mod vault;

use lakekey_config::Environment;
use lakekey_core::{Attribute, Code, Error, HOST, Origin, Settings};
use tokio::runtime::Runtime;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: Attribute = Attribute::new("token", "token").secret();

/// The settings that come from a vault which answers with `answer`, and its address.
fn from_vault(
    environment: Environment,
    answer: ResponseTemplate,
) -> (Result<Settings, Error>, String) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let asked = Mock::given(method("GET"))
        .and(path("/v1/secret/data/databricks"))
        .and(header("X-Vault-Token", "canary of the vault"))
        .respond_with(answer)
        .expect(1);
    runtime.block_on(asked.mount(&server));
    let vault = vault::Vault {
        address: server.uri(),
        token: "canary of the vault".into(),
        path: "secret/data/databricks".to_owned(),
    };
    (vault::settings(environment, vault), server.uri())
}

#[test]
fn a_secret_comes_from_a_vault() {
    let answer = r#"{"data": {"data": {"token": "dapi-1", "host": "v.example", "other": 1}, "metadata": {"version": 3}}}"#;
    let environment = Environment::from([("DATABRICKS_HOST", "e.example")]);
    let answer = ResponseTemplate::new(200).set_body_string(answer);
    let (settings, address) = from_vault(environment, answer);
    let settings = settings.unwrap();
    assert_eq!(settings.secret(&TOKEN).unwrap().expose(), "dapi-1");
    let origin = format!("secret secret/data/databricks in the vault at {address}");
    assert_eq!(settings.origin(&TOKEN), Some(&Origin::Provider(origin)));
    assert_eq!(
        settings.get(&HOST),
        Some("https://e.example"),
        "the environment is stronger"
    );
}

#[test]
fn a_vault_that_refuses_or_answers_nonsense_is_an_error_without_its_words() {
    for answer in [
        ResponseTemplate::new(403).set_body_string(r#"{"errors": ["canary"]}"#),
        ResponseTemplate::new(307).insert_header("Location", "http://canary.invalid/"),
        ResponseTemplate::new(200).set_body_string(r#"{"data": "canary"}"#),
    ] {
        let (settings, address) = from_vault(Environment::default(), answer);
        let error = settings.unwrap_err();
        assert_eq!(error.code(), Code::Config);
        let message = format!(
            "the configuration provider `secret secret/data/databricks in the vault at {address}` failed"
        );
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn a_secret_comes_from_a_json_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets.json");
    std::fs::write(
        &file,
        r#"{"host": "j.example", "token": "dapi-2", "workspace_id": 42}"#,
    )
    .unwrap();
    let settings = json_file::settings(Environment::default(), &file).unwrap();
    assert_eq!(settings.get(&HOST), Some("https://j.example"));
    assert_eq!(settings.secret(&TOKEN).unwrap().expose(), "dapi-2");
    assert_eq!(settings.get(&lakekey_core::WORKSPACE_ID), Some("42"));

    std::fs::write(&file, r#"{"token": "canary""#).unwrap();
    let error = json_file::settings(Environment::default(), &file).unwrap_err();
    assert!(!format!("{error:?}").contains("canary"));
    let missing = folder.path().join("missing.json");
    let error = json_file::settings(Environment::default(), &missing).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration provider `JSON file` failed"
    );
}
