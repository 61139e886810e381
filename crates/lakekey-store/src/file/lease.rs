use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::Lock;
use super::{name, replace, trust};
use crate::{Key, Lease, Record, StoreError};

/// The folder with the leases and records of all keys. It is of no particular backend: a store
/// that keeps its tokens elsewhere takes its leases here too.
#[derive(Clone, Debug)]
pub(crate) struct Leases {
    folder: PathBuf,
}

impl Leases {
    /// The leases kept beside a token cache.
    pub(crate) fn beside(path: &Path) -> Self {
        Self {
            folder: trust::folder_of(path).join("lakekey"),
        }
    }

    /// Takes the lease of one key.
    pub(crate) fn take(&self, key: &Key, patience: Duration) -> Result<FileLease, StoreError> {
        let stem = name::stem(key.as_str());
        let folder = self.folder()?;
        let lock = folder.join(format!("{stem}.lease"));
        let lock = Lock::take(&lock, &format!("the login `{key}`"), patience)?;
        Ok(FileLease {
            _lock: lock,
            record: folder.join(format!("{stem}.json")),
        })
    }

    /// The folder, created if it is missing.
    pub(crate) fn folder(&self) -> Result<&Path, StoreError> {
        trust::make_folder(&self.folder)?;
        Ok(&self.folder)
    }
}

#[derive(Debug)]
pub(crate) struct FileLease {
    _lock: Lock,
    record: PathBuf,
}

impl Lease for FileLease {
    fn record(&self) -> Result<Record, StoreError> {
        match trust::read(&self.record) {
            Ok(Some(bytes)) => Ok(Record::from_json(&bytes)),
            Ok(None) | Err(StoreError::Corrupt { .. }) => Ok(Record::default()),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        replace::lightly(&self.record, record.to_json().as_bytes())
    }
}
