//! `lakekey oauth`: the manual route, a step at a time.

use crate::machine::{Machine, Outcome, landing, member, mock};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Listening};

/// Options of the server, and the values of one sign-in.
struct Route {
    machine: Machine,
    server: Vec<String>,
    state: String,
    landing: String,
}

impl Route {
    /// The first two steps, and the browser's part.
    fn begin(server: &[&str]) -> Self {
        let machine = Machine::new();
        let pkce = machine.run(&["oauth", "pkce", "--verifier-file", "verifier"]);
        assert_eq!(pkce.status, 0, "{}", pkce.stderr);
        assert_eq!(member(&pkce.stdout, "verifier"), serde_json::Value::Null);
        let [challenge, state] = ["challenge", "state"]
            .map(|name| member(&pkce.stdout, name).as_str().unwrap().to_owned());
        let step = [
            "oauth",
            "authorize-url",
            "--challenge",
            &challenge,
            "--state",
            &state,
        ];
        let url = machine.run(&[&step, server].concat());
        assert_eq!(url.status, 0, "{}", url.stderr);
        assert!(
            url.stdout.contains(&challenge) && url.stdout.contains("code_challenge_method=S256"),
            "{}",
            url.stdout
        );
        let landing = landing(url.stdout.trim());
        machine.write("redirect", &format!("{landing}\n"));
        Self {
            machine,
            server: server.iter().map(|&word| word.to_owned()).collect(),
            state,
            landing,
        }
    }

    fn exchange(&self, more: &[&str]) -> Outcome {
        let server: Vec<&str> = self.server.iter().map(String::as_str).collect();
        let step = ["oauth", "exchange", "--verifier-file", "verifier"];
        self.machine
            .run_with(&[&step, &*server, more].concat(), &self.landing)
    }
}

fn whole_way(server: &[&str]) {
    let route = Route::begin(server);
    let token = route.exchange(&["--state", &route.state, "--redirect-url-file", "redirect"]);
    assert_eq!(token.status, 0, "{}", token.stderr);
    let refresh = member(&token.stdout, "refresh_token");
    route.machine.write("refresh", refresh.as_str().unwrap());
    let step = ["oauth", "refresh", "--refresh-token-file", "refresh"];
    let renewed = route.machine.run(&[&step, server].concat());
    assert_eq!(renewed.status, 0, "{}", renewed.stderr);
    assert_ne!(
        member(&renewed.stdout, "access_token"),
        member(&token.stdout, "access_token")
    );
    assert_ne!(member(&renewed.stdout, "refresh_token"), refresh);
    assert_eq!(member(&renewed.stdout, "expires_in"), 3600);
}

#[test]
fn the_manual_route_works_at_a_workspace() {
    whole_way(&["--host", &mock().url()]);
}

#[test]
fn the_manual_route_works_at_an_account() {
    let mock = mock();
    whole_way(&[
        "--host",
        &mock.url_of("accounts.localhost"),
        "--account-id",
        DEFAULT_ACCOUNT_ID,
    ]);
}

fn requests(mock: &Listening) -> usize {
    mock.with(|mock| {
        mock.requests()
            .iter()
            .filter(|request| request.method() == "POST")
            .count()
    })
}

#[test]
fn an_address_with_another_state_is_refused_without_a_request() {
    let mock = mock();
    let route = Route::begin(&["--host", &mock.url()]);
    let refused = route.exchange(&["--state", "another", "--redirect-url-file", "-"]);
    assert_eq!(
        (refused.status, refused.stdout.as_str()),
        (4, ""),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("error[invalid_callback]"),
        "{}",
        refused.stderr
    );
    assert_eq!(requests(&mock), 0);
    for secret in mock.with(|mock| mock.secrets()) {
        assert!(!refused.stderr.contains(&secret), "{}", refused.stderr);
    }
}

#[test]
fn a_code_is_good_once() {
    let mock = mock();
    let route = Route::begin(&["--host", &mock.url()]);
    let step = ["--state", &route.state, "--redirect-url-file", "-"];
    assert_eq!(route.exchange(&step).status, 0);
    let twice = route.exchange(&step);
    assert_eq!(twice.status, 4, "{}", twice.stderr);
    assert!(
        twice.stderr.contains("error[login_failed]"),
        "{}",
        twice.stderr
    );
}

#[test]
fn curl_gets_the_names_of_files_and_no_secret() {
    let mock = mock();
    let route = Route::begin(&["--host", &mock.url()]);
    let curl = route.exchange(&["--state", &route.state, "--curl"]);
    assert_eq!(curl.status, 0, "{}", curl.stderr);
    insta::assert_snapshot!(curl.stdout.replace(&mock.port().to_string(), "PORT"), @r"
    curl --request POST http://127.0.0.1:PORT/oidc/v1/token \
      --data-urlencode grant_type=authorization_code \
      --data-urlencode client_id=databricks-cli \
      --data-urlencode redirect_uri=http://localhost:8020 \
      --data-urlencode code_verifier@verifier \
      --data-urlencode code@code
    ");
    assert_eq!(requests(&mock), 0);
    let verifier = route.machine.read("verifier");
    assert!(verifier.len() >= 43 && !curl.stdout.contains(&verifier));
}

#[test]
fn bad_values_are_usage_errors() {
    let machine = Machine::new();
    machine.write("short", "too-short");
    let host = ["--host", "https://x.example.test"];
    for arguments in [
        &["authorize-url", "--challenge", "short", "--state", "s"][..],
        &[
            "exchange",
            "--state",
            "s",
            "--verifier-file",
            "nowhere",
            "--redirect-url-file",
            "-",
        ],
        &[
            "exchange",
            "--state",
            "s",
            "--verifier-file",
            "-",
            "--redirect-url-file",
            "-",
        ],
        &["exchange", "--state", "s", "--verifier-file", "short"],
        &["exchange", "--state", "a b", "--verifier-file", "short"],
        &[
            "exchange",
            "--state",
            "s",
            "--verifier-file",
            "short",
            "--redirect-uri",
            "nowhere",
        ],
        &["refresh", "--refresh-token-file", "nowhere"],
    ] {
        let outcome = machine.run(&[&["oauth"], arguments, &host].concat());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("hint: ") || arguments.contains(&"nowhere"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(
        machine
            .run(&["oauth", "pkce", "--verifier-file", "short"])
            .status,
        2
    );
    assert_eq!(machine.read("short"), "too-short");
}

#[cfg(unix)]
#[test]
fn the_verifier_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let machine = Machine::new();
    machine.run(&["oauth", "pkce", "--verifier-file", "verifier"]);
    let mode = std::fs::metadata(machine.path("verifier"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
