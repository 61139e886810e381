//! A home folder nobody lives in, and commands that know no other.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::shell;
use crate::terminal::Failure;

/// An empty home folder, removed when the value is dropped.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Result<Self, Failure> {
        let made = tempfile::Builder::new().prefix("lakekey-home-").tempdir();
        let folder = made.map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
        Ok(Self { folder })
    }

    /// A program in this home, with nothing of the caller's environment that could sign it in.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = shell::command(&program.to_string_lossy());
        command.env_clear().envs(kept());
        command
            .env("HOME", self.path())
            .env("USERPROFILE", self.path());
        command.current_dir(self.path());
        command
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whether nothing in this home holds a token or names a profile.
    pub(crate) fn is_untouched(&self) -> bool {
        let files = [".databrickscfg", ".databricks/token-cache.json"];
        files.iter().all(|file| !self.file(file).exists())
    }

    /// A file of this home, by its path in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

/// The variables that programs need to start at all.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to the environment"
)]
fn kept() -> impl Iterator<Item = (&'static str, OsString)> {
    KEPT.iter()
        .filter_map(|&name| Some((name, std::env::var_os(name)?)))
}

const KEPT: [&str; 5] = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"];
