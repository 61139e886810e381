//! Who may see the files, and which ones are believed.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests plant what the store must not trust"
)]

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use lakekey_core::Token;
use lakekey_store::{Key, TokenStore};

use crate::common::{self, Home, OFFICIAL, chmod, mode, read, token};

fn dev() -> Key {
    Key::profile("dev")
}

/// Saving, loading, removing all end with this code, and the cache is as before.
fn refused(home: &Home, reason: &str) {
    let store = home.store();
    let results = [
        store.load(&dev()).map(drop),
        store.save(&dev(), &token("x")),
        store.remove(&dev()),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.code().as_str(), "store_insecure", "{error}");
        assert!(error.to_string().ends_with(reason), "{error} / {reason}");
    }
}

#[test]
fn reading_and_removing_nothing_create_nothing() {
    let home = Home::empty();
    assert_eq!(home.store().load(&dev()).unwrap(), None);
    home.store().remove(&dev()).unwrap();
    assert!(!home.folder().exists());
}

#[test]
fn a_file_others_can_read_is_private_after_the_next_write() {
    let home = Home::with(OFFICIAL);
    chmod(&home.folder(), 0o755);
    chmod(&home.cache(), 0o644);
    assert!(home.store().load(&dev()).unwrap().is_some());
    assert_eq!(mode(&home.cache()), 0o644);
    home.store().save(&dev(), &token("new")).unwrap();
    assert_eq!(mode(&home.cache()), 0o600);
    assert_eq!(
        mode(&home.folder()),
        0o755,
        "the mode of an existing folder is nobody's business"
    );
}

#[test]
fn a_file_others_can_write_to_is_refused() {
    for wide in [0o620, 0o602, 0o666] {
        let home = Home::with(OFFICIAL);
        chmod(&home.folder(), 0o755);
        chmod(&home.cache(), wide);
        refused(&home, "other users can write to it");
        assert_eq!(read(&home.cache()), OFFICIAL);
        chmod(&home.folder(), 0o700);
        assert!(
            home.store().load(&dev()).unwrap().is_some(),
            "nobody else gets to the file"
        );
        home.store().save(&dev(), &token("new")).unwrap();
        assert_eq!(mode(&home.cache()), 0o600);
    }
}

#[test]
fn a_folder_others_can_write_to_is_refused() {
    for wide in [0o770, 0o707, 0o777] {
        let home = Home::with(OFFICIAL);
        chmod(&home.folder(), wide);
        refused(&home, "other users can write to the folder");
        chmod(&home.folder(), wide | 0o1000);
        assert!(
            home.store().load(&dev()).unwrap().is_some(),
            "a sticky folder keeps files safe"
        );
    }
    let home = Home::with(OFFICIAL);
    chmod(home.path(), 0o777);
    refused(&home, "other users can write to the folder");
}

#[test]
fn a_file_of_another_user_is_refused() {
    let home = Home::with(OFFICIAL);
    let another = home.cache().metadata().unwrap().uid() + 1;
    // Only root can give a file away; for others there is nothing to test here.
    if std::os::unix::fs::chown(home.cache(), Some(another), None).is_ok() {
        refused(&home, "it belongs to another user");
    }
}

#[test]
fn a_link_of_ones_own_is_read_and_replaced() {
    let (home, elsewhere) = (Home::with(""), Home::with(OFFICIAL));
    replace_by_link(&home.cache(), &elsewhere.cache());
    chmod(&elsewhere.cache(), 0o640);

    assert!(home.store().load(&dev()).unwrap().is_some());
    home.store().save(&dev(), &token("new")).unwrap();

    assert!(home.cache().symlink_metadata().unwrap().is_file());
    assert_eq!(home.store().load(&dev()).unwrap(), Some(token("new")));
    assert!(
        read(&home.cache()).contains("access-account"),
        "the other logins came along"
    );
    assert_eq!(
        read(&elsewhere.cache()),
        OFFICIAL,
        "the target is as it was"
    );
    assert_eq!(mode(&elsewhere.cache()), 0o640);
}

#[test]
fn a_link_to_what_is_no_cache_leaves_it_alone() {
    let (home, victim) = (Home::with(""), Home::with("victim"));
    replace_by_link(&home.cache(), &victim.cache());
    home.store().load(&dev()).unwrap_err();
    home.store().save(&dev(), &token("new")).unwrap();
    assert_eq!(read(&victim.cache()), "victim");
    assert_eq!(home.store().load(&dev()).unwrap(), Some(token("new")));
}

#[test]
fn a_dangling_link_is_an_empty_store() {
    let home = Home::with("");
    replace_by_link(&home.cache(), Path::new("nowhere"));
    assert_eq!(home.store().load(&dev()).unwrap(), None);
    home.store().save(&dev(), &token("new")).unwrap();
    assert_eq!(home.names(), ["lakekey", "token-cache.json"]);
}

#[test]
fn a_second_name_of_the_file_is_not_written_to() {
    let home = Home::with(OFFICIAL);
    let second = home.path().join("second");
    std::fs::hard_link(home.cache(), &second).unwrap();
    chmod(&second, 0o640);
    home.store().save(&dev(), &token("new")).unwrap();
    assert_eq!((read(&second).as_str(), mode(&second)), (OFFICIAL, 0o640));
    assert_eq!(home.store().load(&dev()).unwrap(), Some(token("new")));
}

#[test]
fn a_pipe_or_a_folder_in_its_place_is_refused_at_once() {
    let home = Home::with("");
    std::fs::remove_file(home.cache()).unwrap();
    pipe(&home.cache());
    refused(&home, "it is not a plain file");
    let linked = Home::with("");
    replace_by_link(&linked.cache(), &home.cache());
    refused(&linked, "it is not a plain file");
    std::fs::remove_file(home.cache()).unwrap();
    common::make_private(&home.cache());
    refused(&home, "it is not a plain file");
    std::fs::remove_dir(home.cache()).unwrap();
    std::fs::remove_dir_all(home.folder()).unwrap();
    common::write(&home.folder(), "");
    refused(&home, "it is not a folder");
}

#[test]
fn a_lock_that_is_no_plain_file_is_refused() {
    let home = Home::with(OFFICIAL);
    let (lock, victim) = (
        home.folder().join("lakekey/store.lock"),
        home.path().join("victim"),
    );
    common::make_private(&home.folder().join("lakekey"));
    common::write(&victim, "victim");
    let refused = |reason: &str| {
        let error = home.store().save(&dev(), &token("new")).unwrap_err();
        assert_eq!(error.code().as_str(), "store_insecure");
        assert!(error.to_string().ends_with(reason), "{error}");
        std::fs::remove_file(&lock).unwrap();
    };
    symlink(&victim, &lock).unwrap();
    refused("it is a link");
    std::fs::hard_link(&victim, &lock).unwrap();
    refused("it has a second name elsewhere");
    pipe(&lock);
    refused("it is not a plain file");
    assert_eq!(read(&victim), "victim");
    assert_eq!(read(&home.cache()), OFFICIAL);
}

#[test]
fn what_dead_writers_left_is_removed_when_it_is_old() {
    let home = Home::with(OFFICIAL);
    let (old, young) = (".token-cache-old.tmp", ".token-cache-young.tmp");
    for name in [old, young, "notes.tmp"] {
        common::write(&home.folder().join(name), "canary");
    }
    for name in [old, "notes.tmp"] {
        let file = std::fs::File::options()
            .write(true)
            .open(home.folder().join(name))
            .unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    home.store().save(&dev(), &token("new")).unwrap();
    assert_eq!(
        home.names(),
        [young, "lakekey", "notes.tmp", "token-cache.json"]
    );
}

#[test]
fn a_place_that_cannot_be_written_still_serves_its_tokens() {
    let home = Home::with(OFFICIAL);
    // A file where the folder of the locks should be keeps even root from writing.
    common::write(&home.folder().join("lakekey"), "");
    let before = home.cache().metadata().unwrap().ino();
    assert!(home.store().load(&dev()).unwrap().is_some());
    home.store().lease(&dev(), Duration::ZERO).unwrap_err();
    home.store()
        .save(&dev(), &Token::bearer("new"))
        .unwrap_err();
    home.store().remove(&dev()).unwrap_err();
    home.store().remove(&Key::profile("absent")).unwrap();
    assert_eq!(home.cache().metadata().unwrap().ino(), before);
}

fn replace_by_link(path: &Path, target: &Path) {
    std::fs::remove_file(path).unwrap();
    symlink(target, path).unwrap();
}

fn pipe(path: &Path) {
    assert!(
        std::process::Command::new("mkfifo")
            .arg(path)
            .status()
            .unwrap()
            .success()
    );
}
