//! Any words and any environment: the exit status is one of the table, and of what is refused as
//! wrong usage nothing is left and nobody hears.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::TcpListener;

use lakekey::Code;
use proptest::prelude::*;

use crate::bad_input::contents;
use crate::machine::{Machine, two_profiles};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_refused_as_wrong_usage_touches_nothing(
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..5),
        variables in prop::collection::vec(variable(), 0..4),
    ) {
        let listener = listener();
        let machine = machine(&listener, &variables);
        let before = contents(machine.home.path());
        let outcome = machine.run(&[words.as_slice(), &["--no-such-option"]].concat());
        let table: BTreeSet<_> = Code::ALL.iter().map(|code| i32::from(code.exit_status())).collect();
        prop_assert!(outcome.status == 0 || table.contains(&outcome.status), "{:?}", outcome);
        prop_assert!(!outcome.stderr.contains("canary") && !outcome.stderr.contains("panicked"));
        if outcome.status == 2 {
            prop_assert_eq!(contents(machine.home.path()), before);
            let heard = listener.accept().map(drop).map_err(|error| error.kind());
            prop_assert_eq!(heard, Err(ErrorKind::WouldBlock), "nobody was asked");
        }
    }
}

/// A machine whose every way to the network leads to the listener.
fn machine(listener: &TcpListener, variables: &[(&str, &str)]) -> Machine {
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let proxied = ["HTTPS_PROXY", "HTTP_PROXY"].map(|name| (name, &*proxy));
    let all = proxied.iter().chain(variables);
    all.fold(two_profiles(), |machine, (name, value)| {
        machine.with(name, value)
    })
}

#[expect(clippy::disallowed_methods, reason = "the network of this test")]
fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn variable() -> impl Strategy<Value = (&'static str, &'static str)> {
    let names = prop::sample::select(vec![
        "DATABRICKS_HOST",
        "DATABRICKS_CONFIG_PROFILE",
        "DATABRICKS_CONFIG_FILE",
        "DATABRICKS_AUTH_TYPE",
        "DATABRICKS_AUTH_STORAGE",
        "DATABRICKS_ACCOUNT_ID",
        "NO_COLOR",
    ]);
    let values = prop::sample::select(vec![
        "",
        "dev",
        "https://ws.example.test",
        "://",
        "../../x",
        "plaintext",
        "pat",
        "\u{202e}",
    ]);
    prop_oneof![3 => (names, values), 1 => Just(("DATABRICKS_TOKEN", "canary"))]
}

const WORDS: [&str; 33] = [
    "auth",
    "api",
    "oauth",
    "version",
    "mock",
    "demo",
    "login",
    "logout",
    "token",
    "describe",
    "env",
    "explain",
    "profiles",
    "switch",
    "storage",
    "set",
    "show",
    "migrate",
    "get",
    "pkce",
    "exchange",
    "--profile",
    "--host",
    "--output",
    "-o",
    "json",
    "--storage",
    "secure",
    "dev",
    "--account-id",
    "--json",
    "{}",
    "-p",
];
