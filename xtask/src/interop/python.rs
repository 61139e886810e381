//! `cargo xtask interop python`: the SDK's four ways to sign a person or a program in.

use super::databricks_cli;
use super::sdk::Sdk;
use super::served;
use super::wire::{Wire, grant};
use crate::loopback;
use crate::programs::Programs;
use crate::stage::{Home, Mock, Scenario, ensure, play_all, same};
use crate::terminal::{Failure, say};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The programs of both sides.
pub(super) struct Stage {
    pub(super) programs: Programs,
    pub(super) sdk: Sdk,
}

impl Stage {
    /// A mock that allows every sign-in at once.
    pub(super) fn mock(&self, args: &[&str]) -> Result<Mock, Failure> {
        let args = [&["--consent", "approve"], args].concat();
        Mock::start(&self.programs.mock, &args)
    }
}

/// Plays every scenario with the SDK in a virtual environment below `target`.
pub(super) fn run() -> Result<(), Failure> {
    let stage = &mut Stage {
        programs: Programs::built()?,
        sdk: Sdk::installed()?,
    };
    say(format_args!("databricks-sdk {}", stage.sdk.version()?));
    let scenarios = databricks_cli::SCENARIOS
        .iter()
        .chain(served::SCENARIOS)
        .chain(OWN_SIGN_INS);
    play_all(stage, scenarios)
}

const OWN_SIGN_INS: &[Scenario<Stage>] = &[
    Scenario {
        name: "external-browser: sign in, then refresh",
        play: external_browser,
    },
    Scenario {
        name: "oauth-m2m: a secret, then again",
        play: oauth_m2m,
    },
];

/// The SDK listens on its own fixed port and opens a browser of ours.
fn external_browser(stage: &mut Stage) -> Result<String, Failure> {
    ensure(loopback::is_free(SDK_PORT)?, || {
        format!("port {SDK_PORT} is taken, and the SDK knows no other")
    })?;
    let mut mock = stage.mock(&["--ttl", SHORT_LIFE])?;
    let home = Home::new()?;
    let browser = stage.sdk.browser();
    let mut session = stage.sdk.session(
        &home,
        "clusters.py",
        &[
            ("DATABRICKS_HOST", mock.url()),
            ("DATABRICKS_AUTH_TYPE", "external-browser"),
            ("BROWSER", &browser),
        ],
    )?;
    same("clusters", &session.names()?, &CLUSTERS)?;
    let first = Wire::of(&mut mock)?;
    first.is("the sign-in", &SIGN_IN)?;
    let authorize = first.first("authorize")?.query();
    let expected = [
        ("client_id", "databricks-cli"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", "http://localhost:8020"),
        ("response_type", "code"),
        ("scope", "all-apis offline_access"),
    ];
    for (name, value) in expected {
        same(name, &authorize.get(name).map(String::as_str), &Some(value))?;
    }
    same(
        "the challenge's length",
        &authorize.get("code_challenge").map(String::len),
        &Some(43),
    )?;
    let token = first.first("token")?;
    same(
        "Authorization of a public client",
        &token.header("authorization"),
        &None,
    )?;
    grant(
        token,
        "authorization_code",
        &["client_id", "code", "code_verifier", "redirect_uri"],
    )?;

    mock.advance(AFTER_A_SHORT_LIFE)?;
    session.names()?;
    let second = Wire::of(&mut mock)?;
    second.is("the refresh", &["POST /oidc/v1/token", LIST_CLUSTERS])?;
    grant(
        second.first("token")?,
        "refresh_token",
        &["client_id", "refresh_token"],
    )?;
    Ok("scope, S256 and redirect as expected; a refresh without scope".to_owned())
}

fn oauth_m2m(stage: &mut Stage) -> Result<String, Failure> {
    let mut mock = stage.mock(&["--ttl", SHORT_LIFE])?;
    let home = Home::new()?;
    let mut session = stage.sdk.session(
        &home,
        "clusters.py",
        &[
            ("DATABRICKS_HOST", mock.url()),
            ("DATABRICKS_CLIENT_ID", M2M_CLIENT_ID),
            ("DATABRICKS_CLIENT_SECRET", M2M_CLIENT_SECRET),
        ],
    )?;
    same("clusters", &session.names()?, &CLUSTERS)?;
    let first = Wire::of(&mut mock)?;
    first.is("the sign-in", &M2M)?;
    let basic = STANDARD.encode(format!("{M2M_CLIENT_ID}:{M2M_CLIENT_SECRET}"));
    let token = first.first("token")?;
    same(
        "Authorization",
        &token.header("authorization"),
        &Some(&*format!("Basic {basic}")),
    )?;
    grant(token, "client_credentials", &["scope"])?;
    let scope = token.form().remove("scope");
    same("scope", &scope.as_deref(), &Some("all-apis"))?;

    mock.advance(AFTER_A_SHORT_LIFE)?;
    session.names()?;
    let second = Wire::of(&mut mock)?;
    second.is(
        "the second sign-in",
        &["POST /oidc/v1/token", LIST_CLUSTERS],
    )?;
    Ok("Basic authentication and scope as expected".to_owned())
}

/// Shorter than the 40 s that the SDK takes off every token, so that it asks again for each call.
pub(super) const SHORT_LIFE: &str = "30s";
pub(super) const AFTER_A_SHORT_LIFE: u64 = 31;

/// What the mock's workspace and account have.
pub(super) const CLUSTERS: [&str; 2] = ["shared", "nightly"];
pub(super) const LIST_CLUSTERS: &str = "GET /api/2.1/clusters/list";

/// A sign-in of a person, one request after the other.
const SIGN_IN: [&str; 5] = [
    "GET /.well-known/databricks-config",
    "GET /oidc/.well-known/oauth-authorization-server",
    "GET /oidc/v1/authorize",
    "POST /oidc/v1/token",
    LIST_CLUSTERS,
];
const M2M: [&str; 4] = [
    "GET /.well-known/databricks-config",
    "GET /oidc/.well-known/oauth-authorization-server",
    "POST /oidc/v1/token",
    LIST_CLUSTERS,
];
const SDK_PORT: u16 = 8020;
const M2M_CLIENT_ID: &str = "5e000000-0000-4000-8000-000000000002";
const M2M_CLIENT_SECRET: &str = "mock-secret-of-the-service-principal";
