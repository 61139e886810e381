//! A server that is gone, came back, refuses or says nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "a test listens and never answers"
)]

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_store::{StoreError, TokenStore};
use lakekey_store_redis::RedisStore;

use crate::redis::{Redis, dev, free_port, key, token};

#[test]
fn a_restarted_server_is_found_again_and_what_it_lost_is_absent() {
    let mut redis = Redis::start();
    let store = redis.store();
    store.save(&dev(), &token("a")).unwrap();
    let lease = store.lease(&dev(), Duration::ZERO).unwrap();

    redis.restart();

    assert_eq!(store.load(&dev()).unwrap(), None);
    store.save(&dev(), &token("b")).unwrap();
    assert_eq!(store.load(&dev()).unwrap(), Some(token("b")));
    drop(lease);
    drop(store.lease(&dev(), Duration::ZERO).unwrap());
}

#[test]
fn a_server_that_keeps_its_data_keeps_the_login() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let mut redis = Redis::with(folder, &args);
    let store = redis.store();
    store.save(&dev(), &token("a")).unwrap();
    redis.restart();
    assert_eq!(store.load(&dev()).unwrap(), Some(token("a")));
}

#[test]
fn a_server_that_is_gone_is_named() {
    let mut redis = Redis::start();
    let store = redis.store();
    store.save(&dev(), &token("a")).unwrap();
    redis.stop();
    for error in every_call(&store) {
        assert_eq!(error.code(), Code::StoreIo);
        assert!(error.code().retryable());
        let shown = error.to_string();
        assert!(shown.contains("redis.sock cannot be reached: "), "{shown}");
    }

    let port = free_port();
    let url = format!("redis://user:canary@127.0.0.1:{port}");
    let store = RedisStore::builder(url, key(1)).build().unwrap();
    let error = Error::from(store.load(&dev()).unwrap_err());
    assert_eq!(
        error.to_string(),
        format!("Redis at 127.0.0.1:{port} cannot be reached: Connection refused (os error 111)")
    );
    insta::assert_snapshot!(error.hint().unwrap(), @"check that Redis runs there and that this machine may connect to it");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let store = RedisStore::builder(format!("redis://{address}"), key(1))
        .connect_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    for error in every_call(&store) {
        assert_eq!(error.code(), Code::StoreIo);
        let expected = format!("Redis at {address} did not answer within 0.2 s");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn an_answer_that_takes_too_long_is_an_error_and_its_connection_is_gone() {
    let redis = Redis::start();
    let store = redis
        .builder()
        .response_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    store.save(&dev(), &token("a")).unwrap();
    let mut raw = redis.raw();
    let mut client = |args: &[&str]| redis::cmd("CLIENT").arg(args).exec(&mut raw).unwrap();
    client(&["PAUSE", "60000", "WRITE"]);
    let error = store.save(&dev(), &token("b")).unwrap_err().to_string();
    assert!(error.ends_with("did not answer within 0.5 s"), "{error}");

    client(&["UNPAUSE"]);
    store.save(&dev(), &token("c")).unwrap();
    assert_eq!(store.load(&dev()).unwrap(), Some(token("c")));
}

#[test]
fn who_may_not_is_told_so() {
    let user = ["--user", "reader", "on", ">canary", "~*", "+get"];
    let args = [&["--requirepass", "right"], user.as_slice()].concat();
    let (_redis, port) = Redis::with_port("--port", &args);
    let store = |login: &str| {
        let url = format!("redis://{login}127.0.0.1:{port}");
        RedisStore::builder(url, key(1)).build().unwrap()
    };
    for login in ["", ":canary@", "canary:wrong@"] {
        for error in every_call(&store(login)) {
            assert_eq!(error.code(), Code::Config, "{error}");
            let expected =
                format!("Redis at 127.0.0.1:{port} does not accept the user and password");
            assert_eq!(error.to_string(), expected);
        }
    }
    let reader = store("reader:canary@");
    assert_eq!(reader.load(&dev()).unwrap(), None);
    let error = reader.save(&dev(), &token("a")).unwrap_err().to_string();
    let error = error.replace(&port.to_string(), "PORT");
    insta::assert_snapshot!(error, @"Redis at 127.0.0.1:PORT answered: NOPERM this user has no permissions to run the 'set' command");
}

#[test]
fn what_cannot_be_built_says_why() {
    let built = |url: &str| RedisStore::builder(url, key(1));
    let short = Duration::from_millis(99);
    for (builder, message) in [
        (built("canary"), "the URL of Redis cannot be used"),
        (built("https://canary"), "the URL of Redis cannot be used"),
        (
            built("redis://:canary@host/db"),
            "the URL of Redis cannot be used",
        ),
        (
            built("rediss://:canary@host#insecure"),
            "the URL of Redis asks not to check its certificate",
        ),
        (
            built("rediss://host").root_certificates("canary"),
            "the root certificates for Redis cannot be used",
        ),
        (
            built("redis://host").root_certificates("canary"),
            "the root certificates for Redis cannot be used",
        ),
        (
            built("redis://host").namespace("a b"),
            "`a b` is no namespace for a store in Redis",
        ),
        (
            built("redis://host").lease_expiry(short),
            "a lease must last for at least 100 ms",
        ),
        (
            built("redis://host").response_timeout(Duration::ZERO),
            "a timeout of zero leaves no time for Redis",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.code(), Code::Config, "{error}");
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

/// The errors of all calls.
fn every_call(store: &RedisStore) -> Vec<Error> {
    let key = dev();
    let errors = [
        store.load(&key).map(drop).unwrap_err(),
        store.save(&key, &token("a")).unwrap_err(),
        store.replace(&key, &token("a"), &token("b")).unwrap_err(),
        store.remove(&key).unwrap_err(),
        store.lease(&key, Duration::from_secs(60)).unwrap_err(),
    ];
    errors.map(StoreError::into).into()
}
