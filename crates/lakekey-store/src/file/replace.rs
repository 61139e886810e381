//! Putting a new file in the place of an old one, whole or not at all.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use lakekey_core::sabotage;
use tempfile::{NamedTempFile, PersistError};

use super::trust;
use crate::{StoreError, disk};

/// Replaces a file so that a crash or a power loss at any moment leaves the old or the new one.
pub(super) fn durably(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let folder = trust::folder_of(path);
    sweep(folder);
    let write = || {
        if sabotage::is_off("atomic_write") {
            return fill(&mut disk::overwrite(path)?, content);
        }
        let staged = stage(path, content)?;
        if !sabotage::is_off("fsync") {
            staged.as_file().sync_all()?;
        }
        sabotage::reach("store.synced");
        publish(staged, path)?;
        sabotage::reach("store.renamed");
        disk::sync_folder(folder)?;
        sabotage::reach("store.folder_synced");
        Ok(())
    };
    write().map_err(|source| failed(path, source))
}

/// Replaces a file so that a crash of the process leaves the old or the new one; after a power
/// loss it may be empty.
pub(super) fn lightly(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    sweep(trust::folder_of(path));
    let write = || publish(stage(path, content)?, path);
    write().map_err(|source| failed(path, source))
}

/// Keeps a private copy of a damaged file beside it, under a name that says so.
pub(super) fn set_aside(path: &Path) -> Result<(), StoreError> {
    let Some(mut damaged) = trust::open(path)? else {
        return Ok(());
    };
    let mut staged = stage(path, b"").map_err(|source| failed(path, source))?;
    io::copy(&mut damaged, staged.as_file_mut()).map_err(|source| failed(path, source))?;
    staged
        .as_file()
        .sync_all()
        .map_err(|source| failed(path, source))?;
    for attempt in 0.. {
        let aside = aside(path, attempt);
        match staged.persist_noclobber(&aside) {
            Ok(_) => break,
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => staged = error.file,
            Err(error) => return Err(failed(&aside, error.error)),
        }
    }
    Ok(())
}

/// A new file with an unpredictable name and mode 0600, removed again unless it is persisted.
fn stage(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut staged = tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .rand_bytes(16)
        .tempfile_in(trust::folder_of(path))?;
    fill(staged.as_file_mut(), content)?;
    Ok(staged)
}

fn fill(file: &mut File, content: &[u8]) -> io::Result<()> {
    sabotage::reach("store.created");
    let (head, tail) = content.split_at(content.len() / 2);
    file.write_all(head)?;
    sabotage::reach("store.half_written");
    file.write_all(tail)?;
    sabotage::reach("store.written");
    Ok(())
}

/// Moves a staged file into its place. On Windows a reader is in the way for as long as it has
/// the old file open.
fn publish(mut staged: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut attempts = if cfg!(windows) { 100 } else { 1 };
    loop {
        attempts -= 1;
        match staged.persist(path) {
            Ok(_) => return Ok(()),
            Err(PersistError { error, file })
                if attempts > 0 && error.kind() == io::ErrorKind::PermissionDenied =>
            {
                staged = file;
                thread::sleep(Duration::from_millis(5));
            }
            Err(PersistError { error, .. }) => return Err(error),
        }
    }
}

/// Removes what writers that were killed left behind. Failing to is no reason not to write.
fn sweep(folder: &Path) {
    let Ok(entries) = folder.read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let staged = name
            .to_str()
            .is_some_and(|it| it.starts_with(PREFIX) && it.ends_with(SUFFIX));
        if staged
            && entry
                .metadata()
                .is_ok_and(|it| it.is_file() && is_older(&it, ABANDONED))
        {
            let _ = disk::remove(&entry.path());
        }
    }
}

/// Whether a file was last written longer ago than this.
pub(super) fn is_older(found: &Metadata, age: Duration) -> bool {
    let modified = found.modified().ok();
    let since = modified.and_then(|it| disk::now().duration_since(it).ok());
    since.is_some_and(|since| since > age)
}

fn aside(path: &Path, attempt: u32) -> PathBuf {
    let seconds = disk::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut name = OsString::from(path);
    name.push(format!(".corrupt-{seconds}"));
    if attempt > 0 {
        name.push(format!("-{attempt}"));
    }
    name.into()
}

fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        action: "write",
        source,
    }
}

const PREFIX: &str = ".token-cache-";
const SUFFIX: &str = ".tmp";

/// How old a temporary file is before its writer counts as dead.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
