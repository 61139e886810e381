//! The home folder of a check.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::case::Finding;
use crate::doors;

/// A home folder that nobody else uses, removed at the end.
#[derive(Debug)]
pub(crate) struct Home(TempDir);

impl Home {
    pub(super) fn new() -> Finding<Self> {
        Ok(Self(TempDir::with_prefix("lakekey-conformance-")?))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file below the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, for instance [`PROFILES`], and the folders above it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Finding {
        Ok(doors::write(&self.file(name), text.as_ref())?)
    }

    /// The text of a file, or `None` if there is none.
    pub(crate) fn read(&self, name: &str) -> Finding<Option<String>> {
        let bytes = doors::read(&self.file(name))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The names below the folder of every file that holds `text`.
    pub(crate) fn files_with(&self, text: &str) -> Finding<Vec<String>> {
        let mut found = Vec::new();
        search(self.path(), text.as_bytes(), &mut found)?;
        Ok(found)
    }
}

/// The profile file.
pub(crate) const PROFILES: &str = ".databrickscfg";
/// The token cache.
pub(crate) const TOKEN_CACHE: &str = ".databricks/token-cache.json";

fn search(folder: &Path, text: &[u8], found: &mut Vec<String>) -> Finding {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            search(&path, text, found)?;
        } else if let Some(bytes) = doors::read(&path)?
            && bytes
                .windows(text.len().max(1))
                .any(|window| window == text)
        {
            found.push(path.display().to_string());
        }
    }
    Ok(())
}
