//! The command as the official SDKs call it: what they send, and what they make of its version.

use std::sync::Arc;

use lakekey::{Credentials, Environment, Http, Ports};
use lakekey_mock::Setup;
use lakekey_store::FileStore;
use serde::Deserialize;
use serde_json::Value;

use super::Facts;
use super::doubles::wait;
use crate::case::{Finding, holds, same, there};
use crate::probe::{Outcome, PROFILES, Probe};

/// The arguments an SDK makes of its settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    host: Option<String>,
    account_id: Option<String>,
    workspace_id: Option<String>,
    profile: Option<String>,
    /// The version that the SDK takes the command for.
    #[expect(dead_code, reason = "it says how the arguments came about")]
    version: String,
    #[serde(default)]
    arguments: Vec<String>,
    /// What the SDK says instead of calling a command of that version.
    #[expect(dead_code, reason = "it says how the arguments came about")]
    refusal: Option<String>,
    /// What it sends to one as new as ours; nothing where it refuses in any case.
    #[serde(default)]
    instead: Vec<String>,
}

impl Facts for Call {
    /// Somebody has signed in with these settings: the command prints their token.
    fn judge(&self, probe: &mut Probe) -> Finding {
        let arguments = [&self.arguments[..], &self.instead].concat();
        if arguments.is_empty() {
            return recognisable(&probe.lakekey(&["auth", "token"])?.run()?);
        }
        let login = Login::new(probe, self.host.as_deref(), self.account_id.as_deref())?;
        login.sign_in(probe, self.profile.as_deref(), self.workspace_id.as_deref())?;
        let arguments = arguments.iter().map(|argument| login.here(argument));
        let arguments: Vec<_> = arguments.collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let answer = answer(probe, &arguments, None)?;
        let token = answer["access_token"].as_str().unwrap_or_default();
        holds(!token.is_empty(), "there is no token")
    }
}

/// Nobody is named and nobody has signed in: the failure has the words that SDKs look for.
fn recognisable(outcome: &Outcome) -> Finding {
    same("the exit code", outcome.exit, Some(3))?;
    holds(
        outcome
            .stderr
            .contains("databricks OAuth is not configured for this host"),
        format!("it is not recognised: {}", outcome.stderr),
    )
}

/// Somebody who has signed in at a mock on loopback, in the home folder of a check.
#[derive(Debug)]
pub(super) struct Login {
    /// The host of the case, and where it is here.
    host: (String, String),
    account_id: Option<String>,
}

impl Login {
    /// At a host that stands for this one; any workspace if none is named.
    pub(super) fn new(
        probe: &mut Probe,
        host: Option<&str>,
        account_id: Option<&str>,
    ) -> Finding<Self> {
        let mut setup = Setup::workspace();
        setup.account_ids.extend(account_id.map(str::to_owned));
        let server = probe.listening(setup)?;
        let host = host.unwrap_or("https://workspace.cloud.databricks.com");
        let name = host.trim_start_matches("https://").split('.').next();
        let here = server.url_of(&format!("{}.localhost", name.unwrap_or_default()));
        let accounts = host.starts_with("https://accounts.");
        Ok(Self {
            host: (host.to_owned(), here),
            account_id: account_id.filter(|_| accounts).map(str::to_owned),
        })
    }

    /// The text with the host of the case replaced by the one here.
    fn here(&self, text: &str) -> String {
        text.replace(&self.host.0, &self.host.1)
    }

    /// Signs in through a browser, by this profile if there is one.
    pub(super) fn sign_in(
        &self,
        probe: &mut Probe,
        profile: Option<&str>,
        workspace_id: Option<&str>,
    ) -> Finding {
        let browser = probe.browser();
        let home = probe.home()?;
        let mut builder = Credentials::builder()
            .environment(Environment::default())
            .store(Arc::new(FileStore::in_home(home.path())))
            .http(Arc::new(Http::default()));
        let ids = [
            ("account_id", self.account_id.as_deref()),
            ("workspace_id", workspace_id),
        ];
        if let Some(name) = profile {
            let ids = ids
                .iter()
                .filter_map(|(key, id)| Some(format!("{key} = {}\n", (*id)?)));
            let text = format!(
                "[{name}]\nhost = {}\n{}",
                self.host.1,
                ids.collect::<String>()
            );
            home.write(PROFILES, text)?;
            let file = home.file(PROFILES).display().to_string();
            builder = builder.profile(name).config_file(file);
        } else {
            builder = builder.host(&self.host.1);
            if let Some(id) = &self.account_id {
                builder = builder.account_id(id);
            }
        }
        let credentials = builder.build()?;
        wait(async {
            let attempt = credentials.sign_in().ports(Ports::Any).start().await?;
            let address = attempt.url().to_string();
            let page = tokio::task::spawn_blocking(move || browser.open(&address));
            attempt.wait().await?;
            same("the status of the last page", page.await??.status(), 200)
        })?
    }

    pub(super) fn host(&self) -> &str {
        &self.host.1
    }
}

/// What the command prints as JSON, in this time zone if one is given.
pub(super) fn answer(probe: &mut Probe, arguments: &[&str], zone: Option<&str>) -> Finding<Value> {
    probe.token_is_output();
    let command = probe.lakekey(arguments)?.env("TZ", zone.unwrap_or("UTC0"));
    let outcome = command.run()?;
    outcome.went_well()?;
    Ok(serde_json::from_str(&outcome.stdout)?)
}

/// What the Go SDK takes for the version of the command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionText {
    stdout: String,
    version: Option<String>,
}

impl Facts for VersionText {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let read = |text: &str| {
            let version = text.trim().strip_prefix("Databricks CLI ")?;
            version.starts_with('v').then(|| version.to_owned())
        };
        same("the version", read(&self.stdout), self.version.clone())?;
        let ours = there("our version", read(&printed(probe, &["version"])?))?;
        let numbers = ours.trim_start_matches('v').split('.');
        let numbers = numbers.map(str::parse).collect::<Result<Vec<u64>, _>>()?;
        is_new_enough(&numbers)
    }
}

/// What the SDKs for Python and Java take for the version of the command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionJson {
    stdout: String,
    version: Option<Vec<u64>>,
}

impl Facts for VersionJson {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let read = |text: &str| {
            let document: Value = serde_json::from_str(text).ok()?;
            let numbers = ["Major", "Minor", "Patch"].map(|name| document[name].as_u64());
            numbers.into_iter().collect::<Option<Vec<_>>>()
        };
        same("the version", read(&self.stdout), self.version.clone())?;
        let ours = printed(probe, &["version", "--output", "json"])?;
        is_new_enough(&there("our version", read(&ours))?)
    }
}

fn printed(probe: &mut Probe, arguments: &[&str]) -> Finding<String> {
    let outcome = probe.lakekey(arguments)?.run()?;
    outcome.went_well()?;
    Ok(outcome.stdout)
}

fn is_new_enough(version: &[u64]) -> Finding {
    let enough = version.len() == 3 && version >= NEEDED.as_slice();
    holds(
        enough,
        format!("{version:?} is too old for profiles and forced renewals"),
    )
}

/// From here on the SDKs name profiles and force renewals.
const NEEDED: [u64; 3] = [0, 296, 0];
