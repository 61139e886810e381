//! The file and the keyring of a machine, to look into and to move logins between.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lakekey_core::{Code, Error, Settings, Token};
use lakekey_store::{FileStore, Key, KeyringFault, Record, StoreError, TokenStore};

use crate::stored::{keys, same_login};
use crate::wish::Wish;
use crate::{Storage, StorageChoice};

/// The two places of a machine where logins are kept: the file and the keyring.
///
/// [`Credentials`](crate::Credentials) keep logins in one of them and read both. Here they can be
/// looked into, and logins moved from one to the other, without anybody signing in again.
///
/// ```no_run
/// use std::path::Path;
/// use std::time::SystemTime;
/// use lakekey::{Storage, Stores};
///
/// let stores = Stores::in_home(Path::new("/home/ada"));
/// for name in stores.names(&[])? {
///     let moved = stores.migrate(&name, Storage::Secure, SystemTime::now())?;
///     println!("{name}: {moved:?}");
/// }
/// # Ok::<(), lakekey::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stores {
    file: FileStore,
    keyring: Option<Arc<dyn TokenStore>>,
}

impl Stores {
    /// Those of the official tools, for the user with this home folder. Nothing is opened yet.
    pub fn in_home(home: &Path) -> Self {
        Self {
            file: FileStore::in_home(home),
            #[cfg(feature = "keyring")]
            keyring: Some(Arc::new(lakekey_store::KeyringStore::in_home(home))),
            #[cfg(not(feature = "keyring"))]
            keyring: None,
        }
    }

    /// This file, and this store for the keyring. Their leases exclude each other's.
    pub fn new(file: FileStore, keyring: Arc<dyn TokenStore>) -> Self {
        let keyring = Some(keyring);
        Self { file, keyring }
    }

    /// The names under which logins may be kept: those that the file has, and those of the
    /// profiles with these settings. A keyring cannot be listed, so that a login in it whose
    /// profile is gone is not among them.
    ///
    /// # Errors
    ///
    /// The file cannot be read. Settings without a host that is one have no login.
    pub fn names(&self, profiles: &[Settings]) -> Result<Vec<LoginName>, Error> {
        let mut names: Vec<LoginName> = Vec::new();
        for settings in profiles {
            let (Some(profile), Ok(Some(wish))) = (settings.profile(), Wish::of(settings)) else {
                continue;
            };
            let lease = Key::new(wish.host.as_str());
            for key in keys(&wish, Some(profile)) {
                let own = Key::profile(profile);
                let known = names.iter_mut().find(|name| name.key == key);
                match known {
                    Some(known) if key != own => known.profiles.push(own),
                    Some(_) => {}
                    None => names.push(LoginName {
                        profiles: if key == own { Vec::new() } else { vec![own] },
                        lease: lease.clone(),
                        key,
                    }),
                }
            }
        }
        for key in self.file.keys()? {
            if !names.iter().any(|name| name.key == key) {
                names.push(LoginName::of_key(key));
            }
        }
        // A profile comes before its host, whose entry then needs no place of its own.
        names.sort_by_key(|name| !name.profiles.is_empty());
        Ok(names)
    }

    /// Whether a place has something under a name.
    ///
    /// # Errors
    ///
    /// It cannot be read, or what it has there cannot be understood.
    pub fn holds(&self, name: &LoginName, storage: Storage) -> Result<bool, Error> {
        Ok(self.usable(storage)?.load(&name.key)?.is_some())
    }

    /// Finds out whether a place can keep logins. Nothing is left behind.
    ///
    /// # Errors
    ///
    /// What keeping one would say.
    pub fn ready(&self, storage: Storage) -> Result<(), Error> {
        Ok(self.usable(storage)?.ready()?)
    }

    /// Moves what is kept under a name `to` a place from the other one, `now` being the time.
    ///
    /// It is kept there and read back before it is removed here, under the lease of the login: a
    /// process that is killed leaves it in one place or in both, and the next call completes what
    /// it began. Of two different logins the better one stays: one that can be renewed or is
    /// still good, then the one that ends later.
    ///
    /// # Errors
    ///
    /// One of the places cannot be read or changed, or the login is in use for over 90 s. It is
    /// still where it was.
    pub fn migrate(
        &self,
        name: &LoginName,
        to: Storage,
        now: SystemTime,
    ) -> Result<Migration, Error> {
        let (from, target) = (self.usable(to.other())?, self.usable(to)?);
        let lease = self.file.lease(&name.lease, PATIENCE)?;
        let record = lease.record().unwrap_or_default();
        for _ in 0..TRIES {
            let Some(token) = from.load(&name.key)? else {
                let there = target.load(&name.key)?;
                return Ok(there.map_or(Migration::Absent, |_| Migration::AlreadyThere));
            };
            let outcome = if self.has_first_name(name, &token, to)? {
                Migration::SecondName
            } else {
                bring(name, &token, target, &|token| merit(token, &record, now))?
            };
            // An official tool may have renewed it meanwhile, without our lease.
            if from.load(&name.key)?.as_ref() == Some(&token) {
                from.remove(&name.key)?;
                return Ok(outcome);
            }
        }
        let message = format!("the login `{name}` changes all the time; it stays where it is");
        Err(Error::new(Code::StoreLocked, message).with_hint("try again"))
    }

    /// Whether a profile of the host has the same login in the keyring, where the official tools
    /// have no entry for the host.
    fn has_first_name(&self, name: &LoginName, token: &Token, to: Storage) -> Result<bool, Error> {
        if to == Storage::Plaintext {
            return Ok(false);
        }
        for profile in &name.profiles {
            let held = self.usable(to)?.load(profile)?;
            if held.is_some_and(|held| same_login(&held, token)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The store of a place; `None` for a keyring that this build leaves out.
    pub(crate) fn get(&self, storage: Storage) -> Option<Arc<dyn TokenStore>> {
        match storage {
            Storage::Plaintext => Some(Arc::new(self.file.clone())),
            Storage::Secure => self.keyring.clone(),
        }
    }

    /// The store that was chosen, or why that cannot be.
    pub(crate) fn asked_for(&self, choice: &StorageChoice) -> Result<Arc<dyn TokenStore>, Error> {
        self.get(choice.storage)
            .ok_or_else(|| left_out(&choice.asked()))
    }

    fn usable(&self, storage: Storage) -> Result<&dyn TokenStore, Error> {
        match storage {
            Storage::Plaintext => Ok(&self.file),
            Storage::Secure => self
                .keyring
                .as_deref()
                .ok_or_else(|| left_out("the program")),
        }
    }
}

/// A name under which a login may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginName {
    key: Key,
    lease: Key,
    /// The profiles whose login may have this second name; none for the name of a profile.
    profiles: Vec<Key>,
}

impl LoginName {
    /// The name as it stands in the store: a profile, a host, or an account at a host.
    pub fn as_str(&self) -> &str {
        self.key.as_str()
    }

    /// Whether it is a host's own name, under which the login of a profile may be kept as well.
    pub fn is_second_name(&self) -> bool {
        !self.profiles.is_empty()
    }

    /// A name that no profile has.
    fn of_key(key: Key) -> Self {
        let host = key.as_str().split("/oidc/accounts/").next();
        Self {
            lease: Key::new(host.unwrap_or_default()),
            profiles: Vec::new(),
            key,
        }
    }
}

impl fmt::Display for LoginName {
    /// The name with control characters escaped, fit for a terminal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(formatter)
    }
}

/// What became of a login that was to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Migration {
    /// It was moved.
    Moved,
    /// The place had a better one under this name, which stays; this one is gone.
    Superseded,
    /// It was a second name of the login of a profile, and that login is in the place.
    SecondName,
    /// It was in the place already.
    AlreadyThere,
    /// Neither place has one under this name.
    Absent,
}

/// Keeps a token in a store, unless a better one is there, and reads it back.
fn bring<M: Ord>(
    name: &LoginName,
    token: &Token,
    target: &dyn TokenStore,
    merit: &dyn Fn(&Token) -> M,
) -> Result<Migration, Error> {
    let there = match target.load(&name.key) {
        Err(error) if is_damaged(&error) => None,
        there => there?,
    };
    match there {
        Some(there) if there == *token => return Ok(Migration::Moved),
        Some(there) if merit(&there) >= merit(token) => return Ok(Migration::Superseded),
        _ => {}
    }
    target.save(&name.key, token)?;
    if target.load(&name.key)?.as_ref() == Some(token) {
        return Ok(Migration::Moved);
    }
    let message = format!("the login `{name}` does not read back as it was kept");
    Err(Error::new(Code::StoreIo, message).with_hint("try again; it is still where it was"))
}

/// What makes one token of a name better than another.
fn merit(token: &Token, record: &Record, now: SystemTime) -> (bool, SystemTime) {
    let expiry = token.expiry().unwrap_or(now);
    let lives = match token.refresh() {
        Some(refresh) => !record.is_dead(refresh) || expiry > now,
        None => expiry > now,
    };
    (lives, expiry)
}

/// Whether an item of the keyring is there, and is none that can be read.
pub(crate) fn is_damaged(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Keyring {
            fault: KeyringFault::Damaged { .. } | KeyringFault::Ambiguous,
            ..
        }
    )
}

fn left_out(asked: &str) -> Error {
    let message = format!("{asked} asks for the keyring, which this build leaves out");
    Error::new(Code::KeyringUnavailable, message)
        .with_hint("set DATABRICKS_AUTH_STORAGE=plaintext to keep logins in a file for you alone")
}

/// How long a process that is renewing the login is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often a login is moved anew that changed meanwhile.
const TRIES: usize = 5;
