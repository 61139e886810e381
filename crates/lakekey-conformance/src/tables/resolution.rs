//! What comes of a profile file, an environment, explicit values and a network of known answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakekey::attributes::SCOPES;
use lakekey::{Credentials, Environment, Error, HOST, Secret, Settings};
use lakekey_cloud::Clouds;
use lakekey_store::MemoryStore;
use serde::Deserialize;

use super::Facts;
use super::az::AzureWith;
use super::doubles::{Answer, Network, Still, attribute, wait};
use super::traffic::Traffic;
use crate::case::{Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::{Home, PROFILES, Probe};

/// What the machine has, what the network answers, and what comes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The profile file, by the name of its text in `profiles/`.
    file: Option<String>,
    /// The text of the profile file.
    profiles: Option<String>,
    /// Further files of the home folder, by their names.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    explicit: BTreeMap<String, String>,
    /// Whether the Azure CLI is installed: a stand-in that reads the environment of the case.
    #[serde(default)]
    az: bool,
    /// What answers requests; nothing else does.
    #[serde(default)]
    network: Vec<Answer>,
    expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    auth_type: Option<String>,
    host: Option<String>,
    profile: Option<String>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// The settings that nothing gives a value.
    #[serde(default)]
    unset: Vec<String>,
    /// The kind of error, in lower case.
    error: Option<String>,
    /// A part of its message that other programs look for.
    says: Option<String>,
    /// What is sent, and what is learnt.
    #[serde(default)]
    traffic: Traffic,
}

impl Facts for Case {
    fn judge(&self, probe: &mut Probe) -> Finding {
        if self.az && !cfg!(unix) {
            // The stand-in is a script of a shell.
            return Ok(());
        }
        let network = Arc::new(Network::of(&self.network));
        let outcome = credentials(self, probe.home()?, Arc::clone(&network))?;
        let traffic = &self.expect.traffic;
        match &self.expect.error {
            Some(kind) => failed(kind, self.expect.says.as_deref(), authenticated(outcome)?)?,
            None => resolved(&self.expect, &outcome?)?,
        }
        traffic.came_through(&network)
    }
}

fn credentials(
    case: &Case,
    home: &Home,
    network: Arc<Network>,
) -> Finding<Result<Credentials, Error>> {
    for (name, text) in &case.files {
        home.write(name, text)?;
    }
    if let Some(text) = profiles(case)? {
        home.write(PROFILES, text)?;
    }
    let azure = if case.az {
        AzureWith::stand_in(home, &case.environment)?
    } else {
        AzureWith::none(home)
    };
    let folder = there("the home folder as text", home.path().to_str())?;
    let file = home.file(PROFILES);
    let file = there("the profile file as text", file.to_str())?;
    let filled = |text: &str| text.replace("${FILE}", file).replace("${HOME}", folder);
    let variables = case.environment.iter();
    let variables = variables.map(|(name, value)| (name.clone(), filled(value)));
    let home = ["HOME", "USERPROFILE"].map(|name| (name.to_owned(), folder.to_owned()));
    let environment: Environment = variables.chain(home).collect();
    let mut builder = Credentials::builder()
        .environment(environment)
        .store(Arc::new(MemoryStore::new()))
        .clouds(Clouds::official().with(azure))
        .clock(Arc::new(Still))
        .http(network);
    for (key, value) in &case.explicit {
        builder = builder.set(attribute(key)?, filled(value));
    }
    Ok(builder.build())
}

fn profiles(case: &Case) -> Finding<Option<String>> {
    let Some(name) = &case.file else {
        return Ok(case.profiles.clone());
    };
    let path = format!("fixtures/config/profiles/{name}.ini");
    let bytes = doors::read(&doors::root().join(&path))?;
    Ok(Some(String::from_utf8(there(&path, bytes)?)?))
}

fn authenticated(outcome: Result<Credentials, Error>) -> Finding<Result<(), Error>> {
    wait(async { outcome?.headers().await.map(drop) })
}

fn resolved(expect: &Expect, credentials: &Credentials) -> Finding {
    settled(expect, credentials.settings())?;
    if let Some(name) = expect.auth_type.as_deref() {
        // Which way is taken is known once there is a token.
        wait(credentials.headers())??;
        same("auth_type", credentials.describe().strategy, Some(name))?;
    }
    expect.traffic.comes_of(credentials)
}

fn settled(expect: &Expect, settings: &Settings) -> Finding {
    if let Some(host) = &expect.host {
        let found = settings.get(&HOST).map(str::to_lowercase);
        same("host", found, Some(host.to_lowercase()))?;
    }
    if let Some(profile) = expect.profile.as_deref() {
        same("profile", settings.profile(), Some(profile))?;
    }
    if let Some(scopes) = &expect.scopes {
        let mut found = settings.list(&SCOPES);
        found.sort_unstable();
        same("scopes", &found, scopes)?;
    }
    for (key, wanted) in &expect.values {
        same(key, value(settings, key)?, Some(wanted.as_str()))?;
    }
    for key in &expect.unset {
        same(key, value(settings, key)?, None::<&str>)?;
    }
    Ok(())
}

/// What the settings have under that key, secret or not.
pub(super) fn value<'a>(settings: &'a Settings, key: &str) -> Finding<Option<&'a str>> {
    Ok(settings.secret(attribute(key)?).map(Secret::expose))
}

pub(super) fn failed<T>(kind: &str, says: Option<&str>, outcome: Result<T, Error>) -> Finding {
    let Err(error) = outcome else {
        return Err(Wrong::new(format!("no error of kind {kind}")));
    };
    let found = format!("{:?}", error.kind()).to_lowercase();
    same(&format!("the kind of `{error}`"), found, kind)?;
    let says = says.unwrap_or_default();
    holds(
        error.to_string().contains(says),
        format!("`{error}` does not say `{says}`"),
    )
}
