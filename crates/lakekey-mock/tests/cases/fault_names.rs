//! Every fault, asked for by its name in every way there is.

use clap::Parser;
use http::StatusCode;
use lakekey_mock::{Fault, Mock, Setup, fault_kinds, program::Args};
use serde_json::{Value, json};

use crate::{
    common::{WORKSPACE, get, header, mock},
    wire::control_as,
};

#[test]
fn every_name_is_in_the_table() {
    let names: Vec<_> = TABLE.iter().map(|(name, ..)| *name).collect();
    let kinds = fault_kinds().iter().map(|kind| kind.name);
    assert_eq!(names, kinds.collect::<Vec<_>>());
}

#[test]
fn library_option_and_control_api_spell_every_fault_alike() {
    let server = Mock::new(Setup::workspace()).listen().unwrap();
    for (name, param, value) in TABLE {
        let built = Fault::new(name);
        let built = if param.is_empty() {
            built
        } else {
            built.param(param, value)
        };
        let option = match param {
            "" => name.to_owned(),
            param => format!("{name},{param}={value}"),
        };
        let args = Args::try_parse_from(["lakekey-mock", "--fault", &option]).unwrap();
        assert_eq!(args.faults, std::slice::from_ref(&built), "{option}");
        let mut params = json!({});
        if !param.is_empty() {
            params[param] = serde_json::from_str(value).unwrap_or(Value::from(value));
        }
        let action = json!({ "action": { name: params } }).to_string();
        assert_eq!(Fault::from_json(&action).unwrap(), built, "{action}");
        server.with(|mock| mock.inject(built).unwrap());
        let path = "/ns/default/faults";
        let answer = control_as(
            &server,
            "127.0.0.1",
            server.control_token(),
            "POST",
            path,
            &action,
        );
        assert!(answer.starts_with("HTTP/1.1 201"), "{name}: {answer}");
    }
    let reports = server.with(|mock| mock.faults());
    for (pair, (name, ..)) in reports.chunks(2).zip(TABLE) {
        assert_eq!(pair[0].names, [name]);
        assert_eq!(pair[0].names, pair[1].names);
    }
}

#[test]
fn the_shorthand_sets_the_main_parameter() {
    let long: Fault = "http.status,status=503".parse().unwrap();
    assert_eq!("http.status=503".parse::<Fault>().unwrap(), long);
}

#[test]
fn presets_answer_as_networks_and_workspaces_do() {
    let url = format!("{WORKSPACE}/api/2.0/preview/scim/v2/Me");
    let answer = |preset: &str| {
        let mut mock = mock();
        mock.inject(preset.parse().unwrap()).unwrap();
        let answer = get(&mut mock, &url);
        assert_eq!(mock.faults()[0].names, [preset.split('=').next().unwrap()]);
        assert!(!mock.requests()[0].committed);
        answer
    };
    let private_link = answer("preset.private_link");
    assert_eq!(private_link.status(), StatusCode::FOUND);
    assert_eq!(
        header(&private_link, "location"),
        "/login.html?error=private-link-validation-error"
    );
    let blocked = answer("preset.ip_access_list=198.51.100.1");
    assert_eq!(blocked.status(), StatusCode::FORBIDDEN);
    assert!(
        String::from_utf8_lossy(blocked.body())
            .contains("Source IP address: 198.51.100.1 is blocked")
    );
    for (preset, status) in [
        ("preset.html", 200),
        ("preset.html=502", 502),
        ("preset.captive_portal", 302),
    ] {
        let page = answer(preset);
        assert_eq!(page.status(), status, "{preset}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert!(page.body().starts_with(b"<!doctype html>"), "{preset}");
    }
    assert_eq!(
        header(&answer("preset.captive_portal=/here"), "location"),
        "/here"
    );
}

/// Name, a parameter and a value for it.
const TABLE: [(&str, &str, &str); 35] = [
    ("api.status", "status", "500"),
    ("authz.code", "mode", "drop"),
    ("authz.error", "code", "access_denied"),
    ("authz.extra", "params", r#"{"more": "yes"}"#),
    ("authz.iss", "mode", "wrong"),
    ("authz.never", "", ""),
    ("authz.redirect", "mode", "fragment"),
    ("authz.state", "mode", "truncate"),
    ("clock.server_skew", "seconds", "-60"),
    ("disco.omit", "members", r#"["issuer"]"#),
    ("disco.set", "issuer", "https://other.example.com"),
    ("disco.status", "status", "404"),
    ("http.barrier", "name", "b"),
    ("http.body", "bytes", "nonsense"),
    ("http.content_type", "value", "text/plain"),
    ("http.delay", "ms", "50"),
    ("http.drip", "bytes_per_sec", "3"),
    ("http.encoding", "kind", "gzip"),
    ("http.hang", "where", "mid_body"),
    ("http.headers", "set", r#"{"retry-after": "1"}"#),
    ("http.pad", "bytes", "1000"),
    ("http.redirect", "location", "/elsewhere"),
    ("http.reset", "when", "mid_body"),
    ("http.status", "status", "503"),
    ("http.truncate", "at", "10"),
    ("preset.captive_portal", "location", "/portal"),
    ("preset.html", "status", "502"),
    ("preset.ip_access_list", "address", "198.51.100.1"),
    ("preset.private_link", "", ""),
    ("tls.bad", "kind", "stall"),
    ("token.echo_secret", "where", "error_description"),
    ("token.error", "error", "invalid_grant"),
    ("token.omit", "members", "expires_in"),
    ("token.rotation", "mode", "single"),
    ("token.set", "expires_in", "5"),
];
