//! A keyring in memory that does what it is told, and the library on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use lakekey::{Credentials, Secret};
use lakekey_mock::Setup;
use lakekey_store::{KeyringBackend, KeyringFault, KeyringStore};

use super::super::support::Library;
use crate::case::Finding;
use crate::probe::Probe;

/// A keyring. What it is told to do instead of working it does for one kind of call.
#[derive(Debug, Default)]
pub(in super::super) struct Fake(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<String, String>,
    mood: Option<(Call, Mood)>,
    hits: usize,
}

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Call {
    Get,
    Set,
    Delete,
}

/// What a keyring does instead.
#[derive(Clone, Debug)]
pub(super) enum Mood {
    /// It never answers.
    Hangs,
    Fails(KeyringFault),
}

impl Fake {
    pub(in super::super) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What it does from now on, for calls of that kind.
    pub(super) fn does(&self, call: Call, mood: Mood) {
        self.state().mood = Some((call, mood));
    }

    /// It works again.
    pub(super) fn works(&self) {
        self.state().mood = None;
    }

    /// How often it did something else than to work.
    pub(super) fn hits(&self) -> usize {
        self.state().hits
    }

    /// Whether an item holds this text.
    pub(in super::super) fn holds(&self, text: &str) -> bool {
        self.state().items.values().any(|item| item.contains(text))
    }

    /// The items, by account.
    pub(super) fn items(&self) -> BTreeMap<String, String> {
        self.state().items.clone()
    }

    /// Makes all items this text.
    pub(super) fn overwrite(&self, text: &str) {
        let mut state = self.state();
        for item in state.items.values_mut() {
            text.clone_into(item);
        }
    }

    fn begin(&self, call: Call) -> Result<MutexGuard<'_, State>, KeyringFault> {
        let mut state = self.state();
        let mood = state.mood.clone().filter(|(when, _)| *when == call);
        state.hits += usize::from(mood.is_some());
        match mood {
            None => Ok(state),
            Some((_, Mood::Fails(fault))) => Err(fault),
            Some((_, Mood::Hangs)) => {
                drop(state);
                loop {
                    thread::park();
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyringBackend for Fake {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let state = self.begin(Call::Get)?;
        let item = state.items.get(account).map(String::as_str);
        Ok(item.map(Secret::from))
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        let mut state = self.begin(Call::Set)?;
        let value = value.expose().to_owned();
        state.items.insert(account.to_owned(), value);
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        let mut state = self.begin(Call::Delete)?;
        Ok(state.items.remove(account).is_some())
    }
}

/// The library with a mock and such a keyring.
#[derive(Debug)]
pub(super) struct Ring {
    pub(super) library: Library,
    pub(super) fake: Arc<Fake>,
    pub(super) store: KeyringStore,
}

impl Ring {
    /// A keyring that works and is empty.
    pub(super) fn new(probe: &mut Probe) -> Finding<Self> {
        let server = probe.server(Setup::workspace());
        let fake = Fake::new();
        Ok(Self {
            library: Library::at(&server)?,
            store: KeyringStore::with_backend(probe.home()?.path(), fake.clone()),
            fake,
        })
    }

    /// The same with a login in it, which only sets the scene.
    pub(super) fn signed_in(probe: &mut Probe) -> Finding<Self> {
        let ring = Self::new(probe)?;
        ring.library.sign_in(&ring.credentials()?)??;
        Ok(ring)
    }

    /// New credentials, with an empty memory.
    pub(super) fn credentials(&self) -> Finding<Credentials> {
        let builder = self.library.builder().host(self.library.server.url());
        Ok(builder.store(Arc::new(self.store.clone())).build()?)
    }
}
