use std::thread;
use std::time::{Duration, SystemTime};

use lakekey_core::{Code, Error, Secret, Token};

use crate::{Key, Record, StoreError, TokenStore};

/// Checks everything that callers of a [`TokenStore`] rely on.
///
/// Each call of `open` gives another handle onto one and the same store. The suite uses keys that
/// begin with `lakekey contract`, expects them to be free, and leaves them so.
///
/// ```
/// use lakekey_store::{MemoryStore, contract};
///
/// let store = MemoryStore::new();
/// contract(|| Box::new(store.clone()));
/// ```
///
/// # Panics
///
/// When the store breaks the contract, with the rule it breaks.
pub fn contract(open: impl Fn() -> Box<dyn TokenStore>) {
    absence_is_no_error(&*open());
    tokens_come_back_as_they_were(&*open());
    keys_are_independent(&*open());
    handles_see_each_other(&*open(), &*open());
    only_what_was_seen_is_replaced(&*open(), &*open());
    a_lease_excludes(&*open(), &*open());
    a_lease_leaves_reading_and_writing_alone(&*open(), &*open());
    a_record_outlives_its_lease(&*open(), &*open());
    threads_take_turns(&open);
}

fn absence_is_no_error(store: &dyn TokenStore) {
    let key = key("absent");
    assert_eq!(
        load(store, &key),
        None,
        "a key that was never saved holds nothing"
    );
    remove(store, &key);
    save(store, &key, &Token::bearer("a"));
    remove(store, &key);
    remove(store, &key);
    assert_eq!(load(store, &key), None, "a removed token is gone");
}

fn tokens_come_back_as_they_were(store: &dyn TokenStore) {
    let moment = SystemTime::UNIX_EPOCH + Duration::new(1_790_000_000, 123_456_700);
    let full = || Token::bearer("access").lasting(moment, Duration::from_secs(3600));
    let key = key("round trip");
    for token in [
        full().with_refresh("refresh"),
        full(),
        Token::bearer("access"),
        Token::bearer("access")
            .expiring(moment)
            .with_refresh("refresh"),
        Token::bearer("access").expiring(moment),
        full().with_token_type("bearer"),
        Token::bearer("\"<é&\u{2028}>\\\n\0")
            .expiring(moment)
            .with_refresh("\u{1f511}"),
        Token::bearer("x".repeat(16_000))
            .expiring(moment)
            .with_refresh("y".repeat(4_000)),
    ] {
        save(store, &key, &token);
        let shown = || format!("{token:?} comes back with every part, and none of the one before");
        assert_eq!(load(store, &key), Some(token.clone()), "{}", shown());
    }
    remove(store, &key);
}

fn keys_are_independent(store: &dyn TokenStore) {
    let keys = [
        "plain",
        "Plain",
        "plain ",
        "two words",
        "a/b",
        "../up",
        "a\\b",
        "a.b",
        "ключ",
        "\u{1f511}",
        "https://acme.cloud.databricks.com",
        "quote\"",
        "line\nfeed",
        "%00",
        "nul\0",
        "",
        "https://accounts.cloud.databricks.com/oidc/accounts/968367da-7edd-44f7-9dea-3e0b20b0ec97",
    ];
    let keys = keys.map(key);
    for (number, key) in keys.iter().enumerate() {
        save(store, key, &Token::bearer(number.to_string()));
    }
    for (number, key) in keys.iter().enumerate() {
        let expected = Token::bearer(number.to_string());
        assert_eq!(
            load(store, key),
            Some(expected),
            "`{key}` has a token of its own"
        );
        remove(store, key);
        assert_eq!(
            load(store, key),
            None,
            "`{key}` can be removed without the others"
        );
    }
}

fn handles_see_each_other(one: &dyn TokenStore, other: &dyn TokenStore) {
    let key = key("handles");
    save(one, &key, &Token::bearer("first"));
    assert_eq!(
        load(other, &key),
        Some(Token::bearer("first")),
        "another handle sees a save"
    );
    save(other, &key, &Token::bearer("second"));
    assert_eq!(
        load(one, &key),
        Some(Token::bearer("second")),
        "no handle keeps a copy"
    );
    remove(one, &key);
    assert_eq!(load(other, &key), None, "another handle sees a removal");
}

fn only_what_was_seen_is_replaced(one: &dyn TokenStore, other: &dyn TokenStore) {
    let (key, token) = (key("replace"), |name: &str| Token::bearer(name.to_owned()));
    let replace = |store: &dyn TokenStore, held: &str, new: &str| {
        store
            .replace(&key, &token(held), &token(new))
            .unwrap_or_else(|error| panic!("`{key}` can be replaced: {error}"))
    };
    assert!(!replace(one, "first", "new"), "what is absent was not seen");
    assert_eq!(load(one, &key), None, "what was not replaced is not kept");
    save(one, &key, &token("first"));
    assert!(replace(other, "first", "second"), "what was seen goes");
    assert!(!replace(one, "first", "third"), "what is newer stays");
    assert_eq!(
        load(one, &key),
        Some(token("second")),
        "the newer one is there"
    );
    remove(one, &key);
}

fn a_lease_excludes(one: &dyn TokenStore, other: &dyn TokenStore) {
    let key = key("lease");
    let lease = one.lease(&key, SOON).expect("a free lease can be taken");
    for store in [one, other] {
        let refused = store
            .lease(&key, Duration::ZERO)
            .expect_err("a lease is exclusive");
        assert!(
            matches!(refused, StoreError::Locked { .. }),
            "{refused:?} says it is locked"
        );
    }
    drop(
        one.lease(&self::key("another"), SOON)
            .expect("leases of two keys are independent"),
    );
    drop(lease);
    drop(
        other
            .lease(&key, Duration::ZERO)
            .expect("a dropped lease is free at once"),
    );
}

fn a_lease_leaves_reading_and_writing_alone(one: &dyn TokenStore, other: &dyn TokenStore) {
    let key = key("sign in");
    let lease = one.lease(&key, SOON).expect("a free lease can be taken");
    for store in [one, other] {
        save(store, &key, &Token::bearer("new"));
        assert_eq!(
            load(store, &key),
            Some(Token::bearer("new")),
            "a lease does not stop readers"
        );
        remove(store, &key);
    }
    drop(lease);
}

fn a_record_outlives_its_lease(one: &dyn TokenStore, other: &dyn TokenStore) {
    let (key, refresh) = (key("record"), Secret::from("r"));
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let record = Record::default()
        .with_dead(&refresh)
        .with_failure(&Error::new(Code::ServerError, "no"), at);
    for (store, written) in [(one, record), (other, Record::default())] {
        let mut lease = store.lease(&key, SOON).expect("a free lease can be taken");
        lease.write(&written).expect("a record can be written");
        drop(lease);
        for reader in [one, other] {
            let lease = reader.lease(&key, SOON).expect("a free lease can be taken");
            let read = lease.record().expect("a record can be read");
            assert_eq!(read, written, "a record is there for the next lease");
        }
    }
    let lease = one
        .lease(&self::key("no record"), SOON)
        .expect("a free lease can be taken");
    let none = lease.record().expect("a missing record is no error");
    assert_eq!(
        none,
        Record::default(),
        "records of two keys are independent"
    );
}

/// Counts in the store itself, so that two holders at once lose a count.
fn threads_take_turns(open: &impl Fn() -> Box<dyn TokenStore>) {
    let key = key("turns");
    let stores: [_; THREADS] = std::array::from_fn(|_| open());
    thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| (0..TURNS).for_each(|_| count(&**store, &key)));
        }
    });
    let total = Token::bearer((THREADS * TURNS).to_string());
    assert_eq!(
        load(&*stores[0], &key),
        Some(total),
        "no two threads hold a lease at once"
    );
    remove(&*stores[0], &key);
}

fn count(store: &dyn TokenStore, key: &Key) {
    let _lease = store
        .lease(key, PATIENTLY)
        .expect("waiting for a lease ends");
    let before = load(store, key).map_or(0, |token| {
        token
            .access()
            .expose()
            .parse::<usize>()
            .expect("only numbers were saved")
    });
    save(store, key, &Token::bearer((before + 1).to_string()));
}

fn key(name: &str) -> Key {
    Key::new(format!("lakekey contract {name}"))
}

fn load(store: &dyn TokenStore, key: &Key) -> Option<Token> {
    store
        .load(key)
        .unwrap_or_else(|error| panic!("`{key}` can be loaded: {error}"))
}

fn save(store: &dyn TokenStore, key: &Key, token: &Token) {
    store
        .save(key, token)
        .unwrap_or_else(|error| panic!("`{key}` can be saved: {error}"));
}

fn remove(store: &dyn TokenStore, key: &Key) {
    store
        .remove(key)
        .unwrap_or_else(|error| panic!("`{key}` can be removed: {error}"));
}

const SOON: Duration = Duration::from_secs(5);
const PATIENTLY: Duration = Duration::from_secs(60);
const THREADS: usize = 4;
const TURNS: usize = 10;
