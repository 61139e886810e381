//! No secret is on the wire to Redis, in its memory, in its files, or in what is shown.
#![expect(
    clippy::disallowed_methods,
    reason = "the test reads what Redis wrote to disk"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use lakekey_core::{Error, Secret};
use lakekey_store::{Key, Record, TokenStore};
use lakekey_store_redis::{RedisStore, SealingKey};

use crate::redis::{Redis, token};

#[test]
fn nothing_that_redis_sees_or_keeps_is_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::with(folder, &["--rdbcompression", "no", "--appendonly", "yes"]);
    let monitor = Monitor::start(&redis);
    let store = RedisStore::builder(redis.url(), SealingKey::from_bytes(KEY))
        .build()
        .unwrap();
    use_all(&store);

    let mut seen = monitor.stop(&redis);
    assert!(
        find(&seen, b"lakekey:{canary-host}:token"),
        "the monitor sees commands"
    );
    redis::cmd("SAVE").exec(&mut redis.raw()).unwrap();
    let files = contents(redis.folder());
    assert!(
        find(&files, b"lakekey:{canary-host}:token"),
        "the files hold the store"
    );
    seen.extend(files);
    for secret in SECRETS {
        assert!(!find(&seen, secret.as_bytes()), "{secret} is in Redis");
    }
}

#[test]
fn nothing_that_is_shown_is_a_secret() {
    let redis = Redis::start();
    // A server without passwords takes any of this user.
    let url = format!("{}?user=default&pass=canary-password", redis.url());
    let builder = RedisStore::builder(url, SealingKey::from_bytes(KEY));
    let store = builder.clone().build().unwrap();
    use_all(&store);

    let key = Key::profile("canary-host");
    let lease = store.lease(&key, Duration::ZERO).unwrap();
    let other = builder.clone().former_key(SealingKey::from_bytes(&[7; 32]));
    let mut errors = vec![store.lease(&key, Duration::ZERO).unwrap_err()];
    let foreign = RedisStore::builder(redis.url(), SealingKey::from_bytes(&[7; 32]));
    errors.push(foreign.build().unwrap().load(&key).unwrap_err());
    for (command, argument) in [("APPEND", Some("x")), ("DEL", None), ("LPUSH", Some("x"))] {
        let mut command = redis::cmd(command);
        command.arg("lakekey:{canary-host}:token").arg(argument);
        command.exec(&mut redis.raw()).unwrap();
        errors.extend(store.load(&key).err());
    }
    let mut shown = format!("{builder:?} {store:?} {other:#?} {lease:?}");
    for error in errors.into_iter().map(Error::from) {
        let _ = write!(shown, "\n{error} {error:?} {error:#?} {:?}", error.hint());
    }
    for code in ["StoreLocked", "Config", "StoreCorrupt", "WRONGTYPE"] {
        assert!(shown.contains(code), "{code} is among {shown}");
    }
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

/// Everything a renewal does, and a sign-in.
fn use_all(store: &RedisStore) {
    let key = Key::profile("canary-host");
    store.save(&key, &token("canary-one")).unwrap();
    let mut lease = store.lease(&key, Duration::ZERO).unwrap();
    lease
        .write(&Record::default().with_dead(&Secret::from("refresh-canary-one")))
        .unwrap();
    let held = store.load(&key).unwrap().unwrap();
    assert!(store.replace(&key, &held, &token("canary-two")).unwrap());
    lease.record().unwrap();
}

/// What Redis tells of all commands.
struct Monitor(BufReader<UnixStream>);

impl Monitor {
    fn start(redis: &Redis) -> Self {
        let mut stream = UnixStream::connect(redis.folder().join("redis.sock")).unwrap();
        stream.write_all(b"MONITOR\r\n").unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert_eq!(line, "+OK\r\n");
        Self(stream)
    }

    /// All it saw, with what is escaped there as it was sent.
    fn stop(mut self, redis: &Redis) -> Vec<u8> {
        redis::cmd("ECHO").arg(LAST).exec(&mut redis.raw()).unwrap();
        let mut seen = String::new();
        while !seen.contains(LAST) {
            assert_ne!(self.0.read_line(&mut seen).unwrap(), 0);
        }
        seen.into_bytes()
    }
}

/// All files below a folder, one after the other.
fn contents(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let (path, kind) = {
            let entry = entry.unwrap();
            (entry.path(), entry.file_type().unwrap())
        };
        if kind.is_dir() {
            bytes.extend(contents(&path));
        } else if kind.is_file() {
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    bytes
}

fn find(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

const KEY: &[u8; 32] = b"canary-key-0123456789-0123456789";
const SECRETS: [&str; 4] = [
    "access-canary",
    "refresh-canary",
    "canary-key",
    "canary-password",
];
const LAST: &str = "nothing more";
