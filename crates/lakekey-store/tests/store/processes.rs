//! Several processes at one store. A child is this test program started again, running the one
//! test `child`, which does nothing unless it is told a part.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests start processes and tell them their part"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lakekey_core::Token;
use lakekey_store::{FileStore, Key, Record, StoreError, TokenStore};

use crate::common::{Home, OFFICIAL, mode};

#[test]
fn no_update_of_another_key_is_lost() {
    let home = Home::with(OFFICIAL);
    let mut children: Vec<_> = (0..WRITERS)
        .map(|writer| start(&home, &format!("write {writer}")))
        .collect();
    let mut reads = 0;
    while children
        .iter_mut()
        .any(|child| child.try_wait().unwrap().is_none())
    {
        let official = home
            .store()
            .load(&Key::profile("dev"))
            .expect("a reader sees whole files only");
        assert!(official.is_some());
        reads += 1;
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for writer in 0..WRITERS {
        let last = home
            .store()
            .load(&Key::new(format!("writer {writer}")))
            .unwrap();
        assert_eq!(
            last,
            Some(Token::bearer((SAVES - 1).to_string())),
            "writer {writer}"
        );
    }
    assert!(reads > 0);
    assert_eq!(home.names(), ["lakekey", "token-cache.json"]);
}

#[test]
fn processes_take_turns() {
    let home = Home::empty();
    let children: Vec<_> = (0..WRITERS).map(|_| start(&home, "count")).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let total = home.store().load(&Key::profile("counter")).unwrap();
    assert_eq!(total, Some(Token::bearer((WRITERS * COUNTS).to_string())));
}

#[test]
fn a_lease_ends_with_its_holder() {
    let home = Home::empty();
    let (store, key) = (home.store(), Key::profile("dev"));
    let mut child = start(&home, "hold");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap().contains(HELD)),
        "the child took the lease"
    );

    let error = store.lease(&key, Duration::from_millis(30)).unwrap_err();
    let StoreError::Locked { holder, waited, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*holder, Some(child.id()), "the error names the holder");
    assert!(*waited >= Duration::from_millis(30));
    drop(store.lease(&Key::profile("other"), Duration::ZERO).unwrap());

    child.kill().unwrap();
    child.wait().unwrap();
    drop(
        store
            .lease(&key, Duration::ZERO)
            .expect("nothing of a dead holder is in the way"),
    );
}

#[test]
fn what_is_left_of_a_lock_is_not_a_lock() {
    let home = Home::empty();
    let key = Key::profile("dev");
    drop(home.store().lease(&key, Duration::ZERO).unwrap());
    let lease = home
        .folder()
        .join("lakekey")
        .read_dir()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    for (left, modified) in [
        ("", 0),
        ("1\n", 0),
        ("999999999\n", 4_000_000_000),
        ("no number", 1),
    ] {
        std::fs::write(&lease, left).unwrap();
        let file = std::fs::File::options().write(true).open(&lease).unwrap();
        file.set_modified(crate::common::at(modified)).unwrap();
        drop(
            home.store()
                .lease(&key, Duration::ZERO)
                .expect("only a living holder counts"),
        );
    }
}

#[test]
fn everything_created_is_private_under_any_umask() {
    for umask in ["000", "077"] {
        let home = Home::empty();
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask $0; exec \"$@\"", umask])
            .arg(std::env::current_exe().unwrap());
        assert!(tell(command, &home, "create").wait().unwrap().success());

        let mut files = 0;
        for folder in [home.folder(), home.folder().join("lakekey")] {
            assert_eq!(mode(&folder), 0o700, "{folder:?}");
            for entry in folder
                .read_dir()
                .unwrap()
                .map(|entry| entry.unwrap().path())
            {
                if entry.is_file() {
                    assert_eq!(mode(&entry), 0o600, "{entry:?}");
                    files += 1;
                }
            }
        }
        assert_eq!(files, 5, "cache, damaged cache, lock, lease and record");
    }
}

/// How a child that saves comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Whole,
    /// By a kill at whichever moment of the save it is.
    Killed,
}

/// Has a child keep a token, and waits for its end.
pub(crate) fn save_in_child(home: &Home, key: &Key, access: &str, deed: Deed) {
    let mut child = start(home, &format!("save {access} {key}"));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(SAVING)));
    if deed == Deed::Killed {
        child.kill().unwrap();
    }
    // A child that nobody reads from must still come to its end.
    lines.for_each(drop);
    let status = child.wait().unwrap();
    assert!(deed == Deed::Killed || status.success());
}

/// Not a test of its own: the part of a child.
#[test]
fn child() {
    let Some(part) = std::env::var_os(PART) else {
        return;
    };
    let store = FileStore::in_home(std::env::var_os(HOME).unwrap().as_ref());
    match part.to_str().unwrap().split_once(' ') {
        Some(("save", login)) => save(&store, login),
        Some((_, writer)) => write(&store, &Key::new(format!("writer {writer}"))),
        None if part == "count" => (0..COUNTS).for_each(|_| count(&store)),
        None if part == "create" => create(&store),
        None => hold(&store),
    }
}

#[expect(clippy::print_stdout, reason = "this is how a child tells its parent")]
fn save(store: &FileStore, login: &str) {
    let (access, key) = login.split_once(' ').unwrap();
    println!("{SAVING}");
    store.save(&Key::new(key), &Token::bearer(access)).unwrap();
}

fn create(store: &FileStore) {
    let key = Key::profile("dev");
    store.save(&key, &Token::bearer("a")).unwrap();
    std::fs::write(store.path(), "damaged").unwrap();
    store.save(&key, &Token::bearer("a")).unwrap();
    let mut lease = store.lease(&key, Duration::ZERO).unwrap();
    lease.write(&Record::default()).unwrap();
}

fn write(store: &FileStore, key: &Key) {
    for number in 0..SAVES {
        store.save(key, &Token::bearer(number.to_string())).unwrap();
    }
}

fn count(store: &FileStore) {
    let key = Key::profile("counter");
    let _lease = store.lease(&key, Duration::from_secs(60)).unwrap();
    let before = store.load(&key).unwrap();
    let before = before.map_or(0, |token| token.access().expose().parse::<usize>().unwrap());
    store
        .save(&key, &Token::bearer((before + 1).to_string()))
        .unwrap();
}

/// Holds the lease until it is killed, or the parent is.
#[expect(clippy::print_stdout, reason = "this is how a child tells its parent")]
fn hold(store: &FileStore) {
    let _lease = store.lease(&Key::profile("dev"), Duration::ZERO).unwrap();
    println!("{HELD}");
    let _ = std::io::stdin().read(&mut [0]);
}

fn start(home: &Home, part: &str) -> Child {
    tell(Command::new(std::env::current_exe().unwrap()), home, part)
}

fn tell(mut command: Command, home: &Home, part: &str) -> Child {
    command
        .args(["processes::child", "--exact", "--nocapture"])
        .env(PART, part)
        .env(HOME, home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

const PART: &str = "LAKEKEY_STORE_TEST_PART";
const HOME: &str = "LAKEKEY_STORE_TEST_HOME";
const HELD: &str = "the lease is held";
const SAVING: &str = "the child is about to save";
const WRITERS: usize = 8;
const SAVES: usize = 25;
const COUNTS: usize = 10;
