//! The program, as another program starts it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

#[test]
fn says_where_it_is_in_one_line_of_json() {
    let (mut child, line) = start(&["--output", "json", "--account", "ac-1"]);
    let place: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(
        place["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert!(
        place["control_url"]
            .as_str()
            .unwrap()
            .ends_with("/ns/default")
    );
    assert!(place["control_token"].as_str().unwrap().len() >= 22);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn ends_well_when_it_is_told_to() {
    for signal in ["TERM", "INT"] {
        let (mut child, line) = start(&["--print-env"]);
        assert!(line.starts_with("export DATABRICKS_HOST='http://127.0.0.1:"));
        assert!(
            command("kill")
                .args(["-s", signal, &child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
        assert!(child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_wrong_option_is_a_usage_error() {
    let output = command(env!("CARGO_BIN_EXE_lakekey-mock"))
        .args(["--rotation", "sometimes"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("write strict, single, grace=30s or never")
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (mut child, line) = start(&["--print-env"]);
    let port = line
        .trim_end()
        .trim_end_matches('\'')
        .rsplit_once(':')
        .unwrap()
        .1;
    let output = command(env!("CARGO_BIN_EXE_lakekey-mock"))
        .args(["--port", port])
        .output()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .starts_with(&format!("error: can not listen on 127.0.0.1:{port}"))
    );
}

/// The program and the first line it writes for programs.
fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = command(env!("CARGO_BIN_EXE_lakekey-mock"))
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, line)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' one door to processes"
)]
fn command(program: &str) -> Command {
    Command::new(program)
}
