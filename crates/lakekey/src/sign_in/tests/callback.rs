//! Callbacks that carry the right state, through the listener.

use lakekey_core::{Code, Error};

use super::Rig;

#[tokio::test]
async fn c_cb_01_the_redirect_ends_the_wait() {
    let rig = Rig::new().await;
    let callback = rig.callback();
    let (page, result, codes) = rig.ends(&callback).await;
    assert_eq!(page.status(), 200);
    assert!(
        page.claims_success() && page.body().contains("ada@example.test"),
        "{page:?}"
    );
    assert_eq!(result.unwrap().target(), &super::target());
    assert_eq!(codes, ["c-1"]);
}

#[tokio::test]
async fn c_cb_03_a_repeated_parameter_ends_the_wait_without_exchange() {
    for query in [
        "code=c-1&state=STATE&state=STATE",
        "code=c-1&code=c-2&state=STATE",
        "error=a&error=b&state=STATE",
        "code=c-1&state=STATE&iss=https://ws.example.test/oidc&iss=https://ws.example.test/oidc",
    ] {
        let (error, codes) = failure(query).await;
        assert_eq!(
            (error.code(), codes.len()),
            (Code::InvalidCallback, 0),
            "{query}"
        );
    }
}

#[tokio::test]
async fn c_cb_04_neither_code_nor_error_ends_the_wait() {
    for query in ["state=STATE", "code=&state=STATE"] {
        let (error, codes) = failure(query).await;
        assert_eq!(
            (error.code(), codes.len()),
            (Code::InvalidCallback, 0),
            "{query}"
        );
    }
}

#[tokio::test]
async fn c_cb_05_a_denial_ends_the_wait() {
    let (error, codes) =
        failure("error=access_denied&error_description=User+said+no&state=STATE").await;
    assert_eq!((error.code(), codes.len()), (Code::AuthDenied, 0));
    assert!(error.to_string().contains("User said no"), "{error}");
}

#[tokio::test]
async fn c_cb_06_other_errors_keep_their_code() {
    for code in [
        "server_error",
        "temporarily_unavailable",
        "invalid_scope",
        "x_vendor_code",
    ] {
        let (error, codes) = failure(&format!(
            "error={code}&error_uri=https://example.test/x&state=STATE"
        ))
        .await;
        assert_eq!((error.code(), codes.len()), (Code::AuthError, 0), "{code}");
        assert!(error.to_string().contains(code), "{error}");
    }
}

#[tokio::test]
async fn c_cb_07_an_error_wins_over_a_code() {
    let (error, codes) = failure("code=c-1&error=access_denied&state=STATE").await;
    assert_eq!((error.code(), codes.len()), (Code::AuthDenied, 0));
}

#[tokio::test]
async fn c_cb_25_another_issuer_ends_the_wait() {
    let (error, codes) = failure("code=c-1&state=STATE&iss=https://evil.example/oidc").await;
    assert_eq!((error.code(), codes.len()), (Code::IssuerMismatch, 0));
}

#[tokio::test]
async fn c_cb_28_unknown_parameters_are_ignored() {
    let rig = Rig::new().await;
    let callback = format!(
        "{}&session_state=x&foo=1&blob={}",
        rig.callback(),
        "b".repeat(2048)
    );
    let (page, result, codes) = rig.ends(&callback).await;
    assert_eq!((page.status(), codes), (200, vec!["c-1".to_owned()]));
    result.unwrap();
}

/// Has a callback end the wait; its page must not claim success.
async fn failure(query: &str) -> (Error, Vec<String>) {
    let rig = Rig::new().await;
    let callback = format!("/?{}", query.replace("STATE", &rig.state));
    let (page, result, codes) = rig.ends(&callback).await;
    assert_eq!(page.status(), 400, "{query}");
    assert!(!page.claims_success(), "{query}: {page:?}");
    (result.unwrap_err(), codes)
}
