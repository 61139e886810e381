//! ID tokens of other issuers, exchanged at the host.

use std::path::Path;
use std::sync::Arc;

use lakekey::{Code, Credentials, Error};

use crate::scripted::{CONSOLE, GRANTED, Script, TOKEN_ENDPOINT, WORKSPACE};

const GITHUB: &str = "https://pipelines.example.test/token";
const AZURE_DEVOPS: &str = "https://dev.azure.example.test/acme/project-1/_apis/distributedtask/hubs\
     /build/plans/plan-1/jobs/job-1/oidctoken";
const EXCHANGE: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
     &subject_token=id.canary.1&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt";

const JOB: &[(&str, &str)] = &[
    ("DATABRICKS_HOST", WORKSPACE),
    (
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "https://pipelines.example.test/token?api-version=2.0",
    ),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-canary"),
];

fn pipeline(collection: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("DATABRICKS_HOST", WORKSPACE),
        ("SYSTEM_ACCESSTOKEN", "request-canary"),
        ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", collection),
        ("SYSTEM_TEAMPROJECTID", "project-1"),
        ("SYSTEM_HOSTTYPE", "build"),
        ("SYSTEM_PLANID", "plan-1"),
        ("SYSTEM_JOBID", "job-1"),
    ]
}

/// A workspace, and a GitHub that gives its jobs an ID token.
fn github() -> Arc<Script> {
    let script = Script::workspace();
    script.answer(GITHUB, 200, r#"{"value":"id.canary.1"}"#);
    script
}

fn asked_for(script: &Script) -> String {
    let request = script.sent_to(GITHUB).pop().unwrap();
    let query = request.uri().query().unwrap().to_owned();
    query.split_once("&audience=").unwrap().1.to_owned()
}

fn lines(error: &Error) -> String {
    format!(
        "{error}\n{}\n{}",
        error.notes().join("\n"),
        error.hint().unwrap_or_default()
    )
}

#[expect(clippy::disallowed_methods, reason = "the writer of ID token files")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

async fn authorization(credentials: &Credentials) -> String {
    let headers = credentials.headers().await.unwrap();
    assert!(!format!("{credentials:?} {headers:?}").contains("canary"));
    headers
        .authorization()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_job_of_github_is_exchanged_by_the_policy_of_the_account() {
    let script = github();
    let credentials = script.builder(JOB).build().unwrap();
    assert_eq!(authorization(&credentials).await, "Bearer access-canary");
    assert_eq!(credentials.describe().strategy, Some("github-oidc"));
    let request = script.sent_to(GITHUB).pop().unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer request-canary");
    assert_eq!(
        asked_for(&script),
        "https%3A%2F%2Fws.example.test%2Foidc%2Fv1%2Ftoken"
    );
    assert_eq!(
        script.form(TOKEN_ENDPOINT),
        format!("{EXCHANGE}&scope=all-apis")
    );
    let headers = script.sent_to(TOKEN_ENDPOINT)[0].headers().clone();
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_service_principal_is_named_where_it_is_known() {
    let script = github();
    let builder = script
        .builder(JOB)
        .set(&lakekey::attributes::CLIENT_ID, "robot")
        .set(&lakekey::attributes::AUTHORIZATION_DETAILS, "[]");
    builder.build().unwrap().token().await.unwrap();
    assert_eq!(
        script.form(TOKEN_ENDPOINT),
        format!("{EXCHANGE}&client_id=robot&scope=all-apis&authorization_details=%5B%5D")
    );
}

#[tokio::test]
async fn the_audience_is_configured_or_named_by_the_host_or_the_account() {
    let script = github();
    script.describe_host(r#"{"token_federation_default_oidc_audiences":["named","other"]}"#);
    let credentials = script.builder(JOB).build().unwrap();
    credentials.token().await.unwrap();
    assert_eq!(asked_for(&script), "named");
    let configured = script
        .builder(JOB)
        .set(&lakekey::attributes::AUDIENCE, "a b&c");
    configured.build().unwrap().token().await.unwrap();
    assert_eq!(asked_for(&script), "a+b%26c");
    let endpoint = "https://accounts.example.test/oidc/accounts/acc-1/v1/token";
    script.answer(endpoint, 200, GRANTED);
    let console = script.builder(JOB).host(CONSOLE).account_id("acc-1");
    console.build().unwrap().token().await.unwrap();
    assert_eq!(asked_for(&script), "acc-1");
}

#[tokio::test]
async fn a_job_of_azure_devops_is_exchanged() {
    for collection in [
        "https://dev.azure.example.test/acme/",
        "https://dev.azure.example.test/acme",
    ] {
        let script = Script::workspace();
        script.answer(AZURE_DEVOPS, 200, r#"{"oidcToken":"id.canary.1"}"#);
        let credentials = script.builder(&pipeline(collection)).build().unwrap();
        assert_eq!(authorization(&credentials).await, "Bearer access-canary");
        assert_eq!(credentials.describe().strategy, Some("azure-devops-oidc"));
        let request = script.sent_to(AZURE_DEVOPS).pop().unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().query(), Some("api-version=7.2-preview.1"));
        assert_eq!(request.headers()["content-length"], "0");
        assert_eq!(request.headers()["authorization"], "Bearer request-canary");
        assert_eq!(
            script.form(TOKEN_ENDPOINT),
            format!("{EXCHANGE}&scope=all-apis")
        );
    }
}

#[tokio::test]
async fn an_azure_devops_job_needs_every_variable_and_disturbs_nobody() {
    let script = Script::workspace();
    let all = pipeline("http://tfs.example.test/acme/");
    for left_out in &all[1..] {
        let some = all.iter().filter(|pair| *pair != left_out).copied();
        let credentials = script.builder(&some.collect::<Vec<_>>()).build().unwrap();
        let passed = credentials.describe().passed;
        assert!(
            passed.iter().any(|(name, _)| *name == "azure-devops-oidc"),
            "{left_out:?}"
        );
    }
    // A collection that no token may be sent to matters to nobody who has another login.
    let token = script.builder(&all).token("dapi-1").build().unwrap();
    assert_eq!(token.token().await.unwrap().access().expose(), "dapi-1");
    let pinned = script.builder(&all).auth_type("azure-devops-oidc");
    let error = pinned.build().unwrap().token().await.unwrap_err();
    assert_eq!(error.code(), Code::Config);
}

#[tokio::test]
async fn a_variable_holds_an_id_token() {
    for variables in [
        &[("DATABRICKS_OIDC_TOKEN", "id.canary.1")][..],
        &[
            ("DATABRICKS_OIDC_TOKEN_ENV", "MINE"),
            ("MINE", "id.canary.1"),
            ("DATABRICKS_OIDC_TOKEN", "another"),
        ],
    ] {
        let script = Script::workspace();
        let credentials = script.builder(variables).host(WORKSPACE).build().unwrap();
        assert_eq!(authorization(&credentials).await, "Bearer access-canary");
        assert_eq!(credentials.describe().strategy, Some("env-oidc"));
        assert_eq!(
            script.form(TOKEN_ENDPOINT),
            format!("{EXCHANGE}&scope=all-apis")
        );
    }
}

#[tokio::test]
async fn a_file_holds_an_id_token_and_is_read_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("token");
    write(&file, "id.canary.1\r\n");
    let script = Script::workspace();
    let home = home.path().to_str().unwrap();
    let variables = [
        ("HOME", home),
        ("USERPROFILE", home),
        ("DATABRICKS_HOST", WORKSPACE),
        ("DATABRICKS_OIDC_TOKEN_FILEPATH", "~/token"),
    ];
    let credentials = script.builder(&variables).build().unwrap();
    let headers = credentials.headers().await.unwrap();
    assert_eq!(credentials.describe().strategy, Some("file-oidc"));
    assert_eq!(
        script.form(TOKEN_ENDPOINT),
        format!("{EXCHANGE}&scope=all-apis")
    );
    write(&file, "id.canary.2");
    credentials.reject(&headers);
    credentials.token().await.unwrap();
    let form = script.sent_to(TOKEN_ENDPOINT).pop().unwrap().into_body();
    let form = String::from_utf8(form).unwrap();
    assert!(form.contains("subject_token=id.canary.2&"), "{form}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named() {
    let home = tempfile::tempdir().unwrap();
    let empty = home.path().join("empty");
    write(&empty, "\n");
    let script = Script::workspace();
    for (path, says) in [
        (empty, "is empty"),
        (home.path().join("nowhere"), "cannot be read"),
    ] {
        let builder = script.builder(&[("DATABRICKS_HOST", WORKSPACE)]).set(
            &lakekey::attributes::OIDC_TOKEN_FILEPATH,
            path.to_str().unwrap(),
        );
        let error = builder
            .auth_type("file-oidc")
            .build()
            .unwrap()
            .token()
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::Config);
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.origins().len(), 1);
    }
}

#[tokio::test]
async fn without_an_id_token_the_next_way_is_tried_unless_this_one_is_pinned() {
    let script = github();
    script.answer(GITHUB, 403, "canary");
    let error = script.builder(JOB).build().unwrap().token().await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::NotConfigured);
    insta::assert_snapshot!(lines(&error), @r"
    none of the ways to authenticate applies
    databricks-cli: no login is stored for https://ws.example.test
    github-oidc: GitHub Actions gave no ID token, it answered 403
    lakekey auth login --host https://ws.example.test
    ");
    let pinned = script
        .builder(JOB)
        .auth_type("github-oidc")
        .build()
        .unwrap();
    let error = pinned.token().await.unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    insta::assert_snapshot!(lines(&error), @r"
    GitHub Actions gave no ID token, it answered 403

    check that the job may ask for an ID token
    ");
    let mut both = JOB.to_vec();
    both.push(("DATABRICKS_OIDC_TOKEN", "id.canary.1"));
    let credentials = script.builder(&both).build().unwrap();
    credentials.token().await.unwrap();
    assert_eq!(credentials.describe().strategy, Some("env-oidc"));
}

#[tokio::test]
async fn once_it_gave_a_token_a_source_that_fails_says_so_itself() {
    let script = github();
    let credentials = script.builder(JOB).build().unwrap();
    let headers = credentials.headers().await.unwrap();
    script.answer(GITHUB, 429, "");
    credentials.reject(&headers);
    let error = credentials.token().await.unwrap_err();
    assert_eq!(error.code(), Code::RateLimited);
}

#[tokio::test]
async fn a_service_principal_with_an_id_token_is_pinned() {
    let script = Script::workspace();
    let builder = || {
        script.builder(&[
            ("DATABRICKS_HOST", WORKSPACE),
            ("DATABRICKS_CLIENT_ID", "robot"),
            ("DATABRICKS_OIDC_TOKEN_ENV", "MINE"),
            ("MINE", "id.canary.1"),
        ])
    };
    assert_eq!(builder().build().unwrap_err().code(), Code::Config);
    let pinned = builder().auth_type("env-oidc").build().unwrap();
    pinned.token().await.unwrap();
    assert_eq!(
        script.form(TOKEN_ENDPOINT),
        format!("{EXCHANGE}&client_id=robot&scope=all-apis")
    );
}

#[tokio::test]
async fn a_refused_id_token_is_final_only_where_somebody_wanted_it_exchanged() {
    let script = github();
    let refusal = r#"{"error":"invalid_request","error_description":"no policy for id.canary.1"}"#;
    script.answer(TOKEN_ENDPOINT, 400, refusal);
    let offered = script.builder(JOB).build().unwrap();
    let error = offered.token().await.unwrap_err();
    assert_eq!(error.code(), Code::NotConfigured);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    let wanted = script
        .builder(JOB)
        .set(&lakekey::attributes::CLIENT_ID, "robot")
        .build()
        .unwrap();
    let error = wanted.token().await.unwrap_err();
    assert_eq!(error.code(), Code::TokenError);
    insta::assert_snapshot!(lines(&error), @r"
    the token endpoint answered 400 Bad Request with `invalid_request`
    the audience of the ID token is `https://ws.example.test/oidc/v1/token`
    check `client_id`, and that a federation policy allows this ID token
    ");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}
