//! Where logins are kept unless the program says otherwise.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Error, Token};
use lakekey_store::{FileStore, Key, Lease, StoreError, TokenStore};

/// The official token cache below `home`; without a home, a store that says what is missing to
/// whoever needs one.
pub(crate) fn default_store(home: Option<&Path>) -> Arc<dyn TokenStore> {
    match home {
        Some(home) => Arc::new(FileStore::in_home(home)),
        None => Arc::new(Homeless),
    }
}

/// No place to keep anything.
#[derive(Debug)]
struct Homeless;

impl TokenStore for Homeless {
    fn load(&self, _: &Key) -> Result<Option<Token>, StoreError> {
        Err(unknown())
    }

    fn save(&self, _: &Key, _: &Token) -> Result<(), StoreError> {
        Err(unknown())
    }

    fn remove(&self, _: &Key) -> Result<(), StoreError> {
        Err(unknown())
    }

    fn lease(&self, _: &Key, _: Duration) -> Result<Box<dyn Lease>, StoreError> {
        Err(unknown())
    }
}

fn unknown() -> StoreError {
    let error = Error::new(
        Code::Config,
        "the home directory is not known, so no login can be kept",
    );
    StoreError::Backend(error.with_hint("set HOME (USERPROFILE on Windows)"))
}
