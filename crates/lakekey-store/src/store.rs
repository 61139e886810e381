use std::fmt::Debug;
use std::time::Duration;

use lakekey_core::Token;

use crate::{Key, Record, StoreError};

/// A place that keeps one token for each [`Key`].
///
/// All calls block; an asynchronous caller moves them to a thread that may. Two handles onto the
/// same place see each other's changes at once. The feature `testing` brings a suite,
/// `contract`, that every implementation must pass.
pub trait TokenStore: Debug + Send + Sync {
    /// The token kept under `key`, or `None`. Takes no lock and changes nothing.
    ///
    /// The scope of a token is not part of what is kept.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or what it holds under this key cannot be understood. Damage to
    /// another key is not an error.
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError>;

    /// Keeps `token` under `key`, in place of what was there. When it returns, the token survives
    /// as long as the store promises to.
    ///
    /// # Errors
    ///
    /// The token was not kept; what was there before still is.
    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError>;

    /// Keeps `token` under `key` if what is kept there still is `held`, as [`load`](Self::load)
    /// gave it; says whether it did.
    ///
    /// This is how a renewed token is kept: whoever held a lease and slept past its end finds that
    /// somebody newer was here, and overwrites nothing. As provided, it looks and then saves; a
    /// store that can do both in one step should.
    ///
    /// # Errors
    ///
    /// As for [`load`](Self::load) and [`save`](Self::save).
    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        let unchanged = self.load(key)?.as_ref() == Some(held);
        if unchanged {
            self.save(key, token)?;
        }
        Ok(unchanged)
    }

    /// Removes what is kept under `key`; fine if nothing is.
    ///
    /// # Errors
    ///
    /// The store cannot be read or changed.
    fn remove(&self, key: &Key) -> Result<(), StoreError>;

    /// Waits until this caller alone may refresh what is kept under `key`, at most for
    /// `patience`; with zero patience it tries once.
    ///
    /// A lease excludes every other lease of the same key: of other processes, and of other
    /// threads and handles of this one. It excludes neither [`load`](Self::load) nor
    /// [`save`](Self::save). Taking it twice on one thread waits for itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] when patience ended, or the error that keeps the store from
    /// excluding others at all, for example on a read-only file system.
    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError>;

    /// Finds out whether a login could be kept, before somebody signs in for one. Nothing is left
    /// behind. A store that can tell only by keeping one says yes, as this default does.
    ///
    /// # Errors
    ///
    /// What [`save`](Self::save) would say.
    fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The right to refresh one credential, given back on drop, also when the process is killed.
pub trait Lease: Debug + Send {
    /// What lakekey remembers about the credential beside the token itself.
    ///
    /// A record that is missing or damaged is an empty one: it is there to save work, and no
    /// login depends on it.
    ///
    /// # Errors
    ///
    /// The record is there and cannot be read.
    fn record(&self) -> Result<Record, StoreError>;

    /// Replaces the record, for whoever takes the next lease of this key.
    ///
    /// # Errors
    ///
    /// The record was not kept; the one before still is.
    fn write(&mut self, record: &Record) -> Result<(), StoreError>;
}
