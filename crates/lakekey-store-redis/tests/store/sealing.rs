//! Values that were sealed with another key, moved or changed.

use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_store::{Key, Record, StoreError, TokenStore};

use crate::redis::{Redis, dev, key, token};

#[test]
fn another_key_opens_nothing_and_says_so() {
    let redis = Redis::start();
    redis.store().save(&dev(), &token("a")).unwrap();
    let other = lakekey_store_redis::RedisStore::builder(redis.url(), key(2));
    let error = Error::from(other.clone().build().unwrap().load(&dev()).unwrap_err());
    assert_eq!(error.code(), Code::Config);
    let shown = error
        .to_string()
        .replace(redis.folder().to_str().unwrap(), "DIR");
    insta::assert_snapshot!(shown, @"the login `dev` in Redis at DIR/redis.sock was sealed with the key 099b0c366900b53e, which is not among the keys here");
    insta::assert_snapshot!(error.hint().unwrap(), @"give every worker the same sealing key, or the key before as `former_key`");

    let rotated = other.former_key(key(3)).former_key(key(1)).build().unwrap();
    assert_eq!(rotated.load(&dev()).unwrap(), Some(token("a")));
    assert!(rotated.replace(&dev(), &token("a"), &token("b")).unwrap());
    let error = redis.store().load(&dev()).unwrap_err();
    assert_eq!(
        error.code(),
        Code::Config,
        "what is new is sealed with the first key"
    );
}

#[test]
fn a_value_opens_under_its_own_name_only() {
    let redis = Redis::start();
    let (store, mut raw) = (redis.store(), redis.raw());
    let (ada, bob) = (Key::profile("ada"), Key::profile("bob"));
    store.save(&ada, &token("ada")).unwrap();
    store.save(&bob, &token("bob")).unwrap();
    let [ada_name, bob_name] = ["lakekey:{ada}:token", "lakekey:{bob}:token"];
    for command in [
        ["RENAME", ada_name, "aside"],
        ["RENAME", bob_name, ada_name],
        ["RENAME", "aside", bob_name],
    ] {
        let [command, from, to] = command;
        redis::cmd(command)
            .arg(from)
            .arg(to)
            .exec(&mut raw)
            .unwrap();
    }
    for key in [&ada, &bob] {
        refused(store.load(key).unwrap_err(), &redis);
        refused(
            store.replace(key, &token("ada"), &token("c")).unwrap_err(),
            &redis,
        );
    }

    // Nor does it in a copy of the store that has another name.
    store.save(&ada, &token("ada")).unwrap();
    let elsewhere = "elsewhere:{ada}:token";
    redis::cmd("RENAME")
        .arg(ada_name)
        .arg(elsewhere)
        .exec(&mut raw)
        .unwrap();
    let elsewhere = redis.builder().namespace("elsewhere").build().unwrap();
    refused(elsewhere.load(&ada).unwrap_err(), &redis);
}

#[test]
fn a_changed_value_is_refused_and_a_new_login_takes_its_place() {
    let redis = Redis::start();
    let (store, mut raw) = (redis.store(), redis.raw());
    store.save(&dev(), &token("a")).unwrap();
    let name = "lakekey:{dev}:token";
    let mut sealed: Vec<u8> = redis::cmd("GET").arg(name).query(&mut raw).unwrap();
    let middle = sealed.len() / 2;
    sealed[middle] ^= 1;
    redis::cmd("SET")
        .arg(name)
        .arg(&sealed)
        .exec(&mut raw)
        .unwrap();
    refused(store.load(&dev()).unwrap_err(), &redis);

    for (value, code) in [("", Code::StoreCorrupt), ("{}", Code::StoreVersion)] {
        redis::cmd("SET")
            .arg(name)
            .arg(value)
            .exec(&mut raw)
            .unwrap();
        assert_eq!(store.load(&dev()).unwrap_err().code(), code, "{value:?}");
    }
    store.save(&dev(), &token("b")).unwrap();
    assert_eq!(store.load(&dev()).unwrap(), Some(token("b")));
}

#[test]
fn a_changed_record_is_an_empty_one() {
    let redis = Redis::start();
    let (store, mut raw) = (redis.store(), redis.raw());
    let record = Record::default().with_dead(&"refresh".into());
    let mut lease = store.lease(&dev(), Duration::ZERO).unwrap();
    lease.write(&record).unwrap();
    assert_eq!(lease.record().unwrap(), record);
    let json = r#"{"dead":"00"}"#;
    redis::cmd("SET")
        .arg("lakekey:{dev}:record")
        .arg(json)
        .exec(&mut raw)
        .unwrap();
    assert_eq!(lease.record().unwrap(), Record::default());
}

#[track_caller]
fn refused(error: StoreError, redis: &Redis) {
    let error = Error::from(error);
    assert_eq!(error.code(), Code::StoreCorrupt, "{error}");
    let expected = format!(
        "in Redis at {}/redis.sock is not what was sealed for it: it was changed or moved there",
        redis.folder().display()
    );
    assert!(error.to_string().ends_with(&expected), "{error}");
}
