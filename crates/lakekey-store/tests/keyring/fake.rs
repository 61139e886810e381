//! A keyring in memory that does what it is told, and a store on it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, SystemTime};

use lakekey_core::{Secret, Token};
use lakekey_store::{Key, KeyringBackend, KeyringFault, KeyringStore};
use tempfile::TempDir;

/// How a keyring misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Fine,
    Hang,
    HangUnlocking,
    /// Too busy for the first call, and fine afterwards.
    Busy,
    Locked,
    Absent,
    Duplicate,
    DeleteFails,
}

#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) largest: Option<usize>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) mood: Mood,
    pub(crate) items: BTreeMap<String, String>,
    /// How many more values it takes before it refuses.
    pub(crate) sets: usize,
}

impl Fake {
    pub(crate) fn new(mood: Mood, largest: Option<usize>) -> Arc<Self> {
        let state = State {
            mood,
            items: BTreeMap::new(),
            sets: usize::MAX,
        };
        Arc::new(Self {
            largest,
            state: Mutex::new(state),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The state, unless the keyring is in no mood to show it.
    fn willing(&self) -> Result<MutexGuard<'_, State>, KeyringFault> {
        let mut state = self.state();
        match state.mood {
            Mood::Busy => {
                state.mood = Mood::Fine;
                Err(KeyringFault::TimedOut {
                    waited: Duration::from_secs(2),
                    unlocking: false,
                })
            }
            Mood::Fine | Mood::Duplicate | Mood::DeleteFails => Ok(state),
            Mood::Locked => Err(KeyringFault::Locked),
            Mood::Absent => Err(KeyringFault::Unavailable {
                reason: "there is no bus".into(),
            }),
            Mood::Hang | Mood::HangUnlocking => {
                drop(state);
                loop {
                    thread::park();
                }
            }
        }
    }
}

impl KeyringBackend for Fake {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let state = self.willing()?;
        if state.mood == Mood::Duplicate {
            return Err(KeyringFault::Ambiguous);
        }
        Ok(state
            .items
            .get(account)
            .map(|text| Secret::from(text.as_str())))
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        let mut state = self.willing()?;
        let size = value.expose().len();
        if let Some(limit) = self.largest.filter(|largest| size > *largest) {
            return Err(KeyringFault::TooLarge { size, limit });
        }
        state.sets = state
            .sets
            .checked_sub(1)
            .ok_or_else(|| KeyringFault::Refused {
                reason: "that was enough".into(),
            })?;
        if state.mood == Mood::Duplicate {
            state.mood = Mood::Fine;
        }
        state
            .items
            .insert(account.to_owned(), value.expose().to_owned());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        let mut state = self.willing()?;
        if state.mood == Mood::DeleteFails {
            return Err(KeyringFault::Refused {
                reason: "it stays".into(),
            });
        }
        Ok(state.items.remove(account).is_some())
    }

    fn is_locked(&self) -> Result<bool, KeyringFault> {
        Ok(matches!(
            self.state().mood,
            Mood::Locked | Mood::HangUnlocking
        ))
    }

    fn unlock(&self) -> Result<(), KeyringFault> {
        self.willing().map(drop)
    }

    fn largest(&self, _: &str) -> Option<usize> {
        self.largest
    }
}

/// A home folder and a keyring.
pub(crate) struct Desk {
    home: TempDir,
    pub(crate) fake: Arc<Fake>,
}

impl Desk {
    pub(crate) fn with(mood: Mood, largest: Option<usize>) -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            fake: Fake::new(mood, largest),
        }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn store(&self) -> KeyringStore {
        let fake: Arc<dyn KeyringBackend> = self.fake.clone();
        KeyringStore::with_backend(self.home(), fake)
    }
}

pub(crate) fn dev() -> Key {
    Key::profile("dev")
}

/// A token like those of a server, recognisable by its name.
pub(crate) fn token(name: &str) -> Token {
    Token::bearer(format!("access-{name}"))
        .with_refresh(format!("refresh-{name}"))
        .lasting(
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000),
            Duration::from_secs(3600),
        )
}

/// A token of some thousand bytes, not all of them one character.
pub(crate) fn large(name: &str) -> Token {
    let access = format!("{name}é").repeat(1_500);
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    Token::bearer(access).expiring(expiry)
}
