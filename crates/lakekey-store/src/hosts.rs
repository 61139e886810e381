use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use crate::StoreError;

/// Remembers what hosts said about themselves, one entry a host.
///
/// An entry is bytes of the caller's own format with nothing secret in it. How long it is good is
/// the caller's business, and so is what to do with one that makes no sense: a cache may forget,
/// and it may hand back what a crash or another program left.
pub trait HostCache: Debug + Send + Sync {
    /// The entry of a host; `None` if there is none.
    ///
    /// # Errors
    ///
    /// The place cannot be read, or must not be believed.
    fn load(&self, host: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps the entry of a host in place of an earlier one.
    ///
    /// # Errors
    ///
    /// The place cannot be written, or must not be used.
    fn save(&self, host: &str, entry: &[u8]) -> Result<(), StoreError>;
}

/// A [`HostCache`] that ends with the program. Clones share their entries.
///
/// ```
/// use lakekey_store::{HostCache, MemoryHostCache};
///
/// let cache = MemoryHostCache::default();
/// cache.save("https://w.example", b"{}")?;
/// assert_eq!(cache.clone().load("https://w.example")?.as_deref(), Some(&b"{}"[..]));
/// # Ok::<(), lakekey_store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryHostCache(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl HostCache for MemoryHostCache {
    fn load(&self, host: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(entries.get(host).cloned())
    }

    fn save(&self, host: &str, entry: &[u8]) -> Result<(), StoreError> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(host.to_owned(), entry.to_owned());
        Ok(())
    }
}
