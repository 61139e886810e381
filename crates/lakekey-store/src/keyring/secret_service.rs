//! The secret service on the session bus, which gnome-keyring, `KWallet` and `KeePassXC` offer.

use std::collections::HashMap;
use std::time::Duration;

use dbus_secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use lakekey_core::Secret;
use zeroize::Zeroizing;

use super::{KeyringBackend, SERVICE};
use crate::KeyringFault;

#[derive(Debug)]
pub(super) struct SecretServiceBackend;

impl KeyringBackend for SecretServiceBackend {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let service = connect()?;
        let collection = collection(&service)?;
        let items = find(&collection, account)?;
        match items.as_slice() {
            [] => Ok(None),
            [item] => secret(item).map(Some),
            items => newest(items).map(Some),
        }
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        let service = connect()?;
        let collection = collection(&service)?;
        let bytes = value.expose().as_bytes();
        let mut items = find(&collection, account)?.into_iter();
        if let Some(item) = items.next() {
            item.set_secret(bytes, CONTENT_TYPE).map_err(fault)?;
        } else {
            let label = format!("Password for '{account}' on '{SERVICE}'");
            collection
                .create_item(&label, attributes(account), bytes, true, CONTENT_TYPE)
                .map_err(fault)?;
        }
        // Of several items others would read any.
        items.try_for_each(|item| item.delete().map_err(fault))
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        let service = connect()?;
        let collection = collection(&service)?;
        let items = find(&collection, account)?;
        for item in &items {
            item.delete().map_err(fault)?;
        }
        Ok(!items.is_empty())
    }

    fn is_locked(&self) -> Result<bool, KeyringFault> {
        let service = connect()?;
        collection(&service)?.is_locked().map_err(fault)
    }

    fn unlock(&self) -> Result<(), KeyringFault> {
        let service = connect()?;
        let collection = collection(&service)?;
        collection.unlock().map_err(fault)?;
        // A dialog that could not be shown can end like one that was answered.
        if collection.is_locked().map_err(fault)? {
            return Err(KeyringFault::Locked);
        }
        Ok(())
    }
}

fn connect() -> Result<SecretService, KeyringFault> {
    // As the official tools do: the bus is a private socket.
    SecretService::connect(EncryptionType::Plain).map_err(|error| match fault(error) {
        KeyringFault::Refused { reason } => KeyringFault::Unavailable { reason },
        fault => fault,
    })
}

/// The collection of the official tools.
fn collection(service: &SecretService) -> Result<Collection<'_>, KeyringFault> {
    let all = service.get_all_collections().map_err(fault)?;
    match all.into_iter().find(|it| *it.path == *LOGIN) {
        Some(login) => Ok(login),
        None => service.get_default_collection().map_err(fault),
    }
}

fn find<'a>(collection: &'a Collection<'_>, account: &str) -> Result<Vec<Item<'a>>, KeyringFault> {
    collection.search_items(attributes(account)).map_err(fault)
}

fn attributes(account: &str) -> HashMap<&'static str, &str> {
    HashMap::from([("service", SERVICE), ("username", account)])
}

/// The secret that was written last, of items that another program should not have made.
fn newest(items: &[Item<'_>]) -> Result<Secret, KeyringFault> {
    let mut dated = Vec::with_capacity(items.len());
    for item in items {
        dated.push((item.get_modified().map_err(fault)?, item));
    }
    let last = dated.iter().map(|(modified, _)| *modified).max();
    let mut last = dated.iter().filter(|(modified, _)| Some(*modified) == last);
    let Some((_, item)) = last.next() else {
        return Err(KeyringFault::Ambiguous);
    };
    let newest = secret(item)?;
    for (_, item) in last {
        if secret(item)? != newest {
            return Err(KeyringFault::Ambiguous);
        }
    }
    Ok(newest)
}

fn secret(item: &Item<'_>) -> Result<Secret, KeyringFault> {
    let bytes = Zeroizing::new(item.get_secret().map_err(fault)?);
    match str::from_utf8(&bytes) {
        Ok(text) => Ok(Secret::from(text)),
        Err(_) => Err(KeyringFault::Damaged {
            reason: "is no UTF-8".to_owned(),
        }),
    }
}

fn fault(error: Error) -> KeyringFault {
    match error {
        Error::Locked | Error::Prompt => KeyringFault::Locked,
        Error::NoResult => KeyringFault::Unavailable {
            reason: "the secret service has no collection `login` and no default one".to_owned(),
        },
        Error::Dbus(error) => {
            let name = error.name().unwrap_or_default();
            let reason = error.message().unwrap_or(name).to_owned();
            match name {
                "org.freedesktop.Secret.Error.IsLocked" => KeyringFault::Locked,
                "org.freedesktop.DBus.Error.NoReply" | "org.freedesktop.DBus.Error.Timeout" => {
                    KeyringFault::TimedOut {
                        waited: CALL,
                        unlocking: false,
                    }
                }
                name if ABSENT.contains(&name) || name.starts_with(SPAWN) => {
                    KeyringFault::Unavailable { reason }
                }
                _ => KeyringFault::Refused { reason },
            }
        }
        error => KeyringFault::Refused {
            reason: error.to_string(),
        },
    }
}

const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// How long the library waits for one answer.
const CALL: Duration = Duration::from_secs(2);

/// The errors of a bus that is not there, or has no secret service.
const ABSENT: [&str; 7] = [
    "org.freedesktop.DBus.Error.Disconnected",
    "org.freedesktop.DBus.Error.FileNotFound",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoServer",
    "org.freedesktop.DBus.Error.NotSupported",
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.UnknownObject",
];
const SPAWN: &str = "org.freedesktop.DBus.Error.Spawn.";
