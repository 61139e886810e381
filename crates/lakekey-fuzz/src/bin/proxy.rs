//! Fuzz target `proxy`: which hosts no proxy may serve, and what of the environment a browser gets.
//!
//! The input is a host; or after a line break the name of a variable, and its value.

#![cfg_attr(fuzzing, no_main)]

use std::ffi::OsString;
use std::net::{Ipv4Addr, Ipv6Addr};

use lakekey::fuzzing::{harmless, is_direct};
use lakekey_endpoints::Host;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match text.split_once('\n') {
        Some((name, value)) => variable(name, value),
        None => host(text),
    }
}

/// A second judge of addresses, and the one of hosts.
fn host(text: &str) {
    let name = text.trim_matches(['[', ']']);
    let by_address = |name: &str| {
        let v4 = name.parse::<Ipv4Addr>().map(|ip| {
            let [first, second, ..] = ip.octets();
            first == 127 || (first, second) == (169, 254)
        });
        let v6 = name
            .parse::<Ipv6Addr>()
            .map(|ip| ip == Ipv6Addr::LOCALHOST || ip.segments()[0] & 0xffc0 == 0xfe80);
        v4.or(v6).ok()
    };
    let by_name = || {
        let label = name.rsplit('.').next().unwrap_or_default();
        label.eq_ignore_ascii_case("localhost")
    };
    assert_eq!(
        is_direct(text),
        by_address(name).unwrap_or_else(by_name),
        "{text:?}"
    );
    if let Ok(host) = text.parse::<Host>() {
        assert!(is_direct(host.name()) || !host.is_loopback(), "{host}");
    }
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
        let with_password = format!("http://me:{SECRET}@{value}");
        let without = harmless((given.0, OsString::from(with_password)));
        let without = without.map(|(_, value)| value.to_string_lossy().into_owned());
        assert!(value.contains(SECRET) || !without.unwrap_or_default().contains(SECRET));
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

const SECRET: &str = "s3cr3t";
