use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lakekey_core::Token;

use crate::{Key, Lease, Record, StoreError, TokenStore};

/// A store in memory, for tests and for programs that must leave nothing on disk.
///
/// A clone is another handle onto the same store.
///
/// ```
/// use lakekey_core::Token;
/// use lakekey_store::{Key, MemoryStore, TokenStore};
///
/// let store = MemoryStore::new();
/// store.clone().save(&Key::profile("dev"), &Token::bearer("eyJ…"))?;
/// assert!(store.load(&Key::profile("dev"))?.is_some());
/// # Ok::<(), lakekey_store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Shared>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenStore for MemoryStore {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        Ok(self
            .0
            .credentials()
            .get(key)
            .and_then(|credential| credential.token.clone()))
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        self.0.credentials().entry(key.clone()).or_default().token = Some(token.clone());
        Ok(())
    }

    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        let mut credentials = self.0.credentials();
        let kept = credentials.get_mut(key).and_then(|it| it.token.as_mut());
        let Some(kept) = kept.filter(|kept| *kept == held) else {
            return Ok(false);
        };
        *kept = token.clone();
        Ok(true)
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        if let Some(credential) = self.0.credentials().get_mut(key) {
            credential.token = None;
        }
        Ok(())
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        let held = |credentials: &mut Credentials| credentials.get(key).is_some_and(|it| it.leased);
        let (mut credentials, waited) = self
            .0
            .freed
            .wait_timeout_while(self.0.credentials(), patience, held)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let holder = Some(std::process::id());
            let what = format!("the login `{key}`");
            return Err(StoreError::Locked {
                what,
                holder,
                waited: patience,
            });
        }
        credentials.entry(key.clone()).or_default().leased = true;
        Ok(Box::new(MemoryLease {
            shared: Arc::clone(&self.0),
            key: key.clone(),
        }))
    }
}

#[derive(Debug, Default)]
struct Shared {
    credentials: Mutex<Credentials>,
    freed: Condvar,
}

type Credentials = HashMap<Key, Credential>;

#[derive(Debug, Default)]
struct Credential {
    token: Option<Token>,
    record: Record,
    leased: bool,
}

impl Shared {
    fn credentials(&self) -> MutexGuard<'_, Credentials> {
        // No code runs under this lock that could leave the map half changed.
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct MemoryLease {
    shared: Arc<Shared>,
    key: Key,
}

impl Lease for MemoryLease {
    fn record(&self) -> Result<Record, StoreError> {
        let credentials = self.shared.credentials();
        Ok(credentials
            .get(&self.key)
            .map(|it| it.record.clone())
            .unwrap_or_default())
    }

    fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        self.shared
            .credentials()
            .entry(self.key.clone())
            .or_default()
            .record = record.clone();
        Ok(())
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        if let Some(credential) = self.shared.credentials().get_mut(&self.key) {
            credential.leased = false;
        }
        self.shared.freed.notify_all();
    }
}
