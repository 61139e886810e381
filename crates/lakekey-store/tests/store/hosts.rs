//! What is remembered about hosts: in memory, and beside the logins.

use lakekey_store::{FileHostCache, HostCache, MemoryHostCache};

use crate::common::{Home, age, make_private, write};

const HOST: &str = "https://w.example.test";

#[test]
fn every_cache_keeps_the_last_entry_of_each_host() {
    let home = Home::empty();
    let file = FileHostCache::new(home.folder().join("lakekey").join("hosts"));
    let memory = MemoryHostCache::default();
    let caches: [&dyn HostCache; 2] = [&file, &memory];
    for cache in caches {
        assert_eq!(cache.load(HOST).unwrap(), None, "{cache:?}");
        for entry in ["first", "second"] {
            cache.save(HOST, entry.as_bytes()).unwrap();
        }
        cache.save("https://../../other", b"").unwrap();
        assert_eq!(
            cache.load(HOST).unwrap().as_deref(),
            Some(&b"second"[..]),
            "{cache:?}"
        );
        assert_eq!(
            cache.load("https://../../other").unwrap(),
            Some(Vec::new()),
            "{cache:?}"
        );
    }
}

#[test]
fn reading_creates_nothing() {
    let home = Home::empty();
    let cache = FileHostCache::new(home.folder().join("hosts"));
    assert_eq!(cache.load(HOST).unwrap(), None);
    assert!(!home.folder().exists());
}

#[test]
fn saving_removes_what_was_written_long_ago_and_nothing_else() {
    let home = Home::empty();
    let folder = home.folder().join("hosts");
    let cache = FileHostCache::new(&folder);
    for (host, days) in [("old", 31), ("older", 400), ("recent", 29)] {
        cache.save(host, b"{}").unwrap();
        age(&cache.path(host), days);
    }
    let foreign = folder.join("notes.txt");
    write(&foreign, "mine");
    age(&foreign, 400);
    make_private(&folder.join("folder.json"));
    cache.save(HOST, b"{}").unwrap();
    for (host, is_there) in [
        ("old", false),
        ("older", false),
        ("recent", true),
        (HOST, true),
    ] {
        assert_eq!(cache.load(host).unwrap().is_some(), is_there, "{host}");
    }
    assert!(foreign.exists() && folder.join("folder.json").exists());
}

#[cfg(unix)]
mod unix {
    use super::{FileHostCache, HOST, Home, HostCache};
    use crate::common::{chmod, mode};

    #[test]
    fn files_and_folders_are_for_the_user_alone() {
        let home = Home::empty();
        let folder = home.folder().join("lakekey").join("hosts");
        let cache = FileHostCache::new(&folder);
        cache.save(HOST, b"{}").unwrap();
        assert_eq!(mode(&cache.path(HOST)), 0o600);
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(folder.parent().unwrap()), 0o700);
        let files: Vec<_> = folder.read_dir().unwrap().collect();
        assert_eq!(files.len(), 1, "nothing but the entry is left: {files:?}");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_not_believed() {
        let home = Home::empty();
        let folder = home.folder().join("hosts");
        let cache = FileHostCache::new(&folder);
        cache.save(HOST, b"{}").unwrap();
        chmod(&folder, 0o777);
        for error in [
            cache.load(HOST).unwrap_err(),
            cache.save(HOST, b"{}").unwrap_err(),
        ] {
            assert_eq!(error.code().as_str(), "store_insecure", "{error}");
        }
    }
}
