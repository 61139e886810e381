//! Several mocks in one server.

use lakekey_mock::{Listening, Mock, MockClock, Setup};
use serde_json::{Value, json};

use crate::{
    common::{encode, refresh_but, sign_in, workspace_issuer},
    wire::{connect, control_as, exchange, form_request, get},
};

#[test]
fn each_has_its_own_port_faults_and_journal() {
    let server = listen();
    let [one, two] = ["one", "two"].map(|name| server.open(name, Setup::workspace()).unwrap());
    one.with(|mock| mock.inject("http.status=503".parse().unwrap()).unwrap());
    assert!(get(("127.0.0.1", one.port()), KEYS).starts_with("HTTP/1.1 503"));
    assert!(get(("127.0.0.1", two.port()), KEYS).starts_with("HTTP/1.1 200"));
    assert!(get(("127.0.0.1", server.port()), KEYS).starts_with("HTTP/1.1 200"));
    for namespace in [&one, &two] {
        let connections: Vec<_> = namespace.with(|mock| {
            mock.requests()
                .iter()
                .map(|entry| entry.connection)
                .collect()
        });
        assert_eq!(connections, [Some(1)], "{}", namespace.name());
    }
}

#[test]
fn equal_seeds_give_other_tokens_in_another_namespace() {
    let [ours, theirs] = ["ours", "theirs"].map(|name| {
        let mut setup = Setup::workspace();
        setup.namespace = name.to_owned();
        setup.clock = MockClock::fixed(std::time::UNIX_EPOCH);
        Mock::new(setup)
    });
    let (mut ours, mut theirs) = (ours, theirs);
    let tokens = sign_in(&mut ours, &workspace_issuer());
    let other = sign_in(&mut theirs, &workspace_issuer());
    for member in ["access_token", "refresh_token"] {
        assert_ne!(tokens[member], other[member]);
    }
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let refused = refresh_but(&mut theirs, &workspace_issuer(), refresh_token, &[]);
    assert_eq!(refused.status(), 401);
    assert_eq!(
        theirs.requests().last().unwrap().rule,
        Some("token.refresh.unknown")
    );
    let access_token = tokens["access_token"].as_str().unwrap();
    crate::common::me(&mut theirs, crate::common::WORKSPACE, access_token);
    assert_eq!(
        theirs.requests().last().unwrap().rule,
        Some("api.bearer.key")
    );
}

#[test]
fn a_namespace_is_opened_steered_and_closed_from_outside() {
    let server = listen();
    let (status, place) = call(
        &server,
        "PUT",
        "/ns/t1",
        r#"{"target":"account","account_id":"ac-1","seed":7,
        "config":{"rotation":"never"},"users":[{"id":"1","user_name":"a@example.com","display_name":"A"}],
        "tenants":{"accounts":["ac-1","ac-2"],"workspaces":[{"id":"11","host":"ws.localhost"}]}}"#,
    );
    assert_eq!((status, &place["name"]), (201, &json!("t1")));
    let port = place["url"]
        .as_str()
        .unwrap()
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    for account in ["ac-1", "ac-2"] {
        let path = format!("/oidc/accounts/{account}/.well-known/oauth-authorization-server");
        assert!(
            get(("127.0.0.1", port), &path).starts_with("HTTP/1.1 200"),
            "{account}"
        );
    }
    let (_, tenants) = call(&server, "GET", "/ns/t1/tenants", "");
    assert_eq!(tenants["workspaces"][0]["account_id"], "ac-1");
    let (_, users) = call(&server, "GET", "/ns/t1/users", "");
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "databricks-cli"),
        ("code", "x"),
    ];
    let refused = exchange(
        connect(("127.0.0.1", port)).unwrap(),
        &form_request("ws.localhost", "/oidc/v1/token", &encode(&form)),
    );
    assert!(refused.contains("invalid_grant"), "{refused}");
    let (_, journal) = call(&server, "GET", "/ns/t1/journal", "");
    assert_eq!(journal["entries"].as_array().unwrap().len(), 3);
    let (_, elsewhere) = call(&server, "GET", "/ns/default/journal", "");
    assert_eq!(elsewhere["entries"], json!([]));
    let (_, all) = call(&server, "GET", "/ns", "");
    assert_eq!(all["namespaces"].as_array().unwrap().len(), 2);
    assert_eq!(call(&server, "DELETE", "/ns/t1", "").0, 200);
    assert_eq!(call(&server, "DELETE", "/ns/t1", "").0, 404);
    assert_eq!(call(&server, "GET", "/ns/t1/state", "").0, 404);
}

#[test]
fn one_that_is_opened_again_starts_over_on_its_port() {
    let server = listen();
    let first = server.open("again", Setup::workspace()).unwrap();
    get(("127.0.0.1", first.port()), KEYS);
    let (status, place) = call(&server, "PUT", "/ns/again", "");
    assert_eq!(status, 200);
    assert_eq!(place["url"], first.url());
    assert_eq!(first.with(|mock| mock.requests().len()), 0);
    get(("127.0.0.1", first.port()), KEYS);
    assert_eq!(
        first.with(|mock| mock.requests()[0].sequence),
        2,
        "numbers go on"
    );
}

#[test]
fn names_that_can_not_be_are_refused() {
    let server = listen();
    for (path, status) in [
        ("/ns/default", 409),
        ("/ns/with%20space", 400),
        ("/ns/", 400),
        ("/n", 404),
    ] {
        assert_eq!(call(&server, "PUT", path, "").0, status, "{path}");
    }
    assert!(server.open(&"x".repeat(65), Setup::workspace()).is_err());
    assert!(!server.close("default"));
}

#[test]
fn a_closed_namespace_ends_its_connections() {
    let server = listen();
    let namespace = server.open("gone", Setup::workspace()).unwrap();
    namespace.with(|mock| {
        mock.inject("http.hang=before_headers".parse().unwrap())
            .unwrap()
    });
    let address = ("127.0.0.1", namespace.port());
    let waiting = std::thread::spawn(move || get(address, KEYS));
    assert!(namespace.wait_until(crate::wire::PATIENCE, |mock| !mock.requests().is_empty()));
    assert!(server.close("gone"));
    assert_eq!(waiting.join().unwrap(), "");
}

fn listen() -> Listening {
    Mock::new(Setup::workspace()).listen().unwrap()
}

/// Status and document of a call of the control API.
fn call(server: &Listening, method: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = control_as(
        server,
        "127.0.0.1",
        server.control_token(),
        method,
        path,
        body,
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head[9..12].parse().unwrap(),
        serde_json::from_str(body).unwrap(),
    )
}

const KEYS: &str = "/oidc/jwks.json";
