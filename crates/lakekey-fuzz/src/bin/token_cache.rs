//! Fuzz target `token_cache`: the bytes of the file that logins are kept in.

#![cfg_attr(fuzzing, no_main)]

use lakekey_core::Token;
use lakekey_fuzz::answer::started;
use lakekey_fuzz::check_message;
use lakekey_store::fuzzing::file::{keys, load, remove, save};
use lakekey_store::{Key, StoreError};
use serde_json::Value;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let names = match keys(input) {
        Ok(names) => names,
        Err(error) => {
            check_message(&error, &[SECRET]);
            assert!(load(input, &Key::new("dev")).is_err());
            assert!(save(input, &Key::new("dev"), &fresh()).is_err());
            return;
        }
    };
    assert!(names.is_sorted());
    for name in names.iter().chain(&[Key::new("new"), Key::new("")]) {
        a_new_token_is_kept(input, &names, name);
        a_token_is_removed(input, &names, name);
        an_error_tells_no_token(input, name);
    }
    for name in &names {
        a_token_stays_what_it_is(input, name);
    }
}

fn a_new_token_is_kept(input: &[u8], names: &[Key], name: &Key) {
    let after = save(input, name, &fresh()).expect("the file was read before");
    assert_eq!(token(after.as_bytes(), name).as_ref(), Ok(&Some(fresh())));
    others_are_untouched(input, after.as_bytes(), names, name);
    let again = save(after.as_bytes(), name, &fresh()).expect("it was written by us");
    assert_eq!(again, after, "writing the same again changes nothing");
    let (Ok(mut before), Ok(after)) = (json(input), json(after.as_bytes())) else {
        return;
    };
    let written = &after["tokens"][name.as_str()];
    let old = before["tokens"][name.as_str()].as_object();
    for (member, value) in old.into_iter().flatten() {
        assert!(
            KNOWN.contains(&&**member) || written[member] == *value,
            "{member}"
        );
    }
    if before["tokens"].is_null() {
        before["tokens"] = Value::Object(serde_json::Map::new());
    }
    before["tokens"][name.as_str()] = written.clone();
    assert_eq!(before, after, "the rest of the file is what it was");
}

fn a_token_is_removed(input: &[u8], names: &[Key], name: &Key) {
    let after = remove(input, name).expect("the file was read before");
    assert_eq!(token(after.as_bytes(), name), Ok(None));
    others_are_untouched(input, after.as_bytes(), names, name);
}

/// A token that is read and written again is the same one, and the same text from then on.
fn a_token_stays_what_it_is(input: &[u8], name: &Key) {
    let Ok(Some(before)) = load(input, name) else {
        return;
    };
    let once = save(input, name, &before).expect("the file was read before");
    let after = load(once.as_bytes(), name).expect("it was written by us");
    let after = after.expect("it was kept");
    assert_eq!(after.access(), before.access());
    assert_eq!(after.refresh(), before.refresh());
    assert_eq!(after.expiry(), before.expiry());
    assert_eq!(after.token_type(), before.token_type());
    let twice = save(once.as_bytes(), name, &after).expect("it was written by us");
    assert_eq!(twice, once);
}

/// An entry is neither changed nor lost because of another one, whether or not it can be read.
fn others_are_untouched(before: &[u8], after: &[u8], names: &[Key], changed: &Key) {
    for name in names.iter().filter(|name| *name != changed) {
        assert_eq!(token(after, name), token(before, name), "{name}");
    }
    let is_other = |name: &&Key| *name != changed;
    let after = keys(after).expect("it was written by us");
    assert!(
        after
            .iter()
            .filter(is_other)
            .eq(names.iter().filter(is_other))
    );
}

fn an_error_tells_no_token(input: &[u8], name: &Key) {
    match load(input, name) {
        Err(error) if !name.as_str().contains(SECRET) => {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(SECRET), "{shown}");
        }
        _ => {}
    }
}

/// The token under a name, or why there is none.
fn token(file: &[u8], name: &Key) -> Result<Option<Token>, String> {
    load(file, name).map_err(|error: StoreError| error.to_string())
}

fn fresh() -> Token {
    Token::bearer("new access")
        .with_refresh("new refresh")
        .lasting(started(), std::time::Duration::from_secs(3600))
}

/// A second reader; it knows neither numbers that no double holds nor more than 128 levels.
fn json(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(text)
}

const KNOWN: [&str; 5] = [
    "access_token",
    "token_type",
    "refresh_token",
    "expiry",
    "expires_in",
];
/// What the tokens of the seeds hold.
const SECRET: &str = "s3cr3t";
