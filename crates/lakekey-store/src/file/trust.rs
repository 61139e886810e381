//! Which files and folders are believed, and how they are read: see the rules at `FileStore`.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::{StoreError, disk};

/// The whole content of a trusted file; `None` if it, or its folder, is not there.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let Some(file) = open(path)? else {
        return Ok(None);
    };
    let failed = |source| StoreError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    };
    let size = file.metadata().map_err(failed)?.len();
    let too_large = || StoreError::Corrupt {
        path: path.to_owned(),
        reason: format!("it is larger than {} MiB", LARGEST >> 20),
    };
    if size > LARGEST {
        return Err(too_large());
    }
    // One byte more than expected lets the end be seen without growing, which would leave copies.
    let capacity = usize::try_from(size).map_err(|_| too_large())? + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    Ok(Some(bytes))
}

/// Opens a trusted file for reading; `None` if it, or its folder, is not there.
pub(super) fn open(path: &Path) -> Result<Option<File>, StoreError> {
    let failed = |source| StoreError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    };
    let Some(folder) = folder(folder_of(path))? else {
        return Ok(None);
    };
    let Some(found) = present(path.symlink_metadata()).map_err(failed)? else {
        return Ok(None);
    };
    let linked = found.is_symlink();
    if linked {
        owner(path, &found)?;
    } else {
        plain(path, &found)?;
    }
    let Some(file) = present(disk::open(path, linked)).map_err(failed)? else {
        return Ok(None);
    };
    let opened = file.metadata().map_err(failed)?;
    plain(path, &opened)?;
    owner(path, &opened)?;
    private(path, &opened, (!linked).then_some(&folder))?;
    Ok(Some(file))
}

/// Creates a folder if it is missing; fails if it cannot be trusted.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    if folder(path)?.is_some() {
        return Ok(());
    }
    let failed = |source| StoreError::Io {
        path: path.to_owned(),
        action: "create",
        source,
    };
    disk::create_folder(path).map_err(failed)?;
    folder(path)?
        .map(drop)
        .ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
}

/// Fails unless an opened lock file is a plain file of the user under one name only.
pub(super) fn lock_file(path: &Path, found: &Metadata) -> Result<(), StoreError> {
    plain(path, found)?;
    owner(path, found)?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(found) > 1 {
        return Err(refused(path, "it has a second name elsewhere"));
    }
    Ok(())
}

/// The folder a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The error of a rule that is violated.
pub(super) fn refused(path: &Path, reason: &'static str) -> StoreError {
    StoreError::Insecure {
        path: path.to_owned(),
        reason,
    }
}

/// A trusted folder; `None` if it is not there.
fn folder(path: &Path) -> Result<Option<Metadata>, StoreError> {
    let failed = |source| StoreError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    };
    let Some(found) = present(path.symlink_metadata()).map_err(failed)? else {
        return Ok(None);
    };
    owner(path, &found)?;
    let found = if found.is_symlink() {
        path.metadata().map_err(failed)?
    } else {
        found
    };
    if !found.is_dir() {
        return Err(refused(path, "it is not a folder"));
    }
    owner(path, &found)?;
    unshared(path, &found, GROUP | OTHERS)?;
    if let Some(parent) = path.parent().filter(|parent| *parent != Path::new(""))
        && let Ok(found) = parent.metadata()
    {
        unshared(parent, &found, OTHERS)?;
    }
    Ok(Some(found))
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn plain(path: &Path, found: &Metadata) -> Result<(), StoreError> {
    if found.is_file() {
        Ok(())
    } else {
        Err(refused(path, "it is not a plain file"))
    }
}

/// The owner must be this user, or root, who could do anything anyway.
#[cfg(unix)]
fn owner(path: &Path, found: &Metadata) -> Result<(), StoreError> {
    let owner = std::os::unix::fs::MetadataExt::uid(found);
    if owner == 0 || owner == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(refused(path, "it belongs to another user"))
}

/// Nobody of `classes` may put another file in this folder's place or in it.
#[cfg(unix)]
fn unshared(path: &Path, found: &Metadata, classes: u32) -> Result<(), StoreError> {
    let mode = std::os::unix::fs::MetadataExt::mode(found);
    if mode & classes & WRITE != 0 && mode & STICKY == 0 {
        return Err(refused(path, "other users can write to the folder"));
    }
    Ok(())
}

/// Nobody else may write to the file, or at least not get to it through its folder.
#[cfg(unix)]
fn private(path: &Path, found: &Metadata, folder: Option<&Metadata>) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;

    let writers = found.mode() & WRITE & (GROUP | OTHERS);
    let passers = folder.map_or(SEARCH, |folder| folder.mode() & SEARCH);
    // The write bit of a class is one above its search bit.
    if writers & (passers << 1) != 0 {
        return Err(refused(path, "other users can write to it"));
    }
    Ok(())
}

// On other systems the profile folder is private by inheritance.
#[cfg(not(unix))]
fn owner(_: &Path, _: &Metadata) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(not(unix))]
fn unshared(_: &Path, _: &Metadata, _: u32) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path, _: &Metadata, _: Option<&Metadata>) -> Result<(), StoreError> {
    Ok(())
}

/// The largest file that is read, in bytes: some ten thousand logins.
const LARGEST: u64 = 16 << 20;

const GROUP: u32 = 0o070;
const OTHERS: u32 = 0o007;
#[cfg(unix)]
const WRITE: u32 = 0o222;
#[cfg(unix)]
const SEARCH: u32 = 0o111;
#[cfg(unix)]
const STICKY: u32 = 0o1000;
