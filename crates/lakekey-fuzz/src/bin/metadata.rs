//! Fuzz target `metadata`: what a server says about its endpoints, and what a host says about itself.

#![cfg_attr(fuzzing, no_main)]

use lakekey_endpoints::{Endpoints, Host, HostMetadata, Target};
use lakekey_fuzz::check_message;
use serde_json::Value;
use url::Url;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let host: Host = ORIGIN.parse().expect("it is a host");
    let account = "abc-123".parse().expect("it is an id");
    let targets = [
        Target::workspace(host.clone()),
        Target::account(host.clone(), account),
    ];
    for target in &targets {
        match Endpoints::parse(input, target) {
            Ok(endpoints) => {
                assert_eq!(endpoints.issuer(), target.issuer());
                are_trustworthy(&endpoints, input);
            }
            Err(error) => check_message(&error, &[]),
        }
    }
    match Endpoints::parse_on(input, &host) {
        Ok(endpoints) => are_trustworthy(&endpoints, input),
        Err(error) => check_message(&error, &[]),
    }
    of_host(input, &host);
}

/// A second reader of JSON sees the same, and every address is on the host and nowhere else.
fn are_trustworthy(endpoints: &Endpoints, document: &[u8]) {
    let document: Value = serde_json::from_slice(document).expect("it was read");
    assert_eq!(document["issuer"], endpoints.issuer());
    is_on_the_host(endpoints.issuer());
    for (member, url) in [
        ("authorization_endpoint", endpoints.authorization()),
        ("token_endpoint", endpoints.token()),
    ] {
        assert_eq!(
            (url.scheme(), url.host_str()),
            ("https", Some("ws.example.test"))
        );
        assert_eq!((url.port(), url.fragment()), (None, None), "{url}");
        assert_eq!((url.username(), url.password()), ("", None), "{url}");
        is_on_the_host(document[member].as_str().expect("it was read"));
    }
    let methods = &document["code_challenge_methods_supported"];
    let knows = |methods: &Vec<Value>| methods.iter().any(|method| method == "S256");
    assert!(
        methods.is_null() || methods.as_array().is_some_and(knows),
        "{methods}"
    );
    let promised = &document["authorization_response_iss_parameter_supported"];
    assert_eq!(
        promised.as_bool().unwrap_or_default(),
        endpoints.iss_promised()
    );
    assert!(promised.is_null() || promised.is_boolean());
}

/// The text has nothing that readers of URLs are known to disagree about, and leads to the host.
fn is_on_the_host(text: &str) {
    let misleads = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    assert!(!text.contains(misleads), "{text:?}");
    let (_, rest) = text.split_once("://").expect("it is a whole URL");
    let rest = rest.trim_start_matches('/');
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = authority
        .rsplit_once('@')
        .map_or(authority, |(_, name)| name);
    assert!(
        matches!(authority.split_once('@'), None | Some(("" | ":", _))),
        "{text:?}"
    );
    let name = name.split_once(':').map_or(name, |(name, port)| {
        assert!(
            matches!(port, "" | "443") || port.trim_start_matches('0') == "443",
            "{text:?}"
        );
        name
    });
    let is_plain = name.bytes().all(|byte| byte.is_ascii() && byte != b'%');
    assert!(
        !is_plain || name.eq_ignore_ascii_case("ws.example.test"),
        "{text:?}"
    );
    let url = Url::parse(text).expect("it was parsed");
    assert_eq!(
        (url.scheme(), url.host_str()),
        ("https", Some("ws.example.test"))
    );
}

fn of_host(input: &[u8], host: &Host) {
    let metadata = match HostMetadata::parse(input, host) {
        Ok(metadata) => metadata,
        Err(error) => return check_message(&error, &[]),
    };
    let written = metadata.document();
    let again = HostMetadata::parse(written.as_bytes(), host);
    assert_eq!(again.as_ref(), Ok(&metadata), "{written}");
    let account = "abc-123".parse().expect("it is an id");
    if let Some(endpoint) = metadata.oidc_endpoint(Some(&account)) {
        is_on_the_host(&endpoint);
        assert!(!endpoint.contains("{account_id}"), "{endpoint}");
    }
}

const ORIGIN: &str = "https://ws.example.test";
