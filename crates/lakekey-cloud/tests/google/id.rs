//! google-id.

use std::path::Path;
use std::sync::Arc;

use http::{Request, Response};
use lakekey_cloud::attributes::{
    CLOUDSDK_CONFIG, GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT,
};
use lakekey_core::{Code, Error, Kind, Login, Origin, Settings};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    AUDIENCE, Google, NOW, answer, at, form, id_token, key, leaks, mint, person, settings, shown,
    strategy_login, verified,
};

const ACCOUNT: &str = "robot@p.iam.gserviceaccount.com";

fn acting() -> Settings {
    settings().with(&GOOGLE_SERVICE_ACCOUNT, ACCOUNT, Origin::Explicit)
}

fn login(settings: &Settings) -> Login {
    strategy_login("google-id", settings)
        .unwrap()
        .expect("an account is given")
}

fn named(path: &Path) -> Settings {
    let path = path.to_str().unwrap();
    acting().with(
        &GOOGLE_APPLICATION_CREDENTIALS,
        path,
        Origin::Env("GOOGLE_APPLICATION_CREDENTIALS"),
    )
}

/// A folder with a file of gcloud that holds `document`.
fn gcloud(document: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(in_folder(folder.path()), document.to_string()).unwrap();
    folder
}

fn in_folder(folder: &Path) -> std::path::PathBuf {
    folder.join("application_default_credentials.json")
}

fn google(request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    match request.uri().host().unwrap() {
        "oauth2.googleapis.com" => answer(
            200,
            &json!({ "access_token": "canary-caller", "token_type": "Bearer", "expires_in": 3599 }),
        ),
        "169.254.169.254" => {
            let body = json!({ "access_token": "canary-caller", "token_type": "Bearer", "expires_in": 3599 });
            let mut found = answer(200, &body);
            found
                .headers_mut()
                .insert("metadata-flavor", "Google".parse().unwrap());
            found
        }
        "iamcredentials.googleapis.com" if path.ends_with(":generateIdToken") => {
            answer(200, &json!({ "token": id_token(3600) }))
        }
        "iamcredentials.googleapis.com" if path.ends_with(":generateAccessToken") => {
            let body =
                json!({ "accessToken": "canary-access", "expireTime": "2023-11-14T23:13:20Z" });
            answer(200, &body)
        }
        other => panic!("nobody is at {other}"),
    }
}

fn willing() -> Arc<Google> {
    Google::new(|request| Ok(google(request)))
}

#[test]
fn nothing_given_is_not_for_this_strategy() {
    assert!(strategy_login("google-id", &settings()).unwrap().is_none());
}

#[test]
fn an_account_that_is_no_address_is_refused() {
    for bad in [
        "robot",
        "@p",
        "robot@",
        "a@b@c",
        "robot@p/x",
        "robot@p?x",
        "../x@p",
        "ro bot@p",
        "r%40@p",
    ] {
        let settings = settings().with(&GOOGLE_SERVICE_ACCOUNT, bad, Origin::Explicit);
        let error = strategy_login("google-id", &settings).expect_err(bad);
        assert_eq!(error.code(), Code::Config);
        assert_eq!(
            error.origins(),
            [("google_service_account", Origin::Explicit)]
        );
    }
}

#[test]
fn a_person_impersonates_the_account() {
    let folder = gcloud(&person());
    let google = willing();
    let (id, access) = mint(&login(&named(&in_folder(folder.path()))), &google);
    let (id, access) = (id.unwrap(), access.unwrap());
    assert_eq!(id.access().expose(), id_token(3600));
    assert_eq!(id.expiry(), Some(at(NOW + 3600)));
    assert_eq!(access.access().expose(), "canary-access");
    assert_eq!(access.expiry(), Some(at(NOW + 3600)));

    let [refresh, generate_id, _, generate_access] = &google.asked()[..] else {
        panic!("two sign-ins, two impersonations");
    };
    assert_eq!(refresh.uri(), "https://oauth2.googleapis.com/token");
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "canary-refresh"),
        ("client_id", "gcloud.apps.example"),
        ("client_secret", "canary-client"),
    ];
    assert_eq!(
        form(refresh),
        expected
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    );
    let methods = [
        (
            generate_id,
            "generateIdToken",
            json!({ "audience": AUDIENCE, "includeEmail": true }),
        ),
        (
            generate_access,
            "generateAccessToken",
            json!({
                "scope": [
                    "https://www.googleapis.com/auth/cloud-platform",
                    "https://www.googleapis.com/auth/compute",
                ],
                "lifetime": "3600s",
            }),
        ),
    ];
    for (request, method, body) in methods {
        let address = format!(
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:{method}"
        );
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().to_string(), address);
        assert_eq!(request.headers()["authorization"], "Bearer canary-caller");
        assert_eq!(request.headers()["content-type"], "application/json");
        assert_eq!(request.headers()["x-goog-user-project"], "billed");
        assert_eq!(
            serde_json::from_slice::<Value>(request.body()).unwrap(),
            body
        );
        assert!(!leaks(&format!("{:?}", request.headers())));
    }
}

#[test]
fn a_key_impersonates_the_account() {
    let folder = gcloud(&key());
    let google = willing();
    let (id, _) = mint(&login(&named(&in_folder(folder.path()))), &google);
    id.unwrap();
    let asked = google.asked();
    let (_, claims) = verified(&form(&asked[0])["assertion"]);
    assert_eq!(
        claims["scope"],
        "https://www.googleapis.com/auth/cloud-platform"
    );
    assert!(!asked[1].headers().contains_key("x-goog-user-project"));
}

#[test]
fn the_file_of_gcloud_is_found_where_gcloud_keeps_it() {
    let moved = gcloud(&person());
    let home = tempfile::tempdir().unwrap();
    let below = if cfg!(windows) {
        r"AppData\Roaming\gcloud"
    } else {
        ".config/gcloud"
    };
    std::fs::create_dir_all(home.path().join(below)).unwrap();
    std::fs::write(in_folder(&home.path().join(below)), key().to_string()).unwrap();

    let in_home = acting().with_home(home.path());
    let folder = moved.path().to_str().unwrap();
    let elsewhere = in_home
        .clone()
        .with(&CLOUDSDK_CONFIG, folder, Origin::Explicit);
    for (settings, grant_type) in [
        (in_home, "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        (elsewhere, "refresh_token"),
    ] {
        let google = willing();
        let (id, _) = mint(&login(&settings), &google);
        id.unwrap();
        assert_eq!(form(&google.asked()[0])["grant_type"], grant_type);
    }
}

#[test]
fn without_a_file_the_machine_is_asked() {
    let google = willing();
    let (id, access) = mint(&login(&acting()), &google);
    id.and(access).unwrap();
    let asked = &google.asked()[0];
    assert_eq!(asked.headers()["metadata-flavor"], "Google");
    assert_eq!(
        asked.uri(),
        "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token\
         ?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
    );
}

#[test]
fn credentials_that_are_nowhere_are_absent() {
    let home = tempfile::tempdir().unwrap();
    let settings = acting().with_home(home.path());
    let nobody = Google::new(|_| Err(Error::new(Code::Transport, "unreachable")));
    let someone_else = Google::new(|_| {
        Ok(answer(
            200,
            &json!({ "access_token": "canary", "token_type": "Bearer", "expires_in": 60 }),
        ))
    });
    for google in [nobody, someone_else] {
        let (id, _) = mint(&login(&settings), &google);
        let error = id.unwrap_err();
        assert_eq!(error.kind(), Kind::Absent);
        assert_eq!(error.hint(), Some("gcloud auth application-default login"));
        assert_eq!(google.asked().len(), 2);
    }
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let google = willing();
    let (id, _) = mint(&login(&named(&in_folder(folder.path()))), &google);
    let error = id.unwrap_err();
    assert_eq!(error.code(), Code::Config);
    let origin = Origin::Env("GOOGLE_APPLICATION_CREDENTIALS");
    assert_eq!(
        error.origins(),
        [("google_application_credentials", origin)]
    );
    assert!(google.asked().is_empty());
}

#[test]
fn credentials_of_another_type_are_refused_by_name() {
    let folder =
        gcloud(&json!({ "type": "external_account", "token_url": "https://canary.example" }));
    let google = willing();
    let (id, _) = mint(&login(&named(&in_folder(folder.path()))), &google);
    let error = id.unwrap_err();
    insta::assert_snapshot!(error, @"the Google credentials are of type `external_account`, which is not supported");
    assert!(error.notes()[0].contains("application_default_credentials.json"));
    assert!(google.asked().is_empty());
}

#[test]
fn a_refused_impersonation_names_the_account_and_the_role() {
    let folder = gcloud(&person());
    let google = Google::new(|request| {
        let is_token_endpoint = request.uri().host() == Some("oauth2.googleapis.com");
        let denied = json!({ "error": { "code": 403, "status": "PERMISSION_DENIED" } });
        Ok(if is_token_endpoint {
            google(request)
        } else {
            answer(403, &denied)
        })
    });
    let (id, access) = mint(&login(&named(&in_folder(folder.path()))), &google);
    let error = id.unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    insta::assert_snapshot!(error, @"Google does not let its credentials impersonate `robot@p.iam.gserviceaccount.com`");
    insta::assert_snapshot!(error.hint().unwrap(), @"grant them the role Service Account Token Creator on `robot@p.iam.gserviceaccount.com`");
    assert_eq!(access.unwrap_err().kind(), Kind::Absent);
    assert!(!leaks(&shown(&error)));
}

#[test]
fn a_sign_in_that_ended_leads_to_another() {
    let folder = gcloud(&person());
    let body = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
    let google = Google::new(move |_| Ok(answer(400, &body)));
    let (id, _) = mint(&login(&named(&in_folder(folder.path()))), &google);
    let error = id.unwrap_err();
    assert_eq!(error.code(), Code::ReauthRequired);
    assert_eq!(error.hint(), Some("gcloud auth application-default login"));
    assert!(!leaks(&shown(&error)));
}

#[test]
fn debug_shows_no_secret() {
    let folder = gcloud(&person());
    let shown = format!("{:?}", login(&named(&in_folder(folder.path()))));
    assert!(!leaks(&shown), "{shown}");
}

proptest! {
    /// Whatever account is accepted, the token of the caller goes to Google and nowhere else.
    #[test]
    fn an_account_stays_in_its_segment(account in "[a-z./?#@:%\\\\ -]{0,12}@[a-z./?#@:%-]{1,12}") {
        let settings = settings().with(&GOOGLE_SERVICE_ACCOUNT, &*account, Origin::Explicit);
        if let Ok(Some(login)) = strategy_login("google-id", &settings) {
            let google = willing();
            mint(&login, &google).0.unwrap();
            let uri = google.asked()[1].uri().clone();
            let path = format!("/v1/projects/-/serviceAccounts/{account}:generateIdToken");
            prop_assert_eq!(uri.host(), Some("iamcredentials.googleapis.com"));
            prop_assert_eq!((uri.path(), uri.query()), (&*path, None));
        }
    }
}
