use std::fmt::Debug;
use std::sync::Arc;

use lakekey_core::Secret;

use crate::KeyringFault;

/// A keyring: values by account, all of the service `databricks-cli`.
///
/// Calls block for as long as the keyring pleases; [`KeyringStore`](crate::KeyringStore) makes
/// them on a thread of its own and waits for no more than its timeout.
pub trait KeyringBackend: Debug + Send + Sync {
    /// The value of an account, or `None`.
    ///
    /// # Errors
    ///
    /// The keyring cannot be read, or what it holds is no text.
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault>;

    /// Puts a value in the place of what was there.
    ///
    /// # Errors
    ///
    /// The value was not kept.
    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault>;

    /// Removes an account, and says whether there was one.
    ///
    /// # Errors
    ///
    /// It is there and was not removed, or nobody knows.
    fn delete(&self, account: &str) -> Result<bool, KeyringFault>;

    /// Whether somebody has to unlock the keyring first. It is asked before anything else, so that
    /// waiting for the user is told from waiting for an answer.
    ///
    /// # Errors
    ///
    /// The keyring cannot be reached.
    fn is_locked(&self) -> Result<bool, KeyringFault> {
        Ok(false)
    }

    /// Unlocks the keyring, which may ask the user.
    ///
    /// # Errors
    ///
    /// It is still locked.
    fn unlock(&self) -> Result<(), KeyringFault> {
        Ok(())
    }

    /// The largest value an account can have, in bytes; `None` if there is no bound that matters.
    fn largest(&self, account: &str) -> Option<usize> {
        let _ = account;
        None
    }
}

/// The keyring of this operating system.
pub(super) fn system() -> Arc<dyn KeyringBackend> {
    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    return Arc::new(super::secret_service::SecretServiceBackend);
    #[cfg(target_os = "macos")]
    return Arc::new(super::macos::Keychain::of_the_system());
    #[cfg(windows)]
    return Arc::new(super::windows::CredentialManager);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "macos",
        windows
    )))]
    return Arc::new(nowhere::Nowhere);
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "macos",
    windows
)))]
mod nowhere {
    use lakekey_core::Secret;

    use super::KeyringBackend;
    use crate::KeyringFault;

    /// The keyring of a system that has none.
    #[derive(Debug)]
    pub(super) struct Nowhere;

    impl KeyringBackend for Nowhere {
        fn get(&self, _: &str) -> Result<Option<Secret>, KeyringFault> {
            Err(none())
        }

        fn set(&self, _: &str, _: &Secret) -> Result<(), KeyringFault> {
            Err(none())
        }

        fn delete(&self, _: &str) -> Result<bool, KeyringFault> {
            Err(none())
        }
    }

    fn none() -> KeyringFault {
        KeyringFault::Unavailable {
            reason: "lakekey knows none for this operating system".to_owned(),
        }
    }
}
