use std::path::{Path, PathBuf};
use std::time::Duration;

use super::replace::is_older;
use super::{name, replace, trust};
use crate::{HostCache, StoreError, disk};

/// A [`HostCache`] in files, one a host: `~/.databricks/lakekey/hosts/<hash of the host>.json`.
///
/// It is beside the leases and not in the platform's cache folder, so that everything lakekey
/// writes is in one place, under the one set of rules of [`FileStore`](crate::FileStore): files
/// with mode 0600 in folders with mode 0700, replaced whole or not at all, and nothing believed
/// that another user could have put there. Reading creates nothing; the folder may be removed at
/// any time. Saving an entry removes those that were last written more than 30 days ago.
///
/// ```no_run
/// use std::path::Path;
/// use lakekey_store::{FileHostCache, HostCache};
///
/// let cache = FileHostCache::in_home(Path::new("/home/ada"));
/// let entry = cache.load("https://w.example")?;
/// # Ok::<(), lakekey_store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileHostCache {
    folder: PathBuf,
}

impl FileHostCache {
    /// A cache in this folder. Nothing is read or created yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The cache of the user with this home folder. Nothing is read or created yet.
    pub fn in_home(home: &Path) -> Self {
        Self::new(home.join(".databricks").join("lakekey").join("hosts"))
    }

    /// The file of a host.
    pub fn path(&self, host: &str) -> PathBuf {
        self.folder.join(format!("{}.json", name::stem(host)))
    }
}

impl HostCache for FileHostCache {
    fn load(&self, host: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = trust::read(&self.path(host))?;
        Ok(bytes.map(|bytes| bytes.to_vec()))
    }

    fn save(&self, host: &str, entry: &[u8]) -> Result<(), StoreError> {
        trust::make_folder(&self.folder)?;
        replace::lightly(&self.path(host), entry)?;
        sweep(&self.folder);
        Ok(())
    }
}

/// Removes entries that nobody wrote for long, so that hosts of the past do not pile up. Looks at a
/// bounded number of files; what cannot be looked at or removed stays.
fn sweep(folder: &Path) {
    let Ok(files) = folder.read_dir() else {
        return;
    };
    for file in files.take(MOST_LOOKED_AT).flatten() {
        let is_entry = Path::new(&file.file_name())
            .extension()
            .is_some_and(|extension| extension == "json");
        let found = file.metadata();
        if is_entry && found.is_ok_and(|it| it.is_file() && is_older(&it, FORGOTTEN)) {
            let _ = disk::remove(&file.path());
        }
    }
}

/// How long after its last writing an entry is removed.
const FORGOTTEN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many files one sweep looks at, so that saving stays quick in whatever folder.
const MOST_LOOKED_AT: usize = 1000;
