//! Which source of the settings wins: `fixtures/precedence.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lakekey::{Code, Credentials, Environment, Error, HOST};
use lakekey_mock::Setup;
use serde::Deserialize;

use super::super::support::{Library, failed_as, refused};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{PROFILES, Probe};

pub(super) const CASE: Case = Case::one("C-CFG-01", each_row);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Texts of profile files by name.
    files: BTreeMap<String, String>,
    row: Vec<Row>,
}

/// A machine, and the settings of a program on it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    says: String,
    /// The profile file in the home folder, by the name of its text.
    file: Option<String>,
    #[serde(default)]
    flags: Flags,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The host that wins.
    host: Option<String>,
    /// The profile that is read.
    profile: Option<String>,
    /// The code of the error, where there is one.
    error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    host: Option<String>,
    profile: Option<String>,
}

fn each_row(probe: &mut Probe) -> Finding {
    probe.secret(SECRET);
    holds(TABLE.row.len() >= 16, "the table has fewer than 16 rows")?;
    for (number, row) in TABLE.row.iter().enumerate() {
        let home = home_of(probe, &format!("row-{number}"), row)?;
        decided(probe, row, &home).map_err(|wrong| wrong.during(&row.says))?;
    }
    described(probe)?;
    probe.saw("ok");
    Ok(())
}

/// A home folder for one row, with its files; gives its path.
fn home_of(probe: &mut Probe, folder: &str, row: &Row) -> Finding<String> {
    let home = probe.home()?;
    for (name, text) in &TABLE.files {
        home.write(&format!("{folder}/{name}.cfg"), text)?;
    }
    if let Some(name) = &row.file {
        let text = there(&format!("the text of `{name}`"), TABLE.files.get(name))?;
        home.write(&format!("{folder}/{PROFILES}"), text)?;
    }
    Ok(home.file(folder).display().to_string())
}

fn decided(probe: &mut Probe, row: &Row, home: &str) -> Finding {
    let outcome = by_the_library(probe, row, home)?;
    let Some(code) = &row.error else {
        let credentials = outcome?;
        same(
            "the host",
            credentials.settings().get(&HOST),
            row.host.as_deref(),
        )?;
        return same(
            "the profile",
            credentials.settings().profile(),
            row.profile.as_deref(),
        );
    };
    same(
        "the code in the table",
        code.as_str(),
        Code::Config.as_str(),
    )?;
    refused(probe, outcome, Code::Config)?;
    by_the_command(probe, row, home)
}

fn by_the_library(probe: &mut Probe, row: &Row, home: &str) -> Finding<Result<Credentials, Error>> {
    let library = Library::at(&probe.server(Setup::workspace()))?;
    let variables = row
        .env
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    let homes = ["HOME", "USERPROFILE"].map(|name| (name.to_owned(), home.to_owned()));
    let mut builder = library
        .builder()
        .environment(variables.chain(homes).collect());
    if let Some(host) = &row.flags.host {
        builder = builder.host(host);
    }
    if let Some(profile) = &row.flags.profile {
        builder = builder.profile(profile);
    }
    Ok(builder.build())
}

fn by_the_command(probe: &mut Probe, row: &Row, home: &str) -> Finding {
    let flags = [
        ("--host", &row.flags.host),
        ("--profile", &row.flags.profile),
    ];
    let flags = flags
        .iter()
        .filter_map(|(flag, value)| Some(format!("{flag}={}", value.as_ref()?)));
    let flags: Vec<_> = flags.collect();
    let words = ["auth", "token", "--output", "json"]
        .into_iter()
        .chain(flags.iter().map(String::as_str));
    let mut command = probe
        .lakekey(&words.collect::<Vec<_>>())?
        .env("HOME", home)
        .env("USERPROFILE", home);
    for (name, value) in &row.env {
        command = command.env(name, value);
    }
    let outcome = command.run()?;
    failed_as(&outcome, Code::Config)
}

/// A description names the token of the environment and does not hold it.
fn described(probe: &mut Probe) -> Finding {
    let library = Library::at(&probe.server(Setup::workspace()))?;
    let variables = [
        ("DATABRICKS_HOST", "https://env.example.com"),
        ("DATABRICKS_TOKEN", SECRET),
    ];
    let credentials = library
        .builder()
        .environment(Environment::from(variables))
        .build()?;
    let description = credentials.describe();
    probe.printed("a description", format!("{description:?} {credentials:?}"));
    let token = description.values.iter().find(|value| value.key == "token");
    same(
        "the value of `token`",
        token.map(|token| token.value.clone()),
        Some(None),
    )?;
    same("the strategy", description.strategy, Some("pat"))
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../../../../../fixtures/precedence.toml");
    toml::from_str(text).expect("the table of precedence is in order")
});

/// The token in every profile of the table, and that of the environment.
const SECRET: &str = "dapi-canary-of-a-table-0123456789";
