//! Fuzz target `keyring_item`: the value of an item in the keyring.

#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use lakekey_core::{Secret, Token};
use lakekey_fuzz::answer::started;
use lakekey_store::fuzzing::keyring::{decode, encode};
use serde_json::Value;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let value = Secret::from(text);
    a_new_token_is_kept(&value);
    match decode(&value) {
        Ok(token) => a_token_stays_what_it_is(&value, &token),
        Err(reason) => assert!(
            KNOWN_REASONS.iter().any(|it| reason.contains(it)),
            "{reason}"
        ),
    }
}

/// Whatever was there is replaced, and what nobody here knows stays.
fn a_new_token_is_kept(old: &Secret) {
    let fresh = Token::bearer("new access")
        .with_refresh("new refresh")
        .lasting(started(), Duration::from_secs(3600));
    let new = encode(&fresh, old);
    assert_eq!(decode(&new), Ok(fresh.clone()));
    assert_eq!(
        encode(&fresh, &new),
        new,
        "writing the same again changes nothing"
    );
    let old = serde_json::from_str(old.expose()).unwrap_or(Value::Null);
    let Ok(Value::Object(new)) = serde_json::from_str(new.expose()) else {
        return;
    };
    for (member, value) in old.as_object().into_iter().flatten() {
        assert!(member == "token" || new[member] == *value, "{member}");
    }
    for (member, value) in old["token"].as_object().into_iter().flatten() {
        let known = [
            "access_token",
            "token_type",
            "refresh_token",
            "expiry",
            "expires_in",
        ];
        assert!(
            known.contains(&&**member) || new["token"][member] == *value,
            "{member}"
        );
    }
}

fn a_token_stays_what_it_is(value: &Secret, before: &Token) {
    let once = encode(before, value);
    let after = decode(&once).expect("it was written by us");
    assert_eq!(after.access(), before.access());
    assert_eq!(after.refresh(), before.refresh());
    assert_eq!(after.expiry(), before.expiry());
    assert_eq!(after.token_type(), before.token_type());
    assert_eq!(encode(&after, &once), once);
}

/// What may be wrong, in words without anything of the value.
const KNOWN_REASONS: [&str; 5] = [
    "is no JSON object",
    "has no member `token`",
    "is not an object in",
    "has no access token in",
    "that is not a text in",
];
