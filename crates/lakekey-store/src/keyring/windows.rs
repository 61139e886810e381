//! The credential manager: generic credentials with the target `databricks-cli:<account>`.

use std::collections::HashMap;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use lakekey_core::Secret;
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use super::{KeyringBackend, SERVICE};
use crate::KeyringFault;

#[derive(Debug)]
pub(super) struct CredentialManager;

impl KeyringBackend for CredentialManager {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let bytes = match entry(account)?.get_secret() {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        match str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(Secret::from(text))),
            Err(_) => Err(KeyringFault::Damaged {
                reason: "is no UTF-8".to_owned(),
            }),
        }
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        let bytes = value.expose().as_bytes();
        if bytes.len() > LARGEST {
            return Err(KeyringFault::TooLarge {
                size: bytes.len(),
                limit: LARGEST,
            });
        }
        entry(account)?.set_secret(bytes).map_err(fault)
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        match entry(account)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(fault(error)),
        }
    }

    fn largest(&self, _: &str) -> Option<usize> {
        Some(LARGEST)
    }
}

/// The credential of an account, with the target and the user name of the official tools.
fn entry(account: &str) -> Result<Entry, KeyringFault> {
    // The target is the prefix, the user, the divider, the service and the suffix.
    let prefix = format!("{SERVICE}:");
    let names = HashMap::from([("prefix", prefix.as_str()), ("divider", ""), ("suffix", "")]);
    let store = Store::new_with_configuration(&names).map_err(fault)?;
    let kept = HashMap::from([("persistence", "Local")]);
    store.build("", account, Some(&kept)).map_err(fault)
}

fn fault(error: Error) -> KeyringFault {
    match error {
        Error::NoStorageAccess(error) => KeyringFault::Unavailable {
            reason: error.to_string(),
        },
        Error::Ambiguous(_) => KeyringFault::Ambiguous,
        Error::BadEncoding(_) => KeyringFault::Damaged {
            reason: "is no UTF-8".to_owned(),
        },
        error => KeyringFault::Refused {
            reason: error.to_string(),
        },
    }
}

/// The largest value, in bytes.
const LARGEST: usize = 2_560;
