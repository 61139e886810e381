//! Fuzz target `proxy`: which hosts no proxy may serve, and what of the environment a browser gets.
//!
//! The input is a host; or the name of a variable and, after a line break, its value, which is a `NO_PROXY` too.

#![cfg_attr(fuzzing, no_main)]

use std::ffi::OsString;
use std::net::Ipv6Addr;

use lakekey::fuzzing::harmless;
use lakekey::{Environment, Http};
use url::Url;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match text.split_once('\n') {
        Some((name, value)) => {
            variable(name, value);
            exceptions(value);
        }
        None => host(text),
    }
}

/// A second judge of addresses and names.
fn host(text: &str) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-[:]".contains(&byte);
    let Some(url) = Some(text)
        .filter(|text| text.bytes().all(plain))
        .and_then(address)
    else {
        return;
    };
    let is_near = match url.host() {
        Some(url::Host::Ipv4(ip)) => {
            let [first, second, ..] = ip.octets();
            first == 127 || (first, second) == (169, 254)
        }
        Some(url::Host::Ipv6(ip)) => {
            ip == Ipv6Addr::LOCALHOST || ip.segments()[0] & 0xffc0 == 0xfe80
        }
        Some(url::Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name.rsplit('.').next() == Some("localhost")
        }
        None => return,
    };
    assert_eq!(is_direct("", &url), is_near, "{text:?}");
    assert!(is_direct("*", &url), "{text:?}");
}

/// What a list excepts is a matter of each of its entries, and this machine never is one.
fn exceptions(list: &str) {
    let hosts = ["a.example.test", "10.1.2.3", "[2001:db8::1]", "localhost"];
    for host in hosts {
        let Some(url) = address(host) else { continue };
        let by_entry = list
            .split([',', ' ', '\t'])
            .any(|entry| is_direct(entry, &url));
        assert_eq!(is_direct(list, &url), by_entry, "{list:?} {host}");
    }
}

fn address(host: &str) -> Option<Url> {
    Url::parse(&format!("https://{host}/")).ok()
}

fn is_direct(no_proxy: &str, url: &Url) -> bool {
    let environment = Environment::from([
        ("HTTPS_PROXY", "http://proxy.example.test:3128"),
        ("NO_PROXY", no_proxy),
    ]);
    let proxy = Http::in_environment(environment).proxy_for(url);
    proxy.expect("the proxy has an address").is_none()
}

/// No name that speaks of a secret, and no password of a proxy.
fn variable(name: &str, value: &str) {
    let given = (OsString::from(name), OsString::from(value));
    let kept = harmless(given.clone());
    let upper = name.to_ascii_uppercase();
    let is_secret = ["TOKEN", "SECRET", "PASSWORD"]
        .iter()
        .any(|word| upper.contains(word));
    if is_secret && upper != "XDG_ACTIVATION_TOKEN" {
        assert_eq!(kept, None, "{name}");
    }
    let Some((same, kept)) = kept else { return };
    assert_eq!(same, given.0);
    if upper.ends_with("_PROXY") {
        let kept = kept.to_str().expect("it was text");
        let with = |password| {
            let value = format!("http://me:{password}@{value}");
            harmless((given.0.clone(), OsString::from(value)))
        };
        assert_eq!(with("s3cr3t"), with("0ther"), "the password is seen");
        assert!(
            kept == value
                || !kept
                    .split(['/', '?', '#'])
                    .nth(2)
                    .unwrap_or_default()
                    .contains('@')
        );
    } else {
        assert_eq!(kept, given.1);
    }
}
