//! `lakekey auth login` against a mock, with the test as the browser.

use crate::machine::{Machine, browse, landing, member, mock, mock_with};
use lakekey_mock::{Consent, DEFAULT_ACCOUNT_ID, Fault};

#[test]
fn a_sign_in_keeps_profile_and_token_and_says_who() {
    let (mock, machine) = (mock(), Machine::new());
    let outcome = machine.signed_in(&[
        "--host",
        &format!("{}/?o=1", mock.url()),
        "--profile",
        "dev",
    ]);
    assert_eq!(outcome.stdout, "");
    let talk = outcome.stderr.replace(&mock.port().to_string(), "PORT");
    assert!(
        talk.contains("Signed in as user@example.com at http://127.0.0.1:PORT."),
        "{talk}"
    );
    assert!(talk.contains("Profile dev is in "), "{talk}");
    let profiles = machine
        .read(".databrickscfg")
        .replace(&mock.port().to_string(), "PORT");
    insta::assert_snapshot!(profiles, @r"
    [dev]
    host      = http://127.0.0.1:PORT
    auth_type = databricks-cli

    [__settings__]
    default_profile = dev
    ");
    let cache = machine.read(".databricks/token-cache.json");
    assert!(
        cache.contains("\"dev\"") && cache.contains(&mock.url()),
        "{cache}"
    );
    for secret in mock.with(|mock| mock.secrets()) {
        assert!(!outcome.stderr.contains(&secret), "{}", outcome.stderr);
    }
}

#[test]
fn an_account_is_signed_in_to_at_its_console() {
    let (mock, machine) = (mock(), Machine::new());
    let host = mock.url_of("accounts.localhost");
    let outcome = machine.signed_in(&[
        "--host",
        &host,
        "--account-id",
        DEFAULT_ACCOUNT_ID,
        "-o",
        "json",
    ]);
    assert_eq!(member(&outcome.stdout, "user"), "user@example.com");
    assert_eq!(member(&outcome.stdout, "account_id"), DEFAULT_ACCOUNT_ID);
    assert_eq!(
        member(&outcome.stdout, "profile"),
        format!("ACCOUNT-{DEFAULT_ACCOUNT_ID}")
    );
    assert!(
        machine
            .read(".databrickscfg")
            .contains(&format!("account_id = {DEFAULT_ACCOUNT_ID}"))
    );
}

#[test]
fn without_a_name_the_profile_is_named_after_the_host_and_found_again() {
    let (mock, machine) = (mock(), Machine::new());
    let host = mock.url_of("my-team.localhost");
    machine.signed_in(&[&host]);
    machine.signed_in(&[&host, "--scopes", "sql"]);
    machine.signed_in(&["my-team"]);
    machine.signed_in(&[]);
    let profiles = machine.read(".databrickscfg");
    assert_eq!(profiles.matches("[my-team]").count(), 1, "{profiles}");
    let scopes = mock.with(|mock| {
        mock.requests()
            .iter()
            .filter_map(|request| request.param("scope"))
            .collect::<Vec<_>>()
    });
    assert_eq!(
        scopes,
        [
            "offline_access all-apis",
            "offline_access sql",
            "offline_access sql",
            "offline_access sql"
        ]
    );
}

#[test]
fn the_profile_of_another_host_is_replaced_only_when_named() {
    let (mock, machine) = (mock(), Machine::new());
    let before = "# mine\n[team]\nhost  = https://old.example.test\ntoken = dapi-canary\ncluster_id = c-1\ncolour = red\n";
    machine.write(".databrickscfg", before);
    let host = mock.url_of("team.localhost");
    let refused = machine.run(&["auth", "login", "--no-browser", "--host", &host]);
    assert_eq!(refused.status, 2);
    assert!(
        refused
            .stderr
            .contains("profile `team` is for https://old.example.test"),
        "{}",
        refused.stderr
    );
    assert_eq!(machine.read(".databrickscfg"), before);

    machine.signed_in(&["--host", &host, "--profile", "team"]);
    let after = machine.read(".databrickscfg");
    assert!(
        after.starts_with("# mine\n[team]\n") && after.contains("colour = red"),
        "{after}"
    );
    assert!(
        after.contains(&host) && !after.contains("canary") && !after.contains("cluster_id"),
        "{after}"
    );
}

#[test]
fn a_pasted_address_finishes_the_sign_in_and_a_wrong_one_does_not() {
    let (mock, machine) = (mock(), Machine::new());
    let mut signing_in = machine.sign_in(&[
        "auth",
        "login",
        "--no-browser",
        "--host",
        &mock.url(),
        "-p",
        "dev",
    ]);
    let landing = landing(&signing_in.url);
    let foreign = landing.replace("state=", "state=x");
    signing_in.paste(&foreign);
    signing_in.paste(&format!("  {landing}  "));
    let outcome = signing_in.end();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("warning[invalid_callback]: the address belongs to another sign-in"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn only_the_first_answer_counts_and_the_page_tells_the_truth() {
    let (mock, machine) = (
        mock_with(|setup| setup.consent = Consent::Deny),
        Machine::new(),
    );
    let signing_in = machine.sign_in(&[
        "auth",
        "login",
        "--no-browser",
        "--host",
        &mock.url(),
        "-p",
        "dev",
    ]);
    let page = browse(&signing_in.url);
    assert!(String::from_utf8_lossy(page.body()).contains("declined"));
    let outcome = signing_in.end();
    assert_eq!(outcome.status, 4, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("error[auth_denied]"),
        "{}",
        outcome.stderr
    );
    assert_eq!(machine.read(".databrickscfg"), "");
}

#[test]
fn nobody_comes_back_and_it_ends_by_itself() {
    let (mock, machine) = (mock(), Machine::new().with("BROWSER", "none"));
    let outcome = machine.run(&[
        "auth",
        "login",
        "--host",
        &mock.url(),
        "--timeout",
        "50ms",
        "-o",
        "json",
    ]);
    assert_eq!(outcome.status, 4, "{}", outcome.stderr);
    assert_eq!(member(&outcome.stdout, "kind"), "callback_timeout");
    assert_eq!(member(&outcome.stdout, "retryable"), true);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (mock, machine) = (mock(), Machine::new().with("BROWSER", "none"));
    let port = mock.port().to_string();
    let outcome = machine.run(&[
        "auth",
        "login",
        "--host",
        &mock.url(),
        "--callback-port",
        &port,
    ]);
    assert_eq!(outcome.status, 4, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains(&format!("error[listener_unavailable]: port {port}")),
        "{}",
        outcome.stderr
    );
}

#[test]
fn metadata_that_points_elsewhere_is_not_followed() {
    let mock = mock();
    let fault =
        Fault::new("disco.set").param("token_endpoint", "\"https://evil.example.test/token\"");
    mock.with(|mock| mock.inject(fault)).unwrap();
    let outcome = Machine::new().run(&[
        "auth",
        "login",
        "--no-browser",
        "--host",
        &mock.url(),
        "-p",
        "dev",
    ]);
    assert_eq!(outcome.status, 6, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("error[discovery_untrusted]"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_missing_or_wrong_is_said_before_anything_happens() {
    let machine = Machine::new();
    for (arguments, code, status) in [
        (vec![], "usage", 2),
        (vec!["nobody"], "usage", 2),
        (vec!["--host", "ftp://x.example.test"], "invalid_host", 2),
        (
            vec!["--host", "https://user:pw@x.example.test"],
            "invalid_host",
            2,
        ),
        (vec!["--host", "accounts.example.test"], "usage", 2),
        (
            vec!["--host", "accounts.example.test", "--account-id", "a/../b"],
            "invalid_account_id",
            2,
        ),
        (
            vec!["--host", "x.example.test", "--scopes", "a\"b"],
            "config",
            2,
        ),
    ] {
        let outcome = machine.run(&[&["auth", "login"], &*arguments].concat());
        assert_eq!(outcome.status, status, "{arguments:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(&format!("error[{code}]")),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("hint: ") || code != "usage",
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("pw"), "{}", outcome.stderr);
    }
    assert!(!machine.path(".databrickscfg").exists());
}

#[test]
fn an_unreadable_profile_file_stops_it_and_stays_as_it_is() {
    let machine = Machine::new();
    machine.write(".databrickscfg", "[dev\nhost = x\n");
    let outcome = machine.run(&["auth", "login", "--host", "https://x.example.test"]);
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("error[config]") && outcome.stderr.contains(".databrickscfg"),
        "{}",
        outcome.stderr
    );
    assert_eq!(machine.read(".databrickscfg"), "[dev\nhost = x\n");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_wait_at_once_and_nothing_was_written() {
    use std::os::unix::process::ExitStatusExt as _;

    heed_signals();
    let (mock, machine) = (mock(), Machine::new());
    for signal in [1, 2, 15] {
        let mut signing_in = machine.sign_in(&[
            "auth",
            "login",
            "--no-browser",
            "--host",
            &mock.url(),
            "-p",
            "dev",
        ]);
        let status = signing_in.end_by(signal);
        assert_eq!(status.signal(), Some(signal));
    }
    assert_eq!(machine.read(".databrickscfg"), "");
    assert_eq!(machine.read(".databricks/token-cache.json"), "");
}

/// A program ignores the signals that the one that started it ignores, as whatever runs in the
/// background of a shell may do; those that are handled are at their default again.
#[cfg(unix)]
fn heed_signals() {
    use tokio::signal::unix::{SignalKind, signal};

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _inside = runtime.enter();
    for kind in [
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::terminate(),
    ] {
        // Handled from here on, whether or not anybody listens.
        drop(signal(kind).unwrap());
    }
}

#[test]
fn without_a_home_nobody_is_sent_to_a_browser() {
    let machine = Machine::new().with("HOME", "").with("USERPROFILE", "");
    let outcome = machine.run(&["auth", "login", "--host", "https://x.example.test"]);
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (2, ""),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("home directory"),
        "{}",
        outcome.stderr
    );
}
