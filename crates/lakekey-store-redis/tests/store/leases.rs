//! Leases of holders that are slow, asleep or dead. A child is this test program started again,
//! running the one test `child`, which does nothing unless it is told a part.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests start processes and tell them their part"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use lakekey_core::Secret;
use lakekey_store::{Record, StoreError, TokenStore};
use lakekey_store_redis::RedisStore;
use rustix::process::{Pid, Signal, kill_process};

use crate::redis::{Redis, dev, key, token};

#[test]
fn a_lease_is_renewed_while_it_is_held() {
    let redis = Redis::start();
    let store = redis.builder().lease_expiry(SHORT).build().unwrap();
    let lease = store.lease(&dev(), Duration::ZERO).unwrap();
    let longer = SHORT * 3 / 2;
    let error = redis.store().lease(&dev(), longer).unwrap_err();
    assert!(matches!(error, StoreError::Locked { waited, .. } if waited >= longer));
    drop(lease);
    drop(redis.store().lease(&dev(), Duration::ZERO).unwrap());
}

#[test]
fn a_killed_holder_is_waited_out_and_named_before() {
    let redis = Redis::start();
    redis.store().save(&dev(), &token("old")).unwrap();
    let mut child = Worker::start(&redis);
    let StoreError::Locked {
        what,
        holder,
        waited,
    } = redis.store().lease(&dev(), Duration::ZERO).unwrap_err()
    else {
        panic!("the lease is held")
    };
    let expected = format!(
        "the login `dev` (leased by worker-7:{}, in Redis at {}/redis.sock)",
        child.process.id(),
        redis.folder().display()
    );
    assert_eq!((what, holder), (expected, None));
    assert!(waited < SHORT);

    child.process.kill().unwrap();
    child.process.wait().unwrap();
    drop(
        redis
            .store()
            .lease(&dev(), SOON)
            .expect("a dead holder's lease expires"),
    );
}

#[test]
fn a_holder_that_overslept_overwrites_nothing_newer() {
    let redis = Redis::start();
    let store = redis.store();
    store.save(&dev(), &token("old")).unwrap();
    let child = Worker::start(&redis);
    child.signal(Signal::STOP);

    let mut lease = store
        .lease(&dev(), SOON)
        .expect("the lease of a sleeper expires");
    let known = Record::default().with_dead(&Secret::from("refresh-old"));
    lease.write(&known).unwrap();
    store.save(&dev(), &token("newer")).unwrap();
    child.signal(Signal::CONT);
    let said = child.wake();

    assert_eq!(said[0], "replaced: false");
    assert!(
        said[1].starts_with("record: the lease of the login `dev` ran out, and "),
        "{said:?}"
    );
    assert_eq!(store.load(&dev()).unwrap(), Some(token("newer")));
    assert_eq!(lease.record().unwrap(), known);
}

#[test]
fn a_lost_lease_gives_nothing_back_that_is_of_another() {
    let redis = Redis::start();
    let store = redis.store();
    let lost = store.lease(&dev(), Duration::ZERO).unwrap();
    redis::cmd("DEL")
        .arg("lakekey:{dev}:lease")
        .exec(&mut redis.raw())
        .unwrap();
    let held = store.lease(&dev(), Duration::ZERO).unwrap();
    drop(lost);
    let error = store.lease(&dev(), Duration::ZERO).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    drop(held);
    drop(store.lease(&dev(), Duration::ZERO).unwrap());
}

/// The server may have spent the old refresh token: what the sleeper brings is then all there is.
#[test]
fn a_holder_that_overslept_keeps_its_token_if_nothing_newer_is_there() {
    let redis = Redis::start();
    let store = redis.store();
    store.save(&dev(), &token("old")).unwrap();
    let child = Worker::start(&redis);
    child.signal(Signal::STOP);
    drop(
        store
            .lease(&dev(), SOON)
            .expect("the lease of a sleeper expires"),
    );
    child.signal(Signal::CONT);
    assert_eq!(child.wake()[0], "replaced: true");
    assert_eq!(store.load(&dev()).unwrap(), Some(token("late")));
}

#[test]
fn of_many_that_saw_the_same_one_replaces_it() {
    let redis = Redis::start();
    redis.store().save(&dev(), &token("seen")).unwrap();
    let replaced = std::thread::scope(|scope| {
        let replace = |number: usize| {
            let store = redis.store();
            move || store.replace(&dev(), &token("seen"), &token(&number.to_string()))
        };
        let threads: Vec<_> = (0..16).map(|number| scope.spawn(replace(number))).collect();
        let outcomes = threads
            .into_iter()
            .map(|thread| thread.join().unwrap().unwrap());
        outcomes.filter(|replaced| *replaced).count()
    });
    assert_eq!(replaced, 1);
}

/// Not a test of its own: the part of a child, which takes the lease, looks, waits to be told to
/// go on, and tries to keep what it would have brought.
#[test]
fn child() {
    let Some(url) = std::env::var_os(URL) else {
        return;
    };
    let worker = format!("worker-7:{}", std::process::id());
    let store = RedisStore::builder(url.into_string().unwrap(), key(1))
        .worker(worker)
        .lease_expiry(SHORT)
        .build()
        .unwrap();
    let mut lease = store.lease(&dev(), Duration::ZERO).unwrap();
    let held = store.load(&dev()).unwrap().unwrap();
    println!("{HELD}");
    std::io::stdin().read_line(&mut String::new()).unwrap();

    let replaced = store.replace(&dev(), &held, &token("late")).unwrap();
    println!("{SAID}replaced: {replaced}");
    match lease.write(&Record::default()) {
        Ok(()) => println!("{SAID}record: kept"),
        Err(error) => println!("{SAID}record: {error}"),
    }
}

struct Worker {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Returns when the child holds the lease and has looked.
    fn start(redis: &Redis) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["leases::child", "--exact", "--nocapture"])
            .env(URL, redis.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().contains(HELD)),
            "the child took the lease"
        );
        Self { process, lines }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Tells the child to go on; what it says until it ends.
    fn wake(mut self) -> Vec<String> {
        let mut stdin = self.process.stdin.take().unwrap();
        stdin.write_all(b"\n").unwrap();
        let said = self
            .lines
            .by_ref()
            .filter_map(|line| Some(line.unwrap().split_once(SAID)?.1.to_owned()))
            .collect();
        assert!(self.process.wait().unwrap().success());
        said
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const URL: &str = "LAKEKEY_STORE_REDIS_TEST_URL";
const HELD: &str = "the lease is held";
const SAID: &str = "said: ";
const SHORT: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_secs(20);
