//! What is resolved from a profile file, the environment and explicit values.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::Arc;

use lakekey::attributes::SCOPES;
use lakekey::{Credentials, Environment, Error, HOST, Secret, Settings};
use lakekey_store::MemoryStore;
use serde::Deserialize;

use super::Facts;
use super::doubles::{Network, attribute, wait};
use crate::case::{Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::{Home, PROFILES, Probe};

/// What the machine has, and what comes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The profile file, by the name of its text in `profiles/`.
    file: Option<String>,
    /// The text of the profile file.
    profiles: Option<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    explicit: BTreeMap<String, String>,
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
}

impl Facts for Case {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let home = probe.home()?;
        if let Some(text) = profiles(self)? {
            home.write(PROFILES, text)?;
        }
        let outcome = credentials(self, home)?;
        match &self.expect.error {
            Some(kind) => failed(kind, self.expect.says.as_deref(), authenticated(outcome)?),
            None => resolved(&self.expect, outcome?),
        }
    }
}

fn profiles(case: &Case) -> Finding<Option<String>> {
    let Some(name) = &case.file else {
        return Ok(case.profiles.clone());
    };
    let path = format!("fixtures/config/profiles/{name}.ini");
    let bytes = doors::read(&doors::root().join(&path))?;
    Ok(Some(String::from_utf8(there(&path, bytes)?)?))
}

fn credentials(case: &Case, home: &Home) -> Finding<Result<Credentials, Error>> {
    let folder = home.path().as_os_str();
    let variables = case.environment.iter();
    let variables = variables.map(|(name, value)| (name.as_str(), OsStr::new(value)));
    let environment: Environment = variables
        .chain([("HOME", folder), ("USERPROFILE", folder)])
        .collect();
    let mut builder = Credentials::builder()
        .environment(environment)
        .store(Arc::new(MemoryStore::new()))
        .http(Arc::new(Network::default()));
    let file = home.file(PROFILES);
    let file = there("the path as text", file.to_str())?;
    for (key, value) in &case.explicit {
        builder = builder.set(attribute(key)?, value.replace("${FILE}", file));
    }
    Ok(builder.build())
}

fn authenticated(outcome: Result<Credentials, Error>) -> Finding<Result<(), Error>> {
    wait(async { outcome?.token().await.map(drop) })
}

fn resolved(expect: &Expect, credentials: Credentials) -> Finding {
    settled(expect, credentials.settings())?;
    let Some(name) = expect.auth_type.as_deref() else {
        return Ok(());
    };
    same("auth_type", credentials.describe().strategy, Some(name))?;
    Ok(authenticated(Ok(credentials))??)
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
    let value = |key: &str| Finding::Ok(settings.secret(attribute(key)?).map(Secret::expose));
    for (key, wanted) in &expect.values {
        same(key, value(key)?, Some(wanted.as_str()))?;
    }
    for key in &expect.unset {
        same(key, value(key)?, None::<&str>)?;
    }
    Ok(())
}

fn failed(kind: &str, says: Option<&str>, outcome: Result<(), Error>) -> Finding {
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
