//! What is resolved from profile file, environment and explicit values, as the official SDKs do
//! it: each case of `fixtures/config/cases.toml` as a named test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "these tests write profile files")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use http::{Request, Response};
use lakekey::attributes::{ATTRIBUTES, SCOPES};
use lakekey::{Attribute, Code, Credentials, Environment, Error, HOST, HttpClient, Secret};
use lakekey_cloud::{Azure, AzureCli, Cloud, Clouds, Zone};
use lakekey_core::{BoxFuture, Strategy};
use lakekey_store::MemoryStore;
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    /// The profile file, by the name of its text in `profiles/`.
    file: Option<String>,
    /// The text of the profile file.
    profiles: Option<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    explicit: BTreeMap<String, String>,
    /// Whether the Azure CLI is installed. The stand-in in `fixtures/az/` reads the environment of
    /// the case.
    #[serde(default)]
    az: bool,
    expect: Expect,
    /// Why lakekey does otherwise on purpose.
    differs: Option<String>,
    /// Why the case cannot hold yet.
    gap: Option<String>,
}

#[derive(Deserialize)]
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

fn main() -> ExitCode {
    let table: Table = toml::from_str(CASES).expect("the table of cases is well formed");
    let tests = table
        .case
        .into_iter()
        .map(|case| Trial::test(format!("config/{}", case.id), move || judge(&case)));
    libtest_mimic::run(&Arguments::from_args(), tests.collect()).exit_code()
}

/// A case holds; one with a gap must not.
fn judge(case: &Case) -> Result<(), Failed> {
    let reasons = case.gap.iter().chain(&case.differs);
    if reasons.into_iter().any(|reason| reason.trim().is_empty()) {
        return Err("a gap or a difference needs a reason".into());
    }
    match (run(case), &case.gap) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(()), Some(gap)) => Err(format!("the gap has closed: {gap}").into()),
        (Err(wrong), None) => Err(wrong.into()),
    }
}

fn run(case: &Case) -> Result<(), String> {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".databrickscfg");
    if let Some(text) = text_of(case) {
        std::fs::write(&file, text).unwrap();
    }
    let outcome = credentials(case, home.path(), &file);
    let expect = &case.expect;
    if let Some(kind) = &expect.error {
        return failed(
            kind,
            expect.says.as_deref(),
            outcome.and_then(|found| authenticated(&found)),
        );
    }
    let credentials = outcome.map_err(|error| error.to_string())?;
    resolved(expect, &credentials)?;
    let Some(name) = expect.auth_type.as_deref() else {
        return Ok(());
    };
    if case.az && !cfg!(unix) {
        return Ok(());
    }
    // Which way is taken is known once there is a token.
    authenticated(&credentials).map_err(|error| error.to_string())?;
    same("auth_type", &Some(name), &credentials.describe().strategy)
}

fn text_of(case: &Case) -> Option<String> {
    let named = case.file.as_ref().map(|name| {
        let path = format!("{PROFILES}/{name}.ini");
        std::fs::read_to_string(&path).expect("the profile file of the case is there")
    });
    named.or_else(|| case.profiles.clone())
}

fn credentials(case: &Case, home: &Path, file: &Path) -> Result<Credentials, Error> {
    let home = home.to_str().unwrap();
    let variables = case.environment.iter();
    let variables = variables.map(|(name, value)| (name.as_str(), value.as_str()));
    let environment: Environment = variables
        .chain([("HOME", home), ("USERPROFILE", home)])
        .collect();
    let mut builder = Credentials::builder()
        .environment(environment)
        .store(Arc::new(MemoryStore::new()))
        .clouds(Clouds::official().with(azure(case, Path::new(home))))
        .http(Arc::new(NoNetwork));
    for (key, value) in &case.explicit {
        builder = builder.set(
            attribute(key),
            value.replace("${FILE}", file.to_str().unwrap()),
        );
    }
    builder.build()
}

/// Azure, with a stand-in for its CLI or none.
fn azure(case: &Case, home: &Path) -> AzureWithStub {
    let program = home.join("az");
    if case.az {
        let variables = case.environment.iter();
        let settings = variables.map(|(name, value)| format!("{name}='{value}'\n"));
        std::fs::write(home.join("settings"), settings.collect::<String>()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(AZ, &program).unwrap();
    }
    AzureWithStub(program)
}

#[derive(Debug)]
struct AzureWithStub(PathBuf);

impl Cloud for AzureWithStub {
    fn name(&self) -> &'static str {
        Azure.name()
    }

    fn zones(&self) -> &[Zone] {
        Azure.zones()
    }

    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        let mut strategies = Azure.strategies();
        let stub = AzureCli::at(&self.0);
        strategies.retain(|strategy| strategy.name() != stub.name());
        strategies.push(Box::new(stub));
        strategies
    }
}

fn attribute(key: &str) -> &'static Attribute {
    ATTRIBUTES
        .iter()
        .find(|row| row.key() == key || row.key_aliases().contains(&key))
        .expect("a case names an attribute")
}

fn authenticated(credentials: &Credentials) -> Result<(), Error> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { credentials.token().await.map(drop) })
}

fn resolved(expect: &Expect, credentials: &Credentials) -> Result<(), String> {
    let settings = credentials.settings();
    if let Some(host) = &expect.host {
        let found = settings.get(&HOST).map(str::to_lowercase);
        same("host", &Some(host.to_lowercase()), &found)?;
    }
    if let Some(profile) = expect.profile.as_deref() {
        same("profile", &Some(profile), &settings.profile())?;
    }
    if let Some(scopes) = &expect.scopes {
        let mut found = settings.list(&SCOPES);
        found.sort_unstable();
        same(
            "scopes",
            scopes,
            &found.into_iter().map(str::to_owned).collect(),
        )?;
    }
    for (key, value) in &expect.values {
        let found = settings.secret(attribute(key)).map(Secret::expose);
        same(key, &Some(value.as_str()), &found)?;
    }
    for key in &expect.unset {
        let found = settings.secret(attribute(key)).map(Secret::expose);
        same(key, &None, &found)?;
    }
    Ok(())
}

fn failed(kind: &str, says: Option<&str>, outcome: Result<(), Error>) -> Result<(), String> {
    let Err(error) = outcome else {
        return Err(format!("no error of kind {kind}"));
    };
    let mut complaint = String::new();
    if format!("{:?}", error.kind()).to_lowercase() != kind {
        // Writing to a string cannot fail.
        let _ = write!(
            complaint,
            "kind {:?} instead of {kind}: {error}",
            error.kind()
        );
    }
    if let Some(says) = says.filter(|says| !error.to_string().contains(says)) {
        let _ = write!(complaint, "`{error}` does not say `{says}`");
    }
    if complaint.is_empty() {
        Ok(())
    } else {
        Err(complaint)
    }
}

fn same<T: std::fmt::Debug + PartialEq>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: {found:?} instead of {expected:?}"))
}

/// Whoever needs the network here is wrong.
#[derive(Debug)]
struct NoNetwork;

impl HttpClient for NoNetwork {
    fn send(&self, _: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async { Err(Error::new(Code::Transport, "there is no network")) })
    }
}

const CASES: &str = include_str!("../../../fixtures/config/cases.toml");
#[cfg(unix)]
const AZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/az/az");
const PROFILES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/config/profiles"
);
