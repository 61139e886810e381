//! `auth_type = databricks-cli`: the SDK runs our program wherever it expects the official one.

use std::path::Path;

use serde_json::Value;

use super::python::{AFTER_A_SHORT_LIFE, CLUSTERS, LIST_CLUSTERS, SHORT_LIFE, Stage};
use super::session::listed;
use super::wire::{Wire, grant};
use crate::loopback;
use crate::shell;
use crate::stage::{Home, Mock, Scenario, SignIn, ensure, same};
use crate::terminal::Failure;

pub(super) const SCENARIOS: &[Scenario<Stage>] = &[
    Scenario {
        name: "databricks-cli: clusters, before and after expiry",
        play: clusters,
    },
    Scenario {
        name: "databricks-cli: workspaces, before and after expiry",
        play: workspaces,
    },
    Scenario {
        name: "databricks-cli: by host, without a profile",
        play: by_host,
    },
    Scenario {
        name: "databricks-cli: one run for many calls, in every zone",
        play: time_zones,
    },
    Scenario {
        name: "databricks-cli: a profile nobody signed in to",
        play: nobody,
    },
    Scenario {
        name: "auth token --host --account-id, as for account hosts",
        play: account_host,
    },
];

/// A home in which somebody has signed in to a mock, as profile `dev`.
pub(super) struct SignedIn {
    pub(super) mock: Mock,
    pub(super) home: Home,
    pub(super) lakekey: String,
}

impl SignedIn {
    pub(super) fn to_workspace(stage: &Stage, mock: &[&str]) -> Result<Self, Failure> {
        Self::to(stage, mock, &[])
    }

    fn to_account(stage: &Stage, mock: &[&str]) -> Result<Self, Failure> {
        let account = ["--account", ACCOUNT_ID];
        Self::to(
            stage,
            &[&account, mock].concat(),
            &["--account-id", ACCOUNT_ID],
        )
    }

    fn to(stage: &Stage, mock: &[&str], login: &[&str]) -> Result<Self, Failure> {
        let mut mock = stage.mock(mock)?;
        let home = Home::new()?;
        let lakekey = &stage.programs.lakekey;
        let host = ["--host", mock.url(), "--profile", "dev"];
        let sign_in = SignIn::start(&home, lakekey, &[&host, login].concat())?;
        loopback::follow(&sign_in.url)?;
        let finished = sign_in.finish()?;
        ensure(finished.code == 0, || {
            format!(
                "`lakekey auth login` ended with {}: {}",
                finished.code, finished.talk
            )
        })?;
        mock.news()?;
        Ok(Self {
            mock,
            home,
            lakekey: lakekey.to_string_lossy().into_owned(),
        })
    }

    /// The environment of a client that names the profile.
    fn with_profile<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let profile = [
            ("DATABRICKS_CONFIG_PROFILE", "dev"),
            ("DATABRICKS_CLI_PATH", &self.lakekey),
        ];
        [&profile, more].concat()
    }

    /// What `lakekey auth token` prints.
    fn token(&self, args: &[&str]) -> Result<Value, Failure> {
        let mut command = self.home.command(Path::new(&self.lakekey));
        let printed = shell::stdout(command.args(["auth", "token"]).args(args))?;
        serde_json::from_str(&printed)
            .map_err(|error| Failure::new(format!("`auth token` printed no JSON: {error}")))
    }
}

fn clusters(stage: &mut Stage) -> Result<String, Failure> {
    let mut signed_in = SignedIn::to_workspace(stage, &["--ttl", SHORT_LIFE])?;
    before_and_after(
        stage,
        &mut signed_in,
        "clusters.py",
        &CLUSTERS,
        LIST_CLUSTERS,
    )
}

fn workspaces(stage: &mut Stage) -> Result<String, Failure> {
    let mut signed_in = SignedIn::to_account(stage, &["--ttl", SHORT_LIFE])?;
    let list = format!("GET /api/2.0/accounts/{ACCOUNT_ID}/workspaces");
    before_and_after(stage, &mut signed_in, "workspaces.py", &WORKSPACES, &list)
}

/// One client lists twice; in between, the token it has expires at the server.
fn before_and_after(
    stage: &Stage,
    signed_in: &mut SignedIn,
    script: &'static str,
    names: &[&str],
    list: &str,
) -> Result<String, Failure> {
    let variables = signed_in.with_profile(&[]);
    let mut session = stage.sdk.session(&signed_in.home, script, &variables)?;
    let answer = session.ask()?;
    same("the strategy", &answer["auth_type"], "databricks-cli")?;
    same("the list", &*listed(&answer), names)?;
    let before = Wire::of(&mut signed_in.mock)?;
    let refreshes = only_refreshes(&before)?;
    before.only_of_the_sdk().is(
        "what the SDK sent",
        &["GET /.well-known/databricks-config", list],
    )?;

    signed_in.mock.advance(AFTER_A_SHORT_LIFE)?;
    same("the list after expiry", &*session.names()?, names)?;
    let after = Wire::of(&mut signed_in.mock)?;
    let more = only_refreshes(&after)?;
    after
        .only_of_the_sdk()
        .is("what the SDK sent after expiry", &[list])?;
    Ok(format!("{refreshes} refresh before, {more} after"))
}

/// Without a profile in the configuration, the SDK passes `--host`.
fn by_host(stage: &mut Stage) -> Result<String, Failure> {
    let signed_in = SignedIn::to_workspace(stage, &[])?;
    let variables = [
        ("DATABRICKS_HOST", signed_in.mock.url()),
        ("DATABRICKS_AUTH_TYPE", "databricks-cli"),
        ("DATABRICKS_CLI_PATH", &signed_in.lakekey),
    ];
    let mut session = stage
        .sdk
        .session(&signed_in.home, "clusters.py", &variables)?;
    same("clusters", &session.names()?, &CLUSTERS)?;
    Ok(String::new())
}

/// The SDK takes the expiry for local time: written wrongly, it would run the program for every call,
/// or use a token for hours after its end.
fn time_zones(stage: &mut Stage) -> Result<String, Failure> {
    let mut signed_in = SignedIn::to_workspace(stage, &["--ttl", "1h"])?;
    for zone in ZONES {
        let variables = signed_in.with_profile(&[("TZ", zone)]);
        let mut session = stage
            .sdk
            .session(&signed_in.home, "headers.py", &variables)?;
        for _ in 0..CALLS {
            let answer = session.ask()?;
            same("the scheme", &answer["scheme"], "Bearer")?;
            let left = answer["seconds_left"].as_f64().unwrap_or_default();
            ensure((3500.0..=3600.0).contains(&left), || {
                format!("in {zone}, a token of one hour seems good for {left} s")
            })?;
        }
        same(zone, &only_refreshes(&Wire::of(&mut signed_in.mock)?)?, &1)?;
    }
    Ok(format!("{CALLS} calls, 1 refresh, in {}", ZONES.join(", ")))
}

fn nobody(stage: &mut Stage) -> Result<String, Failure> {
    let signed_in = SignedIn::to_workspace(stage, &[])?;
    let mut logout = signed_in.home.command(Path::new(&signed_in.lakekey));
    shell::stdout(logout.args(["auth", "logout", "--profile", "dev"]))?;
    let variables = signed_in.with_profile(&[]);
    let session = stage
        .sdk
        .session(&signed_in.home, "clusters.py", &variables)?;
    let complaint = session.complaint()?;
    // The SDK knows the sentence of the official program and goes on to its other strategies.
    ensure(
        complaint.contains("cannot configure default credentials"),
        || format!("the SDK did not pass it over: {complaint}"),
    )?;
    Ok("passed over".to_owned())
}

/// The command line of the SDK for hosts that begin with `https://accounts.`.
fn account_host(stage: &mut Stage) -> Result<String, Failure> {
    let mut signed_in = SignedIn::to_account(stage, &[])?;
    let host = signed_in.mock.url().to_owned();
    let token = signed_in.token(&[
        "--host",
        &host,
        "--account-id",
        ACCOUNT_ID,
        "--force-refresh",
    ])?;
    for key in ["access_token", "token_type", "expiry"] {
        ensure(token[key].is_string(), || {
            format!("no `{key}` in what `auth token` prints")
        })?;
    }
    let access_token = token["access_token"].as_str().unwrap_or_default();
    ensure(signed_in.mock.opens(access_token, ACCOUNT_ID)?, || {
        "the token does not open the account".to_owned()
    })?;
    let refreshes = only_refreshes(&Wire::of(&mut signed_in.mock)?)?;
    same("refreshes", &refreshes, &1)?;
    Ok(String::new())
}

/// How many token requests there were, all of them refreshes as the documentation has them.
fn only_refreshes(wire: &Wire) -> Result<usize, Failure> {
    for token in wire.all("token") {
        grant(token, "refresh_token", &["client_id", "refresh_token"])?;
        same(
            "Authorization of a public client",
            &token.header("authorization"),
            &None,
        )?;
    }
    Ok(wire.all("token").count())
}

const ACCOUNT_ID: &str = "ac000000-0000-4000-8000-000000000001";
const WORKSPACES: [&str; 1] = ["example"];
const ZONES: [&str; 3] = ["UTC", "America/New_York", "Asia/Tokyo"];
const CALLS: usize = 5;
