//! Where logins, and what is known of hosts, are kept unless the program says otherwise.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lakekey_config::Environment;
use lakekey_core::{Code, Error, Token};
use lakekey_store::{
    FileHostCache, FileStore, HostCache, Key, Lease, MemoryHostCache, StoreError, TokenStore,
};

/// The official token cache below the home directory, or the keyring where the environment asks
/// for it.
///
/// Where the environment asks for another place, or does not say where home is, the store says so
/// to whoever needs one: a personal access token needs none.
pub(crate) fn default_store(environment: &Environment) -> Arc<dyn TokenStore> {
    let mode = environment
        .get(MODE)
        .ok()
        .flatten()
        .unwrap_or(PLAINTEXT)
        .trim()
        .to_ascii_lowercase();
    match (mode.as_str(), environment.home()) {
        (PLAINTEXT, Some(home)) => Arc::new(FileStore::in_home(home)),
        (PLAINTEXT | SECURE, None) => Arc::new(Unusable(homeless)),
        (SECURE, Some(home)) => keyring(home),
        _ => Arc::new(Unusable(unknown_mode)),
    }
}

#[cfg(feature = "keyring")]
fn keyring(home: &Path) -> Arc<dyn TokenStore> {
    Arc::new(lakekey_store::KeyringStore::in_home(home))
}

#[cfg(not(feature = "keyring"))]
fn keyring(_: &Path) -> Arc<dyn TokenStore> {
    Arc::new(Unusable(without_keyring))
}

/// A folder beside the default store; memory without a home.
pub(crate) fn default_host_cache(home: Option<&Path>) -> Arc<dyn HostCache> {
    match home {
        Some(home) => Arc::new(FileHostCache::in_home(home)),
        None => Arc::new(MemoryHostCache::default()),
    }
}

/// A store that is not there, with the reason.
#[derive(Debug)]
struct Unusable(fn() -> Error);

impl TokenStore for Unusable {
    fn load(&self, _: &Key) -> Result<Option<Token>, StoreError> {
        Err(StoreError::Backend(self.0()))
    }

    fn save(&self, _: &Key, _: &Token) -> Result<(), StoreError> {
        Err(StoreError::Backend(self.0()))
    }

    fn remove(&self, _: &Key) -> Result<(), StoreError> {
        Err(StoreError::Backend(self.0()))
    }

    fn lease(&self, _: &Key, _: Duration) -> Result<Box<dyn Lease>, StoreError> {
        Err(StoreError::Backend(self.0()))
    }

    fn ready(&self) -> Result<(), StoreError> {
        Err(StoreError::Backend(self.0()))
    }
}

fn homeless() -> Error {
    Error::new(
        Code::Config,
        "the home directory is not known, so no login can be kept",
    )
    .with_hint("set HOME (USERPROFILE on Windows)")
}

#[cfg(not(feature = "keyring"))]
fn without_keyring() -> Error {
    Error::new(
        Code::KeyringUnavailable,
        format!("{MODE} asks for the keyring, which this build leaves out"),
    )
    .with_hint(format!(
        "set {MODE}={PLAINTEXT} to keep logins in a file for you alone"
    ))
}

fn unknown_mode() -> Error {
    Error::new(
        Code::Config,
        format!("{MODE} names no place where logins are kept"),
    )
    .with_hint(format!("set it to {PLAINTEXT}, or unset it"))
}

const MODE: &str = "DATABRICKS_AUTH_STORAGE";
const PLAINTEXT: &str = "plaintext";
const SECURE: &str = "secure";

#[cfg(test)]
mod tests {
    use lakekey_config::Environment;
    use lakekey_core::Code;
    use lakekey_store::Key;

    use super::default_store;

    #[test]
    fn what_was_asked_for_is_never_quietly_replaced() {
        let table = [
            #[cfg(not(feature = "keyring"))]
            (
                vec![(HOME, "/nowhere"), ("DATABRICKS_AUTH_STORAGE", "secure")],
                Code::KeyringUnavailable,
            ),
            (
                vec![(HOME, "/nowhere"), ("DATABRICKS_AUTH_STORAGE", "bogus")],
                Code::Config,
            ),
            (vec![("DATABRICKS_AUTH_STORAGE", " Secure ")], Code::Config),
            (
                vec![("DATABRICKS_AUTH_STORAGE", " Plaintext ")],
                Code::Config,
            ),
            (vec![], Code::Config),
        ];
        for (variables, code) in table {
            let environment: Environment = variables.iter().copied().collect();
            let store = default_store(&environment);
            for error in [
                store.load(&Key::new("dev")).unwrap_err(),
                store.ready().unwrap_err(),
            ] {
                assert_eq!(error.code(), code, "{variables:?}");
            }
        }
    }

    #[test]
    fn a_home_has_a_file_that_need_not_be_there() {
        let environment = Environment::from([(HOME, "/nowhere/at/all")]);
        assert_eq!(
            default_store(&environment).load(&Key::new("dev")).unwrap(),
            None
        );
    }

    const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
}
