use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Secret, Token};

use crate::file::lease::Leases;
use crate::file::lock::Lock;
use crate::{Key, KeyringFault, Lease, StoreError, TokenStore};

mod backend;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod item;
#[cfg(any(target_os = "macos", all(test, unix)))]
mod macos;
mod parts;
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
mod secret_service;
#[cfg(windows)]
mod windows;
mod worker;

pub use backend::KeyringBackend;
use worker::Ring;

/// The items of the official tools in the keyring of the operating system.
///
/// An item is found by the service `databricks-cli` and the key as account, and holds
/// `{"token":{…}}` with the token as in [`FileStore`](crate::FileStore). A login made by the
/// official command is used as it is, and ours by it.
///
/// - **Where**: the secret service of the session on Linux and FreeBSD (the collection `login`,
///   else the default one), the keychain by way of `/usr/bin/security` on macOS, the credential
///   manager on Windows. Other systems have no keyring.
/// - **Time**: each call ends after 3 s, or what [`with_timeout`](Self::with_timeout) says, though
///   the keyring never answers. It then goes on alone, to a dialog that asks to unlock it for
///   example, and writes nothing any more. Only [`lease`](TokenStore::lease) waits for longer.
/// - **Faults**: a keyring that is locked, absent, late, or too small for a login are four kinds
///   of [`KeyringFault`].
/// - **Size**: what does not fit into one item, of 2,560 bytes on Windows and some 3,000 on macOS,
///   is split over further items, which the official tools do not read. The first item is written
///   last, so that a login is the old or the new one and never a mixture.
/// - **Damage**: an item that cannot be understood is an error; [`save`](TokenStore::save)
///   replaces it. What lakekey does not know in an item is kept.
/// - **Names**: a key with control characters, which not every keyring can store, or one that
///   begins with `__lakekey_`, is escaped, so that the official tools do not find it.
///
/// Leases and records are those of the token cache in the same home, so that processes that use
/// the one and the other exclude each other, too. A keyring cannot be listed: there is no way to
/// ask which logins it has.
///
/// ```no_run
/// use std::path::Path;
/// use lakekey_store::{Key, KeyringStore, TokenStore};
///
/// let store = KeyringStore::in_home(Path::new("/home/ada"));
/// let token = store.load(&Key::profile("dev"))?;
/// # Ok::<(), lakekey_store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyringStore {
    backend: Arc<dyn KeyringBackend>,
    leases: Leases,
    timeout: Duration,
}

impl KeyringStore {
    /// The keyring of this session, with leases and records in this home folder. Nothing is
    /// opened yet.
    pub fn in_home(home: &Path) -> Self {
        Self::with_backend(home, backend::system())
    }

    /// A store on a keyring of the caller's own.
    pub fn with_backend(home: &Path, backend: Arc<dyn KeyringBackend>) -> Self {
        Self {
            backend,
            leases: Leases::beside(&home.join(".databricks").join("token-cache.json")),
            timeout: TIMEOUT,
        }
    }

    /// Waits for this long, in place of 3 s, before a call counts as timed out.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Finds out whether logins can be read, by looking for one that is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Keyring`] with what the keyring did instead.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.run("look for", "logins".to_owned(), |ring| {
            ring.get(&item::probe()).map(drop).map_err(Trouble::from)
        })
    }
}

impl TokenStore for KeyringStore {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        let account = item::account(key);
        self.run("read", login(key), move |ring| {
            let Some(text) = parts::read(ring, &account)? else {
                return Ok(None);
            };
            let token = item::decode(&text).map_err(|reason| KeyringFault::Damaged { reason })?;
            Ok(Some(token))
        })
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        let (account, token) = (item::account(key), token.clone());
        let lock = self.lock();
        self.run("keep", login(key), move |ring| {
            let _lock = lock()?;
            let old = match parts::read(ring, &account) {
                Err(KeyringFault::Damaged { .. } | KeyringFault::Ambiguous) => None,
                old => old?,
            };
            let text = item::encode(&token, old.as_ref());
            parts::write(ring, &account, &text).map_err(Trouble::from)
        })
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        let account = item::account(key);
        let lock = self.lock();
        self.run("remove", login(key), move |ring| {
            let _lock = lock()?;
            parts::remove(ring, &account).map_err(Trouble::from)
        })
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        Ok(Box::new(self.leases.take(key, patience)?))
    }

    /// Keeps an item that is no login, and removes it again.
    fn ready(&self) -> Result<(), StoreError> {
        self.run("keep", "logins".to_owned(), |ring| {
            let account = item::probe();
            ring.set(&account, &Secret::from("probe"))?;
            ring.delete(&account).map(drop).map_err(Trouble::from)
        })
    }
}

impl KeyringStore {
    fn run<T: Send + 'static>(
        &self,
        action: &'static str,
        what: String,
        work: impl FnOnce(&Ring) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        worker::run(&self.backend, self.timeout, work).map_err(|trouble| match trouble {
            Trouble::Keyring(fault) => StoreError::Keyring {
                action,
                what,
                fault,
            },
            Trouble::Store(error) => error,
        })
    }

    /// How to take the lock of all writers. It is taken once the keyring is known to be unlocked,
    /// and given up before the call times out.
    fn lock(&self) -> impl FnOnce() -> Result<Lock, StoreError> + Send + 'static {
        let (leases, patience) = (self.leases.clone(), self.timeout / 2);
        move || {
            let lock = leases.folder()?.join("keyring.lock");
            Lock::take(&lock, "the keyring", patience)
        }
    }
}

/// Why the work on the keyring failed.
#[derive(Debug)]
enum Trouble {
    Keyring(KeyringFault),
    Store(StoreError),
}

impl From<KeyringFault> for Trouble {
    fn from(fault: KeyringFault) -> Self {
        Self::Keyring(fault)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn login(key: &Key) -> String {
    format!("the login `{key}`")
}

/// How long the official tools wait, too.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The name all items have in common.
#[cfg(any(
    target_os = "linux",
    target_os = "freebsd",
    windows,
    target_os = "macos",
    test
))]
const SERVICE: &str = "databricks-cli";
