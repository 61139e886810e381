use std::path::{Path, PathBuf};
use std::time::Duration;

use lakekey_core::Token;
use zeroize::Zeroizing;

use crate::{Key, Lease, StoreError, TokenStore};

pub(crate) mod document;
pub(crate) mod entry;
mod exclusive;
mod expiry;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod hosts;
pub(crate) mod lease;
pub(crate) mod lock;
mod name;
mod replace;
mod text;
mod trust;

use document::{Defect, Document};
use lease::Leases;
use lock::Lock;

pub use hosts::FileHostCache;

/// The token cache of the official tools: `~/.databricks/token-cache.json`, version 1.
///
/// - **Reading** takes no lock, creates nothing and changes nothing.
/// - **Writing** happens under one short lock of the whole file, to a new file with mode 0600 that
///   is made durable and then takes the place of the old one. What lakekey does not know, of the
///   whole file and of each entry, is kept to the byte.
/// - **Folders** that are missing are created with mode 0700, at the first write; the mode of an
///   existing one is never changed.
/// - **Expiry**: a text that is not a moment with an offset from UTC, a zero time, and a missing
///   expiry beside a refresh token count as long expired, so that the token is refreshed. A
///   token that has neither expiry nor refresh token is one made by hand and has no expiry.
/// - **Trust**: on Unix, a file, folder or link of another user (root excepted), a folder others
///   can write to (unless sticky), a file others can reach and write to, and anything but a
///   plain file are refused. A file others can read is read, and private after the next write. A
///   link of the user's own is read through; the next write puts a plain file in its place and
///   leaves its target alone, as the official tools do.
/// - **Damage**: an entry that cannot be understood hides no other one. A file that is no JSON is
///   an error; [`save`](TokenStore::save) keeps a copy as `token-cache.json.corrupt-<seconds>` and
///   starts anew. A file of another version is never touched.
///
/// Locks and records are in the folder `lakekey` beside the file, where [`FileHostCache`] is too.
/// On a file system without locks, as some network homes are, files that only one can create take
/// their place: slower, and after a holder that was killed on another machine they have to be
/// removed by hand, see [`StoreError::Held`].
///
/// ```no_run
/// use std::path::Path;
/// use lakekey_store::{FileStore, Key, TokenStore};
///
/// let store = FileStore::in_home(Path::new("/home/ada"));
/// let token = store.load(&Key::profile("dev"))?;
/// # Ok::<(), lakekey_store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    leases: Leases,
}

impl FileStore {
    /// A store in this file. Nothing is read or created yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let leases = Leases::beside(&path);
        Self { path, leases }
    }

    /// The store the official tools use for the user with this home folder:
    /// `.databricks/token-cache.json` in it. Nothing is read or created yet.
    pub fn in_home(home: &Path) -> Self {
        Self::new(home.join(".databricks").join("token-cache.json"))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The keys of all entries, sorted; also of those that cannot be understood.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no token cache.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        let Some(bytes) = trust::read(&self.path)? else {
            return Ok(Vec::new());
        };
        self.keys_in(&bytes)
    }
}

impl TokenStore for FileStore {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        match trust::read(&self.path)? {
            Some(bytes) => self.token_in(&bytes, key),
            None => Ok(None),
        }
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        self.write(key, token)
    }

    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        let _lock = self.lock()?;
        let unchanged = self.load(key)?.as_ref() == Some(held);
        if unchanged {
            self.write(key, token)?;
        }
        Ok(unchanged)
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        if !self.holds(key)? {
            return Ok(());
        }
        let _lock = self.lock()?;
        let Some(bytes) = trust::read(&self.path)? else {
            return Ok(());
        };
        replace::durably(&self.path, self.text_without(&bytes, key)?.as_bytes())
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        Ok(Box::new(self.leases.take(key, patience)?))
    }
}

impl FileStore {
    fn holds(&self, key: &Key) -> Result<bool, StoreError> {
        let Some(bytes) = trust::read(&self.path)? else {
            return Ok(false);
        };
        Ok(self.document(&bytes)?.entry(key).is_some())
    }

    /// Keeps a token. The caller holds the lock.
    fn write(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        let bytes = self.read_or_set_aside()?;
        let text = self.text_with(bytes.as_ref().map(|bytes| bytes.as_slice()), key, token)?;
        replace::durably(&self.path, text.as_bytes())
    }

    fn keys_in(&self, file: &[u8]) -> Result<Vec<Key>, StoreError> {
        Ok(self.document(file)?.keys().map(Key::new).collect())
    }

    fn token_in(&self, file: &[u8], key: &Key) -> Result<Option<Token>, StoreError> {
        let document = self.document(file)?;
        let Some(entry) = document.entry(key) else {
            return Ok(None);
        };
        entry::decode(entry)
            .map(Some)
            .map_err(|reason| StoreError::Corrupt {
                path: self.path.clone(),
                reason: format!("the entry `{key}` {reason}"),
            })
    }

    fn text_with(
        &self,
        file: Option<&[u8]>,
        key: &Key,
        token: &Token,
    ) -> Result<Zeroizing<String>, StoreError> {
        let document = file.map_or_else(|| Ok(Document::default()), |file| self.document(file))?;
        let entry = entry::encode(token, document.entry(key));
        Ok(document.with(key, &entry))
    }

    fn text_without(&self, file: &[u8], key: &Key) -> Result<Zeroizing<String>, StoreError> {
        Ok(self.document(file)?.without(key))
    }

    fn document<'a>(&self, file: &'a [u8]) -> Result<Document<'a>, StoreError> {
        Document::parse(file).map_err(|defect| self.defective(defect))
    }

    fn lock(&self) -> Result<Lock, StoreError> {
        trust::make_folder(trust::folder_of(&self.path))?;
        let lock = self.leases.folder()?.join("store.lock");
        Lock::take(
            &lock,
            &format!("the token cache {}", self.path.display()),
            PATIENCE,
        )
    }

    /// What is in the file; `None` if there is none or it was damaged and has been set aside.
    fn read_or_set_aside(&self) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        match trust::read(&self.path) {
            Ok(Some(bytes)) if !matches!(Document::parse(&bytes), Err(Defect::Corrupt(_))) => {
                return Ok(Some(bytes));
            }
            Ok(None) => return Ok(None),
            Ok(Some(_)) | Err(StoreError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
        replace::set_aside(&self.path)?;
        Ok(None)
    }

    fn defective(&self, defect: Defect) -> StoreError {
        let path = self.path.clone();
        match defect {
            Defect::Corrupt(reason) => StoreError::Corrupt { path, reason },
            Defect::Version(found) => StoreError::Version { path, found },
        }
    }
}

/// How long a write waits for the writes of others, each of which takes milliseconds. Nobody queues, so that among
/// many who write without a pause one can wait for very long.
const PATIENCE: Duration = Duration::from_secs(30);
