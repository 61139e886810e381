//! A machine with a file and a keyring that does what it is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use lakekey::{Builder, Credentials, Environment, HOST as HOST_ROW, Origin, Settings};
use lakekey::{Error, Observer, Secret, Storage, Stores};
use lakekey_mock::Setup;
use lakekey_store::{FileStore, Key, KeyringBackend, KeyringFault, KeyringStore, TokenStore};
use tempfile::TempDir;

use crate::world::{HOST, World};

/// How a keyring behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Fine,
    Small,
    Hang,
    Locked,
    Absent,
    Duplicate,
    DeleteFails,
}

impl Mood {
    pub(crate) const ALL: [Self; 7] = [
        Self::Fine,
        Self::Small,
        Self::Hang,
        Self::Locked,
        Self::Absent,
        Self::Duplicate,
        Self::DeleteFails,
    ];
}

/// A keyring in memory.
#[derive(Debug)]
pub(crate) struct Ring {
    mood: Mutex<Mood>,
    items: Mutex<BTreeMap<String, String>>,
    calls: AtomicUsize,
}

impl Ring {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    fn willing(&self) -> Result<(), KeyringFault> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match self.mood() {
            Mood::Locked => Err(KeyringFault::Locked),
            Mood::Absent => Err(KeyringFault::Unavailable {
                reason: "there is no bus".into(),
            }),
            Mood::Hang => loop {
                thread::park();
            },
            _ => Ok(()),
        }
    }
}

impl KeyringBackend for Ring {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        self.willing()?;
        if self.mood() == Mood::Duplicate {
            return Err(KeyringFault::Ambiguous);
        }
        let found = self.items.lock().unwrap().get(account).cloned();
        Ok(found.map(Secret::from))
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        self.willing()?;
        let size = value.expose().len();
        if let Some(limit) = self.largest(account).filter(|limit| size > *limit) {
            return Err(KeyringFault::TooLarge { size, limit });
        }
        // As a real one does, it puts one item in the place of all.
        if self.mood() == Mood::Duplicate && !account.starts_with(PROBE) {
            *self.mood.lock().unwrap() = Mood::Fine;
        }
        let mut items = self.items.lock().unwrap();
        items.insert(account.to_owned(), value.expose().to_owned());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        self.willing()?;
        let mut items = self.items.lock().unwrap();
        if self.mood() == Mood::DeleteFails && items.contains_key(account) {
            return Err(KeyringFault::Refused {
                reason: "it stays".into(),
            });
        }
        Ok(items.remove(account).is_some())
    }

    fn largest(&self, _: &str) -> Option<usize> {
        (self.mood() == Mood::Small).then_some(256)
    }
}

/// A machine with both places, and a mock of Databricks.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) ring: Arc<Ring>,
    pub(crate) told: Arc<Told>,
    home: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let ring = Ring {
            mood: Mutex::new(Mood::Fine),
            items: Mutex::default(),
            calls: AtomicUsize::new(0),
        };
        Self {
            world: World::new(Setup::workspace()),
            ring: Arc::new(ring),
            told: Arc::default(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Lets the keyring behave like that from now on, and counts its calls from now on.
    pub(crate) fn set(&self, mood: Mood) {
        *self.ring.mood.lock().unwrap() = mood;
        self.ring.calls.store(0, Ordering::Relaxed);
    }

    pub(crate) fn calls(&self) -> usize {
        self.ring.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn file(&self) -> FileStore {
        FileStore::in_home(self.home.path())
    }

    pub(crate) fn keyring(&self) -> KeyringStore {
        let ring: Arc<dyn KeyringBackend> = self.ring.clone();
        let patience = match self.ring.mood() {
            Mood::Hang => Duration::from_millis(50),
            // However busy the machine is.
            _ => Duration::from_secs(60),
        };
        KeyringStore::with_backend(self.home.path(), ring).with_timeout(patience)
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::new(self.file(), Arc::new(self.keyring()))
    }

    pub(crate) fn builder(&self, storage: Storage) -> Builder {
        self.anywhere().storage(storage)
    }

    /// The beginnings of credentials that do not say where logins are kept.
    pub(crate) fn anywhere(&self) -> Builder {
        Credentials::builder()
            .environment(Environment::default())
            .stores(self.stores())
            .http(self.world.door.clone())
            .clock(self.world.clock.clone())
            .observer(self.told.clone())
    }

    /// Credentials of the profile `dev`.
    pub(crate) fn dev(&self, storage: Storage) -> Credentials {
        let builder = self.builder(storage).settings(settings("dev"));
        builder.build().unwrap()
    }

    /// Somebody signed in as `dev` while all was well.
    pub(crate) async fn signed_in(&self, storage: Storage) {
        self.world.sign_in(&self.dev(storage)).await.unwrap();
    }

    /// The keys in the file, then those in the keyring.
    pub(crate) fn where_it_is(&self) -> String {
        let file = self.file().keys().unwrap();
        let host = |key: &str| key.replace(HOST, "host");
        let file: Vec<_> = file.iter().map(|key| host(key.as_str())).collect();
        let items = self.ring.items.lock().unwrap();
        let own = |name: &&String| !name.starts_with(PROBE);
        let name = |key: &String| {
            if key.starts_with(PART) {
                return "parts".to_owned();
            }
            host(key)
        };
        let mut items: Vec<_> = items.keys().filter(own).map(name).collect();
        items.dedup();
        format!("file [{}] keyring [{}]", file.join(" "), items.join(" "))
    }

    /// The access token that a place has for `dev`, whatever the keyring's mood.
    pub(crate) fn access(&self, storage: Storage) -> Option<String> {
        let key = Key::profile("dev");
        let token = match storage {
            Storage::Plaintext => self.file().load(&key),
            _ => self.keyring().load(&key),
        };
        Some(token.unwrap()?.access().expose().to_owned())
    }
}

/// The settings of a profile.
pub(crate) fn settings(profile: &str) -> Settings {
    Settings::default()
        .with(&HOST_ROW, HOST, Origin::Explicit)
        .with_profile(profile)
}

/// Whoever listens to what was survived.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Told {
    fn survived(&self, error: &Error) {
        self.0.lock().unwrap().push(error.to_string());
    }
}

/// How the items begin that hold a part of a login.
const PART: &str = "__lakekey_part";
/// How the items begin by which a keyring is tried.
const PROBE: &str = "__lakekey_probe";
