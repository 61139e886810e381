//! Credentials that cannot be used, and where an assertion may go.

use lakekey_cloud::attributes::GOOGLE_CREDENTIALS;
use lakekey_core::{Code, Error, Login, Origin};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{Google, answer, id_token, key, leaks, mint, settings, shown, strategy_login};

fn login(given: &str) -> Result<Option<Login>, Error> {
    let settings = settings().with(&GOOGLE_CREDENTIALS, given, Origin::Explicit);
    strategy_login("google-credentials", &settings)
}

fn refused(given: &str) -> Error {
    let error = login(given).expect_err(given);
    assert_eq!(error.code(), Code::Config, "{given}");
    assert_eq!(error.origins(), [("google_credentials", Origin::Explicit)]);
    assert!(error.hint().is_some(), "{given}");
    assert!(!leaks(&shown(&error)), "{}", shown(&error));
    error
}

/// The key with another value of a member; `null` takes it out.
fn but(member: &str, value: Value) -> String {
    let mut key = key();
    key[member] = value;
    key.to_string()
}

#[test]
fn what_is_wrong_is_named() {
    let broken = key().to_string().replacen("\"type\"", "type", 1);
    let wrong_key = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n";
    let messages: Vec<_> = [
        broken,
        but("type", Value::Null),
        but("client_email", json!(7)),
        but("private_key", json!("")),
        but("private_key", json!(wrong_key)),
        but("private_key", json!("canary")),
        but("token_uri", json!("http://canary.example/token")),
        but("universe_domain", json!("canary.example")),
    ]
    .iter()
    .map(|given| refused(given).to_string())
    .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    the Google credentials are not valid JSON
    the Google credentials have no `type`
    the Google credentials have no `client_email`
    the Google credentials have no `private_key`
    the Google credentials have a `private_key` that is no RSA key in PKCS#8 PEM
    the Google credentials have a `private_key` that is no RSA key in PKCS#8 PEM
    the Google credentials have a `token_uri` that is no https address
    the Google credentials are for another universe domain than googleapis.com, which alone is supported
    ");
}

#[test]
fn a_type_that_is_not_supported_is_named_unless_it_could_be_anything() {
    let names: Vec<_> = [
        "external_account",
        "impersonated_service_account",
        "Canary!",
    ]
    .map(|name| refused(&but("type", json!(name))).to_string())
    .into();
    insta::assert_snapshot!(names.join("\n"), @r"
    the Google credentials are of type `external_account`, which is not supported
    the Google credentials are of type `impersonated_service_account`, which is not supported
    the Google credentials are of an unknown type
    ");
}

#[test]
fn an_assertion_goes_to_https_or_stays_on_this_machine() {
    for good in [
        "https://oauth2.googleapis.com/token",
        "https://accounts.google.com/o/oauth2/token",
        "https://token.private.example/token",
        "http://127.0.0.1:4000/token",
        "http://[::1]:4000/token",
        "http://localhost/token",
    ] {
        assert!(login(&but("token_uri", json!(good))).is_ok(), "{good}");
    }
    for bad in [
        "http://oauth2.googleapis.com/token",
        "http://127.0.0.1.example/token",
        "http://localhost.example/token",
        "https://canary@oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/token#canary",
        "file:///token",
        "oauth2.googleapis.com/token",
    ] {
        refused(&but("token_uri", json!(bad)));
    }
}

#[test]
fn blanks_and_a_byte_order_mark_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    assert!(login(&format!("\n {}\n", key())).unwrap().is_some());
    let path = folder.path().join("key.json");
    std::fs::write(&path, format!("\u{feff}{}", key())).unwrap();
    let google = Google::new(|_| Ok(answer(200, &json!({ "id_token": id_token(60) }))));
    let (id, _) = mint(&login(path.to_str().unwrap()).unwrap().unwrap(), &google);
    id.unwrap();
}

#[test]
fn a_login_reads_no_file() {
    assert!(login("no/such/file.json").unwrap().is_some());
}

proptest! {
    /// Whatever is given, an error repeats none of it.
    #[test]
    fn no_text_is_too_odd(text in r#"\{?("[a-z_]{1,8}": ?"canary[^"]{0,20}",? ?){0,3}.{0,12}\}?"#) {
        if let Err(error) = login(&text) {
            prop_assert!(!shown(&error).contains("canary"));
        }
    }

    /// Of a type only what can be a type is shown.
    #[test]
    fn a_type_is_no_way_to_show_a_secret(name in "[a-z_]{0,4}.{0,80}") {
        let error = refused(&but("type", json!(name)));
        if error.to_string().contains('`') {
            prop_assert!(name.len() <= 64);
        }
    }
}
