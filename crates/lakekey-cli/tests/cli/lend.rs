//! `lakekey auth exec` and `auth serve`: a login lent to other programs.

use std::io::{BufRead as _, BufReader};

use http::{Request, Response};

use crate::machine::{Machine, member, mock};

const AGE: &str = "x-databricks-metadata-version";
const HOST: &str = "x-databricks-host";

#[cfg(unix)]
#[test]
fn a_command_gets_the_token_and_none_of_what_names_another_login() {
    let mock = mock();
    let machine = Machine::new()
        .with("DATABRICKS_CLIENT_ID", "canary")
        .with("DATABRICKS_CONFIG_PROFILE", "dev")
        .with("ARM_CLIENT_ID", "of-another-business");
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let token = machine.run(&["auth", "token", "dev", "-o", "text"]).stdout;
    let told = machine.run(&["auth", "exec", "-p", "dev", "--", "/usr/bin/env"]);
    assert_eq!((told.status, told.stderr.as_str()), (0, ""));
    let lines: Vec<_> = told.stdout.lines().collect();
    for expected in [
        &format!("DATABRICKS_HOST={}", mock.url()),
        &format!("DATABRICKS_TOKEN={}", token.trim()),
        "DATABRICKS_AUTH_TYPE=pat",
        "ARM_CLIENT_ID=of-another-business",
    ] {
        assert!(lines.contains(&expected), "{expected} is not in {lines:?}");
    }
    let named = ["DATABRICKS_CLIENT_ID", "DATABRICKS_CONFIG_PROFILE"];
    assert!(
        !lines
            .iter()
            .any(|line| named.iter().any(|name| line.starts_with(name)))
    );
}

#[cfg(unix)]
#[test]
fn a_command_ends_as_it_ends() {
    let mock = mock();
    let machine = Machine::new();
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    for serve in [&[][..], &["--serve"]] {
        let words = [
            &["auth", "exec", "-p", "dev"],
            serve,
            &["--", "/bin/sh", "-c", "exit 7"],
        ]
        .concat();
        assert_eq!(machine.run(&words).status, 7);
        let words = [
            &["auth", "exec", "-p", "dev"],
            serve,
            &["--", "no-such-command"],
        ]
        .concat();
        let missing = machine.run(&words);
        assert_eq!(missing.status, 2);
        assert!(
            missing
                .stderr
                .contains("`no-such-command` cannot be started"),
            "{}",
            missing.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn a_served_command_is_led_to_the_server_and_gets_no_token_itself() {
    let mock = mock();
    let machine = Machine::new();
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let told = machine.run(&["auth", "exec", "-p", "dev", "--serve", "--", "/usr/bin/env"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(
        told.stdout
            .contains("DATABRICKS_AUTH_TYPE=metadata-service")
    );
    assert!(
        told.stdout
            .contains("DATABRICKS_METADATA_SERVICE_URL=http://127.0.0.1:")
    );
    assert!(!told.stdout.contains("DATABRICKS_TOKEN="));
}

#[test]
fn tokens_are_given_to_those_who_know_the_path_and_mean_the_host() {
    let mock = mock();
    let machine = Machine::new();
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let token = machine.run(&["auth", "token", "dev", "-o", "text"]).stdout;
    let mut server = machine.start(&["auth", "serve", "dev", "-o", "json"]);
    let mut announced = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut announced)
        .unwrap();
    let variables = member(&announced, "env");
    let url = variables["DATABRICKS_METADATA_SERVICE_URL"]
        .as_str()
        .unwrap();
    let host = variables["DATABRICKS_HOST"].as_str().unwrap();
    assert_eq!(host, mock.url());
    assert_eq!(variables["DATABRICKS_AUTH_TYPE"], "metadata-service");

    let given = ask(url, &[(AGE, "1"), (HOST, host)]);
    assert_eq!(given.status(), 200);
    assert_eq!(given.headers()["cache-control"], "no-store");
    let document: serde_json::Value = serde_json::from_slice(given.body()).unwrap();
    assert_eq!(document["access_token"], token.trim());
    assert_eq!(document["token_type"], "Bearer");
    assert!(document["expires_on"].as_u64().unwrap() > 1_700_000_000);

    let other = url.replace("/token", "0/token");
    for (url, headers, status) in [
        (url, &[(HOST, host)][..], 400),
        (url, &[(AGE, "2"), (HOST, host)], 400),
        (url, &[(AGE, "1")], 403),
        (
            url,
            &[(AGE, "1"), (HOST, "https://other.cloud.databricks.com")],
            403,
        ),
        (
            url,
            &[(AGE, "1"), (HOST, host), ("host", "evil.example")],
            403,
        ),
        (&other, &[(AGE, "1"), (HOST, host)], 404),
    ] {
        let refused = ask(url, headers);
        assert_eq!(refused.status(), status, "{headers:?}");
        let text = String::from_utf8(refused.into_body()).unwrap();
        assert!(
            !text.contains(token.trim()) && text.contains("message"),
            "{text}"
        );
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn a_server_nobody_asks_ends_and_one_without_login_does_not_start() {
    let mock = mock();
    let machine = Machine::new();
    let absent = machine.run(&["auth", "serve", "--host", &mock.url()]);
    assert_eq!((absent.status, absent.stdout.as_str()), (3, ""));
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let ended = machine.run(&["auth", "serve", "dev", "--idle", "1ms"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .starts_with("DATABRICKS_AUTH_TYPE=metadata-service\n")
    );
}

#[test]
fn a_password_is_not_lent_as_if_it_were_a_token() {
    let machine = Machine::new()
        .with("DATABRICKS_HOST", "http://127.0.0.1:1")
        .with("DATABRICKS_USERNAME", "someone")
        .with("DATABRICKS_PASSWORD", "canary");
    for words in [
        &["auth", "exec", "--", "/usr/bin/env"][..],
        &["auth", "exec", "--serve", "--", "/usr/bin/env"],
        &["auth", "serve", "--idle", "1ms"],
    ] {
        let refused = machine.run(words);
        assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.stderr, @r"
            error[config]: a user name and a password cannot be lent: there is no token to give
            hint: sign in with `lakekey auth login --host <HOST>`, and name that profile
            ");
        }
    }
}

#[test]
fn a_token_that_ends_too_soon_is_renewed_and_no_more_is_promised_than_can_be_had() {
    let mock = mock();
    let machine = Machine::new();
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let token =
        |life: &str| machine.run(&["auth", "token", "dev", "-o", "text", "--min-ttl", life]);
    let first = token("50m").stdout;
    assert_eq!(token("50m").stdout, first, "it has an hour left");
    let too_long = token("2h");
    assert_eq!((too_long.status, too_long.stdout.as_str()), (2, ""));
    assert!(
        too_long.stderr.contains("which is less than 2h"),
        "{}",
        too_long.stderr
    );
}

fn ask(url: &str, headers: &[(&str, &str)]) -> Response<Vec<u8>> {
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    crate::machine::send(request.body(Vec::new()).unwrap())
}
