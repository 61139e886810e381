//! google-credentials.

use lakekey_cloud::attributes::GOOGLE_CREDENTIALS;
use lakekey_core::{Code, Error, Kind, Login, Origin};
use serde_json::{Value, json};

use crate::world::{
    AUDIENCE, Google, NOW, answer, at, form, id_token, key, leaks, mint, person, settings, shown,
    strategy_login, verified,
};

fn with(given: &str) -> Result<Option<Login>, Error> {
    let settings = settings().with(
        &GOOGLE_CREDENTIALS,
        given,
        Origin::Env("GOOGLE_CREDENTIALS"),
    );
    strategy_login("google-credentials", &settings)
}

fn login(given: &str) -> Login {
    with(given).unwrap().expect("credentials are given")
}

/// The token endpoint of Google: an ID token for an audience, an access token for scopes.
fn willing() -> std::sync::Arc<Google> {
    Google::new(|request| {
        let (_, claims) = verified(&form(request)["assertion"]);
        Ok(match claims.get("target_audience") {
            Some(_) => answer(200, &json!({ "id_token": id_token(3000) })),
            None => answer(
                200,
                &json!({ "access_token": "canary-access", "token_type": "Bearer", "expires_in": 3599 }),
            ),
        })
    })
}

#[test]
fn nothing_given_is_not_for_this_strategy() {
    assert!(
        strategy_login("google-credentials", &settings())
            .unwrap()
            .is_none()
    );
    assert!(with("").unwrap().is_none());
}

#[test]
fn each_header_has_its_token() {
    let google = willing();
    let (id, access) = mint(&login(&key().to_string()), &google);
    let (id, access) = (id.unwrap(), access.unwrap());
    assert_eq!(id.access().expose(), id_token(3000));
    assert_eq!(id.token_type(), "Bearer");
    assert_eq!(id.expiry(), Some(at(NOW + 3000)));
    assert_eq!(access.access().expose(), "canary-access");
    assert_eq!(access.expiry(), Some(at(NOW + 3599)));
}

#[test]
fn the_assertion_is_signed_and_says_what_it_is_for() {
    let google = willing();
    let (id, access) = mint(&login(&key().to_string()), &google);
    id.and(access).unwrap();
    let claims = |claim: &str, value: &str| {
        json!({
            "iss": "robot@p.iam.gserviceaccount.com",
            "sub": "robot@p.iam.gserviceaccount.com",
            "aud": "https://oauth2.googleapis.com/token",
            "iat": NOW,
            "exp": NOW + 3600,
            claim: value,
        })
    };
    let scopes =
        "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/compute";
    let expected = [claims("target_audience", AUDIENCE), claims("scope", scopes)];
    let asked = google.asked();
    assert_eq!(asked.len(), 2);
    for (request, expected) in asked.iter().zip(expected) {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://oauth2.googleapis.com/token");
        assert_eq!(
            request.headers()["content-type"],
            "application/x-www-form-urlencoded"
        );
        assert!(!request.headers().contains_key("authorization"));
        let mut form = form(request);
        let (header, claims) = verified(&form.remove("assertion").unwrap());
        assert_eq!(
            header,
            json!({ "alg": "RS256", "typ": "JWT", "kid": "k-1" })
        );
        assert_eq!(claims, expected);
        let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned();
        assert_eq!(form, [("grant_type".to_owned(), grant_type)].into());
    }
}

#[test]
fn a_path_leads_to_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    std::fs::write(&path, key().to_string()).unwrap();
    let login = login(path.to_str().unwrap());
    let (id, _) = mint(&login, &willing());
    assert_eq!(id.unwrap().access().expose(), id_token(3000));
    std::fs::remove_file(&path).unwrap();
    let (id, _) = mint(&login, &willing());
    let error = id.unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert_eq!(
        error.origins(),
        [("google_credentials", Origin::Env("GOOGLE_CREDENTIALS"))]
    );
    insta::assert_snapshot!(error, @"`google_credentials` is neither JSON nor the path of a file that exists");
    // The text may as well be a key that lost its braces.
    assert!(!shown(&error).contains("key.json"));
}

#[test]
fn the_second_header_is_left_out_when_google_refuses() {
    let google = Google::new(|request| {
        let (_, claims) = verified(&form(request)["assertion"]);
        Ok(match claims.get("scope") {
            Some(_) => answer(403, &json!({ "error": "access_denied" })),
            None => answer(200, &json!({ "id_token": id_token(60) })),
        })
    });
    let (id, access) = mint(&login(&key().to_string()), &google);
    id.unwrap();
    let error = access.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    insta::assert_snapshot!(error, @"the header x-databricks-gcp-sa-access-token is left out");
}

#[test]
fn what_may_pass_does_not_leave_the_second_header_out() {
    let google = Google::new(|request| {
        let (_, claims) = verified(&form(request)["assertion"]);
        Ok(match claims.get("scope") {
            Some(_) => answer(503, &Value::Null),
            None => answer(200, &json!({ "id_token": id_token(60) })),
        })
    });
    let (id, access) = mint(&login(&key().to_string()), &google);
    id.unwrap();
    assert_eq!(access.unwrap_err().code(), Code::ServerError);
    assert_eq!(google.asked().len(), 1 + 3);
}

#[test]
fn a_refused_key_is_an_error_that_says_so() {
    let description = "Invalid JWT Signature.";
    let body = json!({ "error": "invalid_grant", "error_description": description });
    let google = Google::new(move |_| Ok(answer(400, &body)));
    let (id, _) = mint(&login(&key().to_string()), &google);
    let error = id.unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    assert_eq!(google.asked().len(), 2, "each token is asked for once");
    insta::assert_snapshot!(error, @"Google refuses the key of the service account");
    insta::assert_snapshot!(std::error::Error::source(&error).unwrap(), @"the token endpoint answered 400 Bad Request with `invalid_grant`: Invalid JWT Signature.");
    assert!(!leaks(&shown(&error)));
}

#[test]
fn a_server_that_fails_once_is_asked_again() {
    let failed = std::sync::atomic::AtomicBool::new(false);
    let google = Google::new(move |_| {
        if failed.swap(true, std::sync::atomic::Ordering::SeqCst) {
            Ok(answer(200, &json!({ "id_token": id_token(60) })))
        } else {
            Ok(answer(500, &Value::Null))
        }
    });
    let (id, _) = mint(&login(&key().to_string()), &google);
    id.unwrap();
}

#[test]
fn an_answer_without_an_id_token_is_not_believed() {
    for body in [
        json!({ "access_token": "canary", "token_type": "Bearer" }),
        json!({ "id_token": "" }),
        json!({ "id_token": "canary canary" }),
        json!({ "id_token": 7 }),
        json!([]),
    ] {
        let google = Google::new(move |_| Ok(answer(200, &body)));
        let (id, _) = mint(&login(&key().to_string()), &google);
        let error = id.unwrap_err();
        assert_eq!(error.code(), Code::InvalidTokenResponse);
        assert!(!leaks(&shown(&error)));
    }
}

#[test]
fn a_person_has_no_id_token_for_databricks() {
    let error = with(&person().to_string()).unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert!(error.hint().unwrap().contains("google_service_account"));
    assert!(!leaks(&shown(&error)));
}

#[test]
fn debug_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    for given in [
        key().to_string(),
        folder.path().join("canary").to_str().unwrap().to_owned(),
    ] {
        let login = login(&given);
        for shown in [format!("{login:?}"), format!("{login:#?}")] {
            assert!(!leaks(&shown), "{shown}");
        }
    }
}
