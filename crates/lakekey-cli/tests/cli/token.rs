//! `lakekey auth token`: what the official SDKs see.

use crate::machine::{Machine, member, mock};
use lakekey_mock::Listening;

/// A machine with one login, as profile `dev`.
fn signed_in(mock: &Listening) -> Machine {
    let machine = Machine::new();
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    mock.with(lakekey_mock::Mock::forget_requests);
    machine
}

/// Lets the token in the cache have ended long ago.
fn expire(machine: &Machine) {
    let mut cache: serde_json::Value =
        serde_json::from_str(&machine.read(".databricks/token-cache.json")).unwrap();
    for entry in cache["tokens"].as_object_mut().unwrap().values_mut() {
        entry["expiry"] = "2020-01-01T00:00:00Z".into();
    }
    machine.write(".databricks/token-cache.json", &cache.to_string());
}

#[test]
fn a_good_token_is_printed_as_the_sdks_read_it_without_any_request() {
    let mock = mock();
    let machine = signed_in(&mock)
        .with("DATABRICKS_OUTPUT_FORMAT", "text")
        .with("DATABRICKS_TOKEN", "dapi-canary");
    for arguments in [
        &["--profile", "dev"][..],
        &["dev"],
        &["--host", &mock.url()],
        &[&mock.url()],
        &[],
        &["-o", "JSON"],
    ] {
        let outcome = machine.run(&[&["auth", "token"], arguments].concat());
        assert_eq!(
            (outcome.status, outcome.stderr.as_str()),
            (0, ""),
            "{arguments:?}"
        );
        let document: serde_json::Map<_, _> = serde_json::from_str(&outcome.stdout).unwrap();
        let keys: Vec<_> = document.keys().map(String::as_str).collect();
        assert_eq!(keys, ["access_token", "token_type", "expiry", "expires_in"]);
        assert_eq!(document["token_type"], "Bearer");
        assert!(
            outcome.stdout.starts_with("{\n  \"access_token\": \"ey")
                && outcome.stdout.ends_with('}')
        );
        let expiry = document["expiry"].as_str().unwrap();
        let (clock, offset) = expiry.split_at(29);
        assert!(
            clock.as_bytes()[19] == b'.' && ["+01:00", "+02:00"].contains(&offset),
            "{expiry}"
        );
    }
    assert_eq!(mock.with(|mock| mock.requests().len()), 0);
}

#[test]
fn text_is_the_token_alone_and_only_when_asked_for() {
    let mock = mock();
    let machine = signed_in(&mock);
    let json = machine.run(&["auth", "token", "dev"]).stdout;
    let text = machine.run(&["-o", "text", "auth", "token", "dev"]).stdout;
    assert_eq!(
        text,
        format!("{}\n", member(&json, "access_token").as_str().unwrap())
    );
}

#[test]
fn an_expired_token_is_renewed_and_a_good_one_when_forced() {
    let mock = mock();
    let machine = signed_in(&mock);
    let first = machine.run(&["auth", "token", "-p", "dev"]).stdout;
    let forced = machine.run(&["auth", "token", "-p", "dev", "--force-refresh"]);
    assert_eq!((forced.status, forced.stderr.as_str()), (0, ""));
    assert_ne!(
        member(&first, "access_token"),
        member(&forced.stdout, "access_token")
    );
    expire(&machine);
    let renewed = machine.run(&["auth", "token", "--host", &mock.url()]);
    assert_eq!((renewed.status, renewed.stderr.as_str()), (0, ""));
    assert_eq!(mock.with(|mock| mock.counters().refreshed), 2);
    let kept = machine.run(&["auth", "token", "-p", "dev"]).stdout;
    assert_eq!(
        member(&kept, "access_token"),
        member(&renewed.stdout, "access_token")
    );
}

#[test]
fn the_flags_of_older_sdks_are_taken() {
    let mock = mock();
    let machine = signed_in(&mock);
    let host = mock.url();
    let old = [
        "auth",
        "token",
        "--host",
        &host,
        "--experimental-is-unified-host",
        "--workspace-id",
        "1",
        "--timeout",
        "1h0m0s",
    ];
    assert_eq!(machine.run(&old).status, 0);
    assert_eq!(machine.run(&["auth", "--host", &host, "token"]).status, 0);
}

#[test]
fn nobody_signed_in_is_told_in_the_words_the_sdks_know() {
    let machine = Machine::new();
    machine.write(".databrickscfg", "[dev]\nhost = https://dev.example.test\n");
    let settings = [
        (&[][..], "lakekey auth login --host <HOST>"),
        (&["--profile", "dev"], "lakekey auth login --profile dev"),
        (
            &["--host", "https://x.example.test"],
            "lakekey auth login --host https://x.example.test",
        ),
        (
            &[
                "--host",
                "https://accounts.example.test",
                "--account-id",
                "a-1",
            ],
            "lakekey auth login --host https://accounts.example.test --account-id a-1",
        ),
    ];
    for (arguments, command) in settings {
        let outcome = machine.run(&[&["auth", "token"], arguments].concat());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (3, ""),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome
                .stderr
                .contains("databricks OAuth is not configured for this host"),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(command), "{}", outcome.stderr);
    }
    assert!(!machine.path(".databricks").exists());
}

#[test]
fn a_dead_refresh_token_leads_to_the_command_that_signs_in_again() {
    let mock = mock();
    let machine = signed_in(&mock);
    mock.with(|mock| mock.revoke_user("user@example.com"));
    expire(&machine);
    let outcome = machine.run(&["auth", "token", "-p", "dev"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (3, ""));
    assert!(
        outcome.stderr.contains("error[reauth_required]"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("lakekey auth login --profile dev"),
        "{}",
        outcome.stderr
    );
    let json = machine.run(&["auth", "token", "-p", "dev", "-o", "json"]);
    assert_eq!(member(&json.stdout, "kind"), "reauth_required");
    assert_eq!(member(&json.stdout, "exit_status"), 3);
    assert_eq!(
        member(&json.stdout, "hint"),
        "lakekey auth login --profile dev"
    );
}

#[test]
fn every_failure_has_its_exit_status_and_none_says_not_found() {
    let machine = Machine::new();
    let cache = ".databricks/token-cache.json";
    machine.write(".databrickscfg", "[dev]\nhost = https://dev.example.test\n[twin]\nhost = dev.example.test\n\
        [robot]\nhost = https://r.example.test\nclient_id = a\nclient_secret = canary\n[odd]\nhost = gopher://x\n");
    machine.write(cache, r#"{"version": 99, "tokens": {}}"#);
    let failures = [
        (&["--profile", "dev"][..], "store_version", 7),
        (&["--profile", "nobody"], "config", 2),
        (&["--profile", "devv"], "config", 2),
        (&["nobody"], "config", 2),
        (&["--host", "dev.example.test"], "config", 2),
        (&["--profile", "robot"], "config", 2),
        (&["--profile", "odd"], "invalid_host", 2),
        (
            &["--profile", "dev", "--host", "https://other.example.test"],
            "usage",
            2,
        ),
        (&["--host", "http://plain.example.test"], "invalid_host", 2),
        (
            &["--profile", "dev", "--account-id", "../x"],
            "invalid_account_id",
            2,
        ),
    ];
    for (arguments, code, status) in failures {
        let outcome = machine.run(&[&["auth", "token"], arguments].concat());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (status, ""),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains(&format!("error[{code}]")),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stderr.contains("not found") && !outcome.stderr.contains("canary"),
            "{}",
            outcome.stderr
        );
    }
    machine.write(cache, "{ damaged");
    let outcome = machine.run(&["auth", "token", "-p", "dev"]);
    assert_eq!(outcome.status, 7, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("error[store_corrupt]"),
        "{}",
        outcome.stderr
    );
    assert_eq!(machine.read(cache), "{ damaged");
}

#[test]
fn a_host_that_cannot_be_reached_is_named_and_bounded() {
    let mock = mock();
    let machine = signed_in(&mock);
    expire(&machine);
    drop(mock);
    let outcome = machine.run(&["auth", "token", "-p", "dev", "--timeout", "20s"]);
    assert_eq!(outcome.status, 5, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("127.0.0.1"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("not found"), "{}", outcome.stderr);
}
