//! S-MD: metadata, keys and the form of tokens.

use std::{collections::HashSet, time::Duration};

use crate::common::*;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, DEFAULT_WORKSPACE_ID, Mock, Setup};
use serde_json::Value;

#[test]
fn s_md_01_metadata_is_complete_and_true() {
    let mut mock = mock();
    for issuer in [workspace_issuer(), account_issuer()] {
        for name in ["oauth-authorization-server", "openid-configuration"] {
            let response = get(&mut mock, &format!("{issuer}/.well-known/{name}"));
            assert_eq!(
                (
                    response.status().as_u16(),
                    header(&response, "content-type").as_str()
                ),
                (200, "application/json")
            );
            let document = json(&response);
            assert_eq!(text(&document, "issuer"), issuer);
            assert_eq!(
                document["response_types_supported"],
                serde_json::json!(["code"])
            );
            assert_eq!(
                document["code_challenge_methods_supported"],
                serde_json::json!(["S256"])
            );
            assert_eq!(
                document["authorization_response_iss_parameter_supported"],
                true
            );
            assert!(
                document["token_endpoint_auth_methods_supported"]
                    .as_array()
                    .unwrap()
                    .contains(&"none".into())
            );
            for member in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
                assert_ne!(
                    get(&mut mock, text(&document, member)).status(),
                    404,
                    "{member}"
                );
            }
        }
    }
}

#[test]
fn s_md_01_documents_of_a_workspace() {
    let mut mock = mock();
    insta::assert_snapshot!(
        "workspace_config",
        pretty(&get(
            &mut mock,
            &format!("{WORKSPACE}/.well-known/databricks-config")
        ))
    );
    insta::assert_snapshot!(
        "workspace_oauth_metadata",
        pretty(&get(
            &mut mock,
            &format!(
                "{}/.well-known/oauth-authorization-server",
                workspace_issuer()
            )
        ))
    );
}

#[test]
fn s_md_01_documents_of_an_account() {
    let mut mock = mock();
    insta::assert_snapshot!(
        "account_config",
        pretty(&get(
            &mut mock,
            &format!("{ACCOUNTS}/.well-known/databricks-config")
        ))
    );
    insta::assert_snapshot!(
        "account_openid_metadata",
        pretty(&get(
            &mut mock,
            &format!("{}/.well-known/openid-configuration", account_issuer())
        ))
    );
}

#[test]
fn s_md_01_document_of_a_unified_host() {
    let mut mock = Mock::new(Setup::unified("ac-unified"));
    insta::assert_snapshot!(
        "unified_config",
        pretty(&get(
            &mut mock,
            "https://company.databricks.com/.well-known/databricks-config"
        ))
    );
}

#[test]
fn s_md_01_the_host_header_names_the_host_too() {
    let mut mock = mock();
    let response = get_with(
        &mut mock,
        "/oidc/.well-known/oauth-authorization-server",
        &[("host", "127.0.0.1:8080")],
    );
    assert_eq!(
        text(&json(&response), "issuer"),
        "http://127.0.0.1:8080/oidc"
    );
    let response = get_with(
        &mut mock,
        "/.well-known/databricks-config",
        &[("host", "accounts.localhost:8080")],
    );
    assert_eq!(text(&json(&response), "host_type"), "account");
    let response = get_with(
        &mut mock,
        "/oidc/v1/token",
        &[("host", "accounts.localhost:8080")],
    );
    assert_eq!(
        (response.status().as_u16(), last_rule(&mock)),
        (404, "tenant.unknown")
    );
}

#[test]
fn s_md_02_keys_are_public_and_rotate() {
    let mut mock = mock();
    let before = sign_in(&mut mock, &workspace_issuer());
    mock.rotate_keys();
    let after = sign_in(&mut mock, &workspace_issuer());
    let keys = json(&get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json")));
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!(
            (
                text(key, "kty"),
                text(key, "use"),
                text(key, "alg"),
                text(key, "e")
            ),
            ("RSA", "sig", "RS256", "AQAB")
        );
        assert_eq!(URL_SAFE_NO_PAD.decode(text(key, "n")).unwrap().len(), 256);
        assert!(
            ["d", "p", "q", "dp", "dq", "qi"]
                .iter()
                .all(|private| key.get(private).is_none())
        );
    }
    for tokens in [&before, &after] {
        assert!(verifies(keys, text(tokens, "access_token")));
        assert_eq!(
            me(&mut mock, WORKSPACE, text(tokens, "access_token")).status(),
            200
        );
    }
    assert_ne!(
        kid(text(&before, "access_token")),
        kid(text(&after, "access_token"))
    );

    mock.clock().advance(Duration::from_secs(3601));
    let keys = json(&get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json")));
    assert_eq!(
        keys["keys"].as_array().unwrap().len(),
        1,
        "the old key went with its last token"
    );
}

#[test]
fn s_md_02_keys_are_read_and_not_written() {
    let mut mock = mock();
    let url = format!("{WORKSPACE}/oidc/jwks.json");
    assert_eq!(post(&mut mock, &url, &[("a", "b")]).status(), 405);
    assert_eq!(
        get(&mut mock, &format!("{ACCOUNTS}/oidc/jwks.json")).status(),
        200
    );
    assert_eq!(
        get(
            &mut mock,
            &format!("{ACCOUNTS}/oidc/accounts/none/jwks.json")
        )
        .status(),
        404
    );
}

#[test]
fn s_md_03_access_tokens_have_the_observed_shape() {
    let mut ids = HashSet::new();
    for (issuer, audience) in [
        (workspace_issuer(), DEFAULT_WORKSPACE_ID),
        (account_issuer(), DEFAULT_ACCOUNT_ID),
    ] {
        let mut mock = mock();
        let keys = json(&get(&mut mock, &format!("{issuer}/jwks.json")));
        for _ in 0..50 {
            let tokens = sign_in(&mut mock, &issuer);
            let token = text(&tokens, "access_token");
            let (head, claims) = (decoded(token, 0), decoded(token, 1));
            assert_eq!(
                (text(&head, "alg"), text(&head, "typ")),
                ("RS256", "at+jwt")
            );
            assert!(verifies(keys["keys"].as_array().unwrap(), token));
            assert_eq!(
                (text(&claims, "iss"), text(&claims, "aud")),
                (issuer.as_str(), audience)
            );
            assert_eq!(
                (text(&claims, "sub"), text(&claims, "client_id")),
                ("user@example.com", "databricks-cli")
            );
            assert_eq!(text(&claims, "scope"), "all-apis offline_access");
            let seconds = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
            assert_eq!(Some(seconds), tokens["expires_in"].as_u64());
            assert_eq!(claims.as_object().unwrap().len(), 8);
            assert!(
                ids.insert(format!("{issuer}{}", text(&claims, "jti"))),
                "a jti came twice"
            );
        }
    }
}

#[test]
fn openid_adds_an_identity_token() {
    let mut mock = mock();
    let code = code(
        &mut mock,
        &workspace_issuer(),
        &[("scope", "openid"), ("nonce", "n-1")],
    );
    let tokens = json(&exchange(&mut mock, &workspace_issuer(), &code));
    let claims = decoded(text(&tokens, "id_token"), 1);
    assert_eq!(
        (text(&claims, "aud"), text(&claims, "nonce")),
        ("databricks-cli", "n-1")
    );
}

#[test]
fn equal_seeds_give_equal_tokens() {
    let run = |seed| {
        let mut setup = setup();
        setup.seed = seed;
        let mut mock = Mock::new(setup);
        let tokens = sign_in(&mut mock, &workspace_issuer());
        (tokens.to_string(), mock.state_hash())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn dates_follow_the_clock_of_the_mock() {
    let mut mock = mock();
    mock.clock().skew(-3600);
    let response = get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json"));
    assert_eq!(header(&response, "date"), "Fri, 15 Jan 2027 07:00:00 GMT");
}

fn kid(token: &str) -> String {
    decoded(token, 0)["kid"].to_string()
}

fn verifies(keys: &[Value], token: &str) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = keys
        .iter()
        .find(|key| key["kid"] == decoded(token, 0)["kid"])
        .expect("a published key");
    let [n, e] = ["n", "e"].map(|member| URL_SAFE_NO_PAD.decode(text(key, member)).unwrap());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    RsaPublicKeyComponents { n, e }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .is_ok()
}

fn pretty(response: &http::Response<Vec<u8>>) -> String {
    serde_json::to_string_pretty(&json(response)).unwrap()
}
