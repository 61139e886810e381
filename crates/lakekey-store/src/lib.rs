//! Token stores compatible with the official Databricks token cache: memory, file and keyring.
//!
//! A [`TokenStore`] keeps one [`Token`](lakekey_core::Token) a [`Key`] and hands out one
//! [`Lease`] a key, so that of many processes with one expired token a single one refreshes it.
//! [`FileStore`] reads and writes `~/.databricks/token-cache.json`, the format of the official
//! tools; `KeyringStore`, of the feature `keyring`, the items they have in the keyring of the
//! operating system; [`MemoryStore`] forgets everything when the process ends.
//!
//! A [`HostCache`] remembers beside them what hosts said about themselves, which is no secret.
//!
#![doc = include_str!("../README.md")]

#[cfg(feature = "testing")]
mod contract;
mod disk;
mod error;
mod fault;
mod file;
mod hosts;
mod key;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;
mod record;
mod store;

#[cfg(feature = "testing")]
pub use contract::contract;
pub use error::StoreError;
pub use fault::KeyringFault;
pub use file::{FileHostCache, FileStore};
pub use hosts::{HostCache, MemoryHostCache};
pub use key::Key;
#[cfg(feature = "keyring")]
pub use keyring::{KeyringBackend, KeyringStore};
pub use memory::MemoryStore;
pub use record::{Fingerprint, Record};
pub use store::{Lease, TokenStore};

/// Doors of the project's fuzz targets, and no part of the interface.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing {
    pub use crate::file::fuzzing as file;
    pub use crate::keyring::fuzzing as keyring;
}
