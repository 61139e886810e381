//! What the inspector page is made of: its files, and what the control API tells it.

use lakekey_mock::{Listening, fault_kinds};
use serde_json::{Value, json};

use super::{
    socket::{AUTHORIZE, listen, redeem},
    wire::{connect, control_as, exchange, get},
};

#[test]
fn the_page_needs_no_token_and_loads_only_its_own_files() {
    let mock = listen();
    let (address, fragment) = place(&mock);
    assert!(fragment.starts_with("token=") && fragment.ends_with("&ns=default"));
    let page = get(address, "/inspector");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self'; "));
    let token = mock.control_token();
    let files = page
        .split('"')
        .filter(|text| text.starts_with("/inspector/"));
    let files: Vec<_> = files.chain(MODULES).collect();
    assert_eq!(files.len(), 3 + MODULES.len());
    for file in files {
        let answer = get(address, file);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{file}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{file}");
        let elsewhere = answer.replace(SVG, "").contains("://");
        assert!(!answer.contains(token) && !elsewhere, "{file}");
    }
}

#[test]
fn the_page_is_not_for_other_hosts_ports_and_methods() {
    let mock = listen();
    let (address, _) = place(&mock);
    for (host, method, path, status) in [
        ("127.0.0.1", "GET", "/inspector", 200),
        ("evil.test", "GET", "/inspector", 403),
        ("127.0.0.1", "POST", "/inspector", 403),
        ("127.0.0.1", "GET", "/inspector/nothing.js", 403),
    ] {
        let request =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = exchange(connect(address).unwrap(), &request);
        let status = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&status), "{method} {path}: {answer}");
    }
    assert!(get(("127.0.0.1", mock.port()), "/inspector").starts_with("HTTP/1.1 404"));
}

#[test]
fn sign_ins_sessions_and_tokens_can_be_seen() {
    let mock = listen();
    call(&mock, "PUT", "config", &json!({ "consent": "ask" }));
    get(("127.0.0.1", mock.port()), AUTHORIZE);
    let ticket = call(&mock, "GET", "state", &Value::Null)["tickets"][0].clone();
    assert_eq!(ticket["client"], "databricks-cli");
    assert_eq!(ticket["redirect_uri"], "http://localhost:8020");
    let answer = json!({ "ticket": ticket["ticket"] });
    let location = call(&mock, "POST", "approve", &answer)["location"].clone();
    let granted = redeem(&mock, location.as_str().unwrap());

    let state = call(&mock, "GET", "state", &Value::Null);
    assert_eq!(state["tickets"], json!([]));
    let family = &state["families"][0];
    assert_eq!(family["refresh_token"], granted["refresh_token"]);
    assert!(family["ends"].as_f64() > state["now"].as_f64());
    let tokens = call(&mock, "GET", "tokens", &Value::Null);
    let token = &tokens["tokens"][0];
    assert_eq!(token["token"], granted["access_token"]);
    assert_eq!(
        [&token["family"], &token["active"]],
        [&json!(1), &json!(true)]
    );

    call(&mock, "POST", "revoke", &json!({ "family": 1 }));
    let tokens = call(&mock, "GET", "tokens", &Value::Null);
    assert_eq!(tokens["tokens"][0]["active"], false);
}

#[test]
fn faults_are_listed_as_they_were_written() {
    let mock = listen();
    let kinds = call(&mock, "GET", "faults/kinds", &Value::Null);
    assert_eq!(
        kinds["kinds"].as_array().unwrap().len(),
        fault_kinds().len()
    );
    let fault = json!({
        "id": "busy",
        "match": { "endpoint": "token" },
        "times": 2,
        "action": { "http.status": { "status": 503 } },
    });
    call(&mock, "POST", "faults", &fault);
    let listed = call(&mock, "GET", "faults", &Value::Null);
    assert_eq!(listed["faults"][0]["fault"], fault);
}

#[test]
fn a_fault_that_is_taken_out_leaves_no_setting_behind() {
    let mock = listen();
    for text in ["clock.server_skew=86400", "token.rotation=never"] {
        let before = mock.with(|mock| mock.setup().rotation);
        let id = mock.with(|mock| mock.inject(text.parse().unwrap()).unwrap());
        call(&mock, "DELETE", &format!("faults/{id}"), &Value::Null);
        assert_eq!(mock.with(|mock| mock.setup().rotation), before, "{text}");
        let clock = call(&mock, "GET", "state", &Value::Null)["clock"].clone();
        assert_eq!(clock, json!({ "runs": true, "skew": 0 }), "{text}");
    }
}

#[test]
fn the_clock_goes_back_to_how_it_was() {
    let mock = listen();
    let now = || {
        call(&mock, "GET", "state", &Value::Null)["now"]
            .as_f64()
            .unwrap()
    };
    let start = now();
    call(
        &mock,
        "POST",
        "clock",
        &json!({ "advance": 86_400, "skew": 7 }),
    );
    assert!(now() - start > 86_000.0);
    call(&mock, "POST", "clock", &json!({ "reset": true }));
    assert!(now() - start < 3_600.0);
    let refused = control(
        &mock,
        "POST",
        "clock",
        &json!({ "reset": true, "advance": -1 }),
    );
    assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
}

#[test]
fn the_journal_can_be_read_from_its_end() {
    let mock = listen();
    for _ in 0..3 {
        get(("127.0.0.1", mock.port()), "/");
    }
    let numbers = |query: &str| -> Vec<Value> {
        let journal = call(&mock, "GET", &format!("journal?{query}"), &Value::Null);
        let entries = journal["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["sequence"].clone()).collect()
    };
    assert_eq!(numbers("since=1"), [2, 3]);
    assert_eq!(numbers("last=1"), [3]);
    assert_eq!(numbers("since=2&last=2"), [3]);
    let resets = || call(&mock, "GET", "state", &Value::Null)["resets"].clone();
    assert_eq!(resets(), 0);
    call(&mock, "POST", "reset", &Value::Null);
    assert_eq!(resets(), 1);
}

/// Address and fragment of the page.
fn place(mock: &Listening) -> ((&'static str, u16), String) {
    let url = mock.inspector_url();
    let (address, fragment) = url.split_once('#').unwrap();
    let port = address.strip_prefix("http://127.0.0.1:").unwrap();
    let port = port.strip_suffix("/inspector").unwrap();
    (("127.0.0.1", port.parse().unwrap()), fragment.to_owned())
}

fn call(mock: &Listening, method: &str, path: &str, body: &Value) -> Value {
    let answer = control(mock, method, path, body);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
    serde_json::from_str(body).unwrap()
}

fn control(mock: &Listening, method: &str, path: &str, body: &Value) -> String {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let path = format!("/ns/default/{path}");
    control_as(
        mock,
        "127.0.0.1",
        mock.control_token(),
        method,
        &path,
        &body,
    )
}

/// The one address in the files: it names a format, and nobody loads it.
const SVG: &str = "http://www.w3.org/2000/svg";

/// The modules that the script of the page imports.
const MODULES: [&str; 5] = [
    "/inspector/control.js",
    "/inspector/dom.js",
    "/inspector/faults.js",
    "/inspector/journal.js",
    "/inspector/sessions.js",
];
