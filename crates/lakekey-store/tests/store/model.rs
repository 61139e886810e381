//! The file store as a map: whatever is done through whichever handle or process, and wherever a
//! writer is killed, each key holds what the map holds, or for the one write that was cut short
//! what it held before.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests leave behind what a killed writer leaves"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use lakekey_core::Token;
use lakekey_store::{FileStore, Key, TokenStore};
use proptest::prelude::*;

use crate::common::{self, Home};
#[cfg(unix)]
use crate::processes::{self, Deed};

/// One step, on a key of a few by one of two handles.
#[derive(Clone, Debug)]
enum Step {
    Save {
        key: u8,
        token: u8,
    },
    Replace {
        key: u8,
        held: u8,
        token: u8,
    },
    Remove {
        key: u8,
    },
    /// A handle is dropped and another one opened.
    Reopen,
    /// A writer is killed before the new file takes the place of the old one: what it leaves.
    Debris {
        bytes: Vec<u8>,
    },
    /// Another process saves.
    Elsewhere {
        key: u8,
        token: u8,
    },
    /// Another process saves and is killed while it does.
    Killed {
        key: u8,
        token: u8,
    },
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_store_is_a_map(steps in prop::collection::vec(step(), 1..24), official in any::<bool>()) {
        let home = if official { Home::with(common::OFFICIAL) } else { Home::empty() };
        let mut handles = [home.store(), home.store()];
        let mut map = Map::new();
        for (number, step) in steps.into_iter().enumerate() {
            take(&home, &mut handles, &mut map, number % 2, step);
            for store in &handles {
                agree(store, &map);
            }
        }
        if official {
            let other = home.store().load(&Key::profile("dev"));
            prop_assert!(other.is_ok_and(|token| token.is_some()), "the login of another tool");
        }
    }
}

type Map = BTreeMap<u8, u8>;

fn take(home: &Home, handles: &mut [FileStore; 2], map: &mut Map, by: usize, step: Step) {
    let store = &handles[by];
    match step {
        Step::Save { key, token } => {
            store.save(&name(key), &login(token)).unwrap();
            map.insert(key, token);
        }
        Step::Replace { key, held, token } => {
            let is_held = map.get(&key) == Some(&held);
            let replaced = store.replace(&name(key), &login(held), &login(token));
            assert_eq!(replaced.unwrap(), is_held);
            if is_held {
                map.insert(key, token);
            }
        }
        Step::Remove { key } => {
            store.remove(&name(key)).unwrap();
            map.remove(&key);
        }
        Step::Reopen => handles[by] = home.store(),
        Step::Debris { bytes } => leave(home, &bytes),
        Step::Elsewhere { key, token } => {
            elsewhere(home, key, token);
            map.insert(key, token);
        }
        Step::Killed { key, token } => {
            killed(home, key, token);
            match store.load(&name(key)).unwrap() {
                Some(found) if found == login(token) => {
                    map.insert(key, token);
                }
                // Cut short: what was there before is compared below.
                _ => {}
            }
        }
    }
}

fn agree(store: &FileStore, map: &Map) {
    for key in 0..KEYS {
        let expected = map.get(&key).copied().map(login);
        assert_eq!(store.load(&name(key)).unwrap(), expected, "key {key}");
    }
    let keys = store.keys().unwrap();
    let ours = keys.iter().filter(|key| key.as_str().starts_with("model "));
    assert_eq!(ours.count(), map.len());
    drop(
        store
            .lease(&name(0), Duration::ZERO)
            .expect("no lease is left over"),
    );
}

/// Half a file beside the real one, and a lock file that names somebody who is gone.
fn leave(home: &Home, bytes: &[u8]) {
    if home.folder().is_dir() {
        let half = home.folder().join(".token-cache-0123456789abcdef.tmp");
        common::write(&half, bytes);
        if home.folder().join("lakekey").is_dir() {
            std::fs::write(home.folder().join("lakekey/store.lock"), "999999999\n").unwrap();
        }
    }
}

#[cfg(unix)]
fn elsewhere(home: &Home, key: u8, token: u8) {
    processes::save_in_child(home, &name(key), &token.to_string(), Deed::Whole);
}

#[cfg(unix)]
fn killed(home: &Home, key: u8, token: u8) {
    processes::save_in_child(home, &name(key), &token.to_string(), Deed::Killed);
}

#[cfg(not(unix))]
fn elsewhere(home: &Home, key: u8, token: u8) {
    home.store().save(&name(key), &login(token)).unwrap();
}

#[cfg(not(unix))]
fn killed(_: &Home, _: u8, _: u8) {}

fn name(key: u8) -> Key {
    Key::new(format!("model {key}"))
}

/// As a child of another process saves it: the number is the token.
fn login(token: u8) -> Token {
    Token::bearer(token.to_string())
}

fn step() -> impl Strategy<Value = Step> {
    let (key, token) = (|| 0..KEYS, || 0..4_u8);
    prop_oneof![
        6 => (key(), token()).prop_map(|(key, token)| Step::Save { key, token }),
        4 => (key(), token(), token())
            .prop_map(|(key, held, token)| Step::Replace { key, held, token }),
        3 => key().prop_map(|key| Step::Remove { key }),
        2 => Just(Step::Reopen),
        2 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Step::Debris { bytes }),
        1 => (key(), token()).prop_map(|(key, token)| Step::Elsewhere { key, token }),
        1 => (key(), token()).prop_map(|(key, token)| Step::Killed { key, token }),
    ]
}

const KEYS: u8 = 3;
