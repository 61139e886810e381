//! The modes of a resolver, and the values that lost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "these tests write files")]

use std::path::PathBuf;

use lakekey_config::{Environment, Mode, Resolver};
use lakekey_core::{ACCOUNT_ID, Attribute, Code, HOST, Origin, Value};
use tempfile::TempDir;

const TOKEN: Attribute = Attribute::new("token", "personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .secret();
const USERNAME: Attribute = Attribute::new("username", "user name").group("basic");
const RATE: Attribute = Attribute::new("rate_limit", "requests a second")
    .env(&["DATABRICKS_RATE_LIMIT"])
    .of(Value::Number)
    .default("15");
const FLAG: Attribute = Attribute::new("azure_use_msi", "a flag").of(Value::Flag);

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

fn machine(profiles: &str, variables: &[(&str, &str)]) -> (TempDir, Resolver) {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".databrickscfg"), profiles).unwrap();
    let at_home = home.path().to_string_lossy().into_owned();
    let variables = variables.iter().copied().chain([(HOME, &*at_home)]);
    let resolver = Resolver::new(variables.collect::<Environment>());
    (home, resolver.attributes(&[TOKEN, USERNAME, RATE, FLAG]))
}

#[test]
fn a_profile_that_is_asked_for_wins_over_the_environment_when_profiles_come_first() {
    let file = "[DEFAULT]\naccount_id = d\n[p]\nhost = p.example\naccount_id = p\n";
    // Columns: the mode, the profile asked for, the host of the environment; then host and account.
    for (mode, asked, env, host, account) in [
        (Mode::Sdk, "p", "e.example", "https://e.example", "e"),
        (
            Mode::ProfileFirst,
            "p",
            "e.example",
            "https://p.example",
            "p",
        ),
        (
            Mode::ProfileFirst,
            "",
            "e.example",
            "https://e.example",
            "e",
        ),
        (Mode::ProfileFirst, "", "", "", "e"),
    ] {
        for by_variable in [false, true] {
            let (explicit, variable) = if by_variable {
                ("", asked)
            } else {
                (asked, "")
            };
            let variables = [
                ("DATABRICKS_HOST", env),
                ("DATABRICKS_ACCOUNT_ID", "e"),
                ("DATABRICKS_CONFIG_PROFILE", variable),
            ];
            let (_home, resolver) = machine(file, &variables);
            let settings = resolver.mode(mode).profile(explicit).resolve().unwrap();
            assert_eq!(
                settings.get(&HOST).unwrap_or_default(),
                host,
                "{mode:?} {asked}"
            );
            assert_eq!(settings.get(&ACCOUNT_ID), Some(account), "{mode:?} {asked}");
        }
    }
}

#[test]
fn explicit_values_win_in_every_mode() {
    let (_home, resolver) = machine("[p]\nhost = p.example\n", &[]);
    let resolver = resolver.mode(Mode::ProfileFirst).profile("p");
    let settings = resolver.explicit(&HOST, "x.example").resolve().unwrap();
    assert_eq!(settings.get(&HOST), Some("https://x.example"));
}

#[test]
fn a_secret_of_the_environment_is_not_sent_to_the_host_of_a_profile() {
    let token = ("DATABRICKS_TOKEN", "canary");
    let file = "[p]\nhost = p.example\n";
    let (_home, resolver) = machine(file, &[token, ("DATABRICKS_HOST", "e.example/?o=1")]);
    let error = resolver
        .mode(Mode::ProfileFirst)
        .profile("p")
        .resolve()
        .unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert_eq!(
        error.to_string(),
        "`token` of the environment is for https://e.example and is not sent to https://p.example"
    );
    for host in ["", "p.example/?o=1"] {
        let (_home, resolver) = machine(file, &[token, ("DATABRICKS_HOST", host)]);
        resolver
            .mode(Mode::ProfileFirst)
            .profile("p")
            .resolve()
            .unwrap();
    }
}

#[test]
fn what_lost_is_kept_strongest_first_with_its_origin() {
    let file = "[p]\nhost = p.example\nrate_limit = 1\ntoken = canary\n";
    let variables = [
        ("DATABRICKS_HOST", "e.example"),
        ("DATABRICKS_TOKEN", "other"),
        ("DATABRICKS_RATE_LIMIT", "2"),
    ];
    let (home, resolver) = machine(file, &variables);
    let found = resolver
        .profile("p")
        .explicit(&HOST, "x.example")
        .resolution()
        .unwrap();
    let at = |line| Origin::Profile {
        name: "p".to_owned(),
        path: home.path().join(".databrickscfg"),
        line: Some(line),
    };
    let passed: Vec<_> = found
        .passed
        .iter()
        .map(|lost| (lost.attribute().key(), lost.origin()))
        .collect();
    assert_eq!(
        passed,
        [
            ("host", &Origin::Env("DATABRICKS_HOST")),
            ("host", &at(2)),
            ("rate_limit", &at(3)),
            ("token", &at(4)),
        ]
    );
    assert_eq!(found.settings.number(&RATE).unwrap(), Some(2));
    assert!(found.problem.is_none());
    assert!(!format!("{found:?}").contains("canary"));
}

#[test]
fn settings_that_contradict_each_other_are_explained_beside_the_problem() {
    let (_home, resolver) = machine("[p]\nusername = u\n", &[("DATABRICKS_TOKEN", "canary")]);
    let resolver = resolver.profile("p");
    let found = resolver.resolution().unwrap();
    assert_eq!(found.settings.get(&USERNAME), Some("u"));
    assert_eq!(found.settings.profile(), Some("p"));
    let problem = found.problem.unwrap().to_string();
    assert_eq!(problem, resolver.resolve().unwrap_err().to_string());
}

#[test]
fn a_number_or_flag_that_is_none_is_an_error_with_its_origin() {
    let (_home, resolver) = machine("", &[("DATABRICKS_RATE_LIMIT", "canary")]);
    let error = resolver.resolve().unwrap_err();
    assert_eq!(error.to_string(), "`rate_limit` must be a whole number");
    let origin = Origin::Env("DATABRICKS_RATE_LIMIT");
    assert_eq!(error.origins(), [("rate_limit", origin)]);
    assert!(!format!("{error:?}").contains("canary"));

    let (home, resolver) = machine("[DEFAULT]\nazure_use_msi = canary\n", &[]);
    let error = resolver.resolve().unwrap_err();
    assert_eq!(error.to_string(), "`azure_use_msi` must be true or false");
    let path: PathBuf = home.path().join(".databrickscfg");
    let name = "DEFAULT".to_owned();
    let line = Some(2);
    let origin = Origin::Profile { name, path, line };
    assert_eq!(error.origins(), [("azure_use_msi", origin)]);
}

#[test]
fn the_name_that_another_sdk_has_for_a_key_counts_where_the_key_has_no_value() {
    const AUDIENCE: Attribute = Attribute::new("audience", "audience").aliases(&["token_audience"]);
    let file = "[a]\ntoken_audience = x\n[b]\ntoken_audience = x\naudience = y\n[c]\naudience =\ntoken_audience = x\n";
    let (_home, resolver) = machine(file, &[]);
    let mut resolver = resolver.attributes(&[AUDIENCE]);
    for (name, expected) in [("a", "x"), ("b", "y"), ("c", "x")] {
        resolver = resolver.profile(name);
        let settings = resolver.resolve().unwrap();
        assert_eq!(settings.get(&AUDIENCE), Some(expected), "{name}");
    }
}
