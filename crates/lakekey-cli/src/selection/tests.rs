use lakekey::Environment;

use super::{Selection, Wanted, looks_like_a_host};
use crate::args::Place;
use crate::machine::Machine;

const FILE: &str = "\
[dev]
host = https://dev.example.test

[prod.eu]
host      = https://prod.example.test/
auth_type = databricks-cli

[prod-us]
host = prod.example.test

[robot]
host  = https://dev.example.test
token = dapi-canary

[console]
host       = https://accounts.example.test
account_id = acc-1

[console-2]
host       = https://accounts.example.test
account_id = acc-2
";

fn machine(variables: &[(&str, &str)]) -> Machine {
    let variables = variables.iter().map(|(name, value)| (*name, *value));
    let mut machine = Machine::of(variables.collect::<Environment>()).unwrap();
    machine.profiles = FILE.parse().unwrap();
    machine
}

fn select(machine: &Machine, wanted: Wanted) -> String {
    match Selection::of(wanted, machine) {
        Ok(Selection {
            profile: Some(name),
            ..
        }) => format!("profile {name}"),
        Ok(Selection { spot, .. }) => spot
            .host
            .map_or("default".to_owned(), |host| format!("host {host}")),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

fn subject(text: &str) -> Wanted {
    Wanted {
        subject: Some(text.to_owned()),
        ..Wanted::default()
    }
}

fn host(text: &str, account: Option<&str>) -> Wanted {
    let place = Place {
        host: Some(text.to_owned()),
        account_id: account.map(str::to_owned),
        workspace_id: None,
    };
    Wanted {
        place,
        ..Wanted::default()
    }
}

fn profile(name: &str) -> Wanted {
    Wanted {
        profile: Some(name.to_owned()),
        ..Wanted::default()
    }
}

#[test]
fn a_positional_argument_is_a_profile_before_it_is_a_host() {
    let machine = machine(&[]);
    assert_eq!(select(&machine, subject("prod.eu")), "profile prod.eu");
    assert_eq!(select(&machine, subject("dev.example.test")), "profile dev");
    assert_eq!(
        select(&machine, subject("new.example.test")),
        "host https://new.example.test"
    );
    assert_eq!(select(&machine, subject("nobody")), "profile nobody");
}

#[test]
fn a_host_means_the_one_profile_of_a_person_that_stands_for_it() {
    let machine = machine(&[]);
    assert_eq!(
        select(&machine, host("https://DEV.example.test/?o=1", None)),
        "profile dev"
    );
    assert_eq!(
        select(&machine, host("prod.example.test", None)),
        "config: `prod.eu`, `prod-us` stand for https://prod.example.test"
    );
    assert_eq!(
        select(&machine, host("accounts.example.test", Some("acc-2"))),
        "profile console-2"
    );
    assert_eq!(
        select(&machine, host("accounts.example.test", Some("acc-3"))),
        "host https://accounts.example.test"
    );
}

#[test]
fn a_flag_is_never_overridden_by_the_environment() {
    let machine = machine(&[
        ("DATABRICKS_CONFIG_PROFILE", "prod-us"),
        ("DATABRICKS_HOST", "https://env.example.test"),
    ]);
    assert_eq!(select(&machine, profile("dev")), "profile dev");
    assert_eq!(
        select(&machine, host("dev.example.test", None)),
        "profile dev"
    );
    assert_eq!(
        select(&machine, host("prod.example.test", None)),
        "profile prod-us"
    );
    assert_eq!(select(&machine, Wanted::default()), "profile prod-us");
}

#[test]
fn the_environment_decides_where_flags_are_silent() {
    let wanted = Wanted::default;
    assert_eq!(
        select(
            &machine(&[("DATABRICKS_HOST", "dev.example.test")]),
            wanted()
        ),
        "profile dev"
    );
    let account = [
        ("DATABRICKS_HOST", "accounts.example.test"),
        ("DATABRICKS_ACCOUNT_ID", "acc-1"),
    ];
    assert_eq!(select(&machine(&account), wanted()), "profile console");
    assert_eq!(select(&machine(&[]), wanted()), "default");
}

#[test]
fn contradictions_and_bad_input_are_refused() {
    let machine = machine(&[]);
    let both = |subject: Option<&str>, profile: Option<&str>, host: Option<&str>| Wanted {
        subject: subject.map(str::to_owned),
        profile: profile.map(str::to_owned),
        here: crate::args::Here::default(),
        place: Place {
            host: host.map(str::to_owned),
            ..Place::default()
        },
    };
    let refusals = [
        both(Some("dev"), Some("dev"), None),
        both(None, Some("dev"), Some("prod.example.test")),
        both(None, None, Some("http://plain.example.test")),
        host("accounts.example.test", Some("../up")),
    ];
    let told: Vec<_> = refusals
        .into_iter()
        .map(|wanted| select(&machine, wanted))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    usage: `dev` cannot be combined with --profile or --host
    usage: profile `dev` is for https://dev.example.test, which conflicts with --host https://prod.example.test
    invalid_host: `http://plain.example.test` would send credentials unencrypted; write `https://` instead of `http://`
    invalid_account_id: `../up` is not an account id; copy the UUID from the user menu of the account console
    ");
    assert_eq!(
        select(&machine, both(None, Some("dev"), Some("dev.example.test"))),
        "profile dev"
    );
}

#[test]
fn hosts_are_told_from_names() {
    for text in ["a.example", "https://x", "localhost:8020", "127.0.0.1"] {
        assert!(looks_like_a_host(text), "{text}");
    }
    for text in ["dev", "my profile", "a:b", ":80"] {
        assert!(!looks_like_a_host(text), "{text}");
    }
}
