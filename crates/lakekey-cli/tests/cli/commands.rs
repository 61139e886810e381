//! The other commands: logout, api, version, mock, demo, help and usage.

use std::fmt::Write as _;

use lakekey_mock::DEFAULT_ACCOUNT_ID;

use crate::machine::{Machine, member, mock};

#[test]
fn signing_out_forgets_the_login_everywhere_and_may_be_repeated() {
    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let out = machine.run(&["auth", "logout", "dev", "-o", "json"]);
    assert_eq!(out.status, 0, "{}", out.stderr);
    assert_eq!(member(&out.stdout, "signed_out"), true);
    assert!(
        out.stderr.contains("Signed out of profile `dev`"),
        "{}",
        out.stderr
    );
    assert!(
        !machine
            .read(".databricks/token-cache.json")
            .contains("access_token")
    );
    assert_eq!(machine.run(&["auth", "token", "dev"]).status, 3);
    assert_eq!(
        machine
            .run(&["auth", "token", "--host", &mock.url()])
            .status,
        3
    );

    let again = machine.run(&["auth", "logout", "--host", &mock.url()]);
    assert_eq!((again.status, again.stdout.as_str()), (0, ""));
    assert!(
        again
            .stderr
            .contains("No login is stored for profile `dev`"),
        "{}",
        again.stderr
    );
}

#[test]
fn deleting_removes_the_profile_and_the_default_that_it_was() {
    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    machine.signed_in(&["--host", &mock.url_of("other.localhost")]);
    assert!(
        machine
            .read(".databrickscfg")
            .contains("default_profile = dev")
    );
    let out = machine.run(&["auth", "logout", "-p", "dev", "--delete"]);
    assert_eq!(out.status, 0, "{}", out.stderr);
    let profiles = machine.read(".databrickscfg");
    assert!(
        !profiles.contains("dev") && profiles.contains("[other]"),
        "{profiles}"
    );
    let gone = machine.run(&["auth", "logout", "-p", "dev", "--delete"]);
    assert_eq!(gone.status, 2, "{}", gone.stderr);
}

#[test]
fn api_calls_go_out_with_the_login_and_come_back_as_they_are() {
    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    machine.signed_in(&[
        "--host",
        &mock.url_of("accounts.localhost"),
        "--account-id",
        DEFAULT_ACCOUNT_ID,
        "-p",
        "acc",
    ]);
    let clusters = machine.run(&["api", "get", "/api/2.0/clusters/list", "--profile", "dev"]);
    assert_eq!(clusters.status, 0, "{}", clusters.stderr);
    assert!(
        clusters.stdout.starts_with("{\n  \"clusters\": [\n    {\n"),
        "{}",
        clusters.stdout
    );
    let list = machine.run(&[
        "api",
        "GET",
        "/api/2.0/accounts/{account_id}/workspaces",
        "-p",
        "acc",
        "--account",
    ]);
    assert_eq!(list.status, 0, "{}", list.stderr);
    assert!(
        list.stdout.contains("\"workspace_id\": 1234567890123456,"),
        "{}",
        list.stdout
    );

    let refused = machine.run(&["api", "get", "/api/2.0/nothing", "-p", "dev", "-o", "json"]);
    assert_eq!(refused.status, 5, "{}", refused.stderr);
    assert_eq!(member(&refused.stdout, "kind"), "api_error");
    for arguments in [
        &["get", "https://elsewhere.example.test/api", "-p", "dev"][..],
        &["get", "/api/{account_id}", "-p", "dev"],
        &["post", "/api", "-p", "dev", "--json", "{"],
        &["post", "/api", "-p", "dev", "--json", "@nowhere"],
    ] {
        assert_eq!(
            machine.run(&[&["api"], arguments].concat()).status,
            2,
            "{arguments:?}"
        );
    }
}

#[test]
fn api_calls_use_a_token_of_the_environment_and_never_for_another_host() {
    let mock = mock();
    mock.with(|mock| {
        mock.setup().users[0]
            .personal_tokens
            .push("dapi-1".to_owned());
    });
    let machine = Machine::new()
        .with("DATABRICKS_TOKEN", "dapi-1")
        .with("DATABRICKS_HOST", &mock.url());
    let path = "/api/2.0/preview/scim/v2/Me";
    assert_eq!(machine.run(&["api", "get", path]).status, 0);
    let elsewhere = machine.run(&[
        "api",
        "get",
        path,
        "--host",
        &mock.url_of("other.localhost"),
    ]);
    assert_eq!(elsewhere.status, 3, "{}", elsewhere.stderr);
    assert_eq!(mock.with(|mock| mock.requests().len()), 1);
}

#[test]
fn the_version_is_one_line_whatever_the_environment_says() {
    let machine = Machine::new().with("DATABRICKS_OUTPUT_FORMAT", "json");
    let outcome = machine.run(&["version"]);
    assert_eq!(
        (
            outcome.status,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (0, "Databricks CLI v1.13.0\n", "")
    );
    let json = machine.run(&["version", "--output", "json"]);
    assert_eq!((json.status, json.stderr.as_str()), (0, ""));
    assert_eq!(
        (member(&json.stdout, "Major"), member(&json.stdout, "Minor")),
        (1.into(), 13.into())
    );
}

#[test]
fn the_demo_shows_every_step_and_leaves_nothing() {
    let machine = Machine::new()
        .with("TMPDIR", "tmp")
        .with("TEMP", "tmp")
        .with("TMP", "tmp");
    machine.write("tmp/keep", "");
    let outcome = machine.run(&["demo", "--no-browser"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    for step in [
        "1  Start",
        "2  Sign in",
        "3  Call",
        "4  Two hours",
        "5  Sign in to the account",
        "6  Call the account",
    ] {
        assert!(outcome.stdout.contains(step), "{step}: {}", outcome.stdout);
    }
    assert_eq!(
        outcome.stdout.matches("grant_type=refresh_token").count(),
        1
    );
    assert!(
        outcome
            .stdout
            .lines()
            .all(|line| line.chars().count() <= 100),
        "{}",
        outcome.stdout
    );
    assert!(!machine.path(".databricks").exists());
    assert_eq!(std::fs::read_dir(machine.path("tmp")).unwrap().count(), 1);
}

#[test]
fn the_mock_takes_its_own_options() {
    let machine = Machine::new();
    let help = machine.run(&["mock", "--help"]);
    assert_eq!(help.status, 0);
    assert!(
        help.stdout.contains("Usage: lakekey mock") && help.stdout.contains("--rotation"),
        "{}",
        help.stdout
    );
    assert_eq!(machine.run(&["mock", "--nonsense"]).status, 2);
    let taken = mock();
    let outcome = machine.run(&["mock", "--port", &taken.port().to_string()]);
    assert_eq!(outcome.status, 4, "{}", outcome.stderr);
}

#[test]
fn the_help_of_every_command_fits_and_has_examples() {
    let machine = Machine::new();
    let commands: [&[&str]; 19] = [
        &[],
        &["auth"],
        &["auth", "login"],
        &["auth", "token"],
        &["auth", "logout"],
        &["auth", "profiles"],
        &["auth", "switch"],
        &["auth", "describe"],
        &["auth", "explain"],
        &["auth", "env"],
        &["auth", "storage"],
        &["auth", "storage", "set"],
        &["auth", "storage", "migrate"],
        &["api"],
        &["oauth"],
        &["oauth", "pkce"],
        &["oauth", "authorize-url"],
        &["oauth", "exchange"],
        &["oauth", "refresh"],
    ];
    let mut all = String::new();
    for command in commands {
        let outcome = machine.run(&[command, &["--help"]].concat());
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
        assert!(
            outcome
                .stdout
                .lines()
                .all(|line| line.chars().count() <= 100),
            "{}",
            outcome.stdout
        );
        assert!(outcome.stdout.lines().count() <= 45, "{}", outcome.stdout);
        let _ = writeln!(
            all,
            "$ lakekey {} --help\n{}",
            command.join(" "),
            outcome.stdout
        );
    }
    insta::assert_snapshot!(all);
}

#[test]
fn bad_arguments_are_usage_errors_and_show_no_secret() {
    let machine = Machine::new();
    let huge = "x".repeat(100_000);
    for arguments in [
        &["nonsense"][..],
        &["auth", "token", "--token=canary"],
        &["auth", "token", "--refresh-token", "canary"],
        &["auth", "login", "--code=canary"],
        &["auth", "login", "--timeout", "0"],
        &["auth", "login", "--timeout", "-1"],
        &["auth", "login", "--timeout", "1e99"],
        &["auth", "login", "--timeout", "abc"],
        &["auth", "login", "--callback-port", "0"],
        &["auth", "login", "--callback-port", "65536"],
        &["auth", "token", "--profile", ""],
        &["auth", "token", "--host", ""],
        &["auth", "token", &huge],
        &["auth", "token", &format!("--{huge}")],
        &["auth", "token", "--", "--profile"],
        &["api", "trace", "/"],
    ] {
        let outcome = machine.run(arguments);
        let shown: String = format!("{arguments:?}").chars().take(80).collect();
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{shown}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stderr.contains("canary") && !outcome.stderr.contains("panicked"),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.len() < 2_000, "{shown}");
    }
    let json = machine.run(&["auth", "token", "--nonsense", "-o", "json"]);
    assert_eq!(
        (json.status, member(&json.stdout, "kind")),
        (2, "usage".into())
    );
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_a_usage_error() {
    use std::os::unix::ffi::OsStrExt as _;

    let word = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lakekey"))
        .args(["auth", "token"])
        .arg(word)
        .output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lakekey"))
        .arg("version")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(8));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error[output_failed]"));
}
