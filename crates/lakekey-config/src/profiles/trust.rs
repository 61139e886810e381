use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use lakekey_core::{Code, Error, shell_word};

/// Refuses a file that every user of the machine may write: its host could be anybody's.
pub(super) fn not_for_everybody(path: &Path, found: &Metadata) -> Result<(), Error> {
    if !(found.is_file() && everybody_writes(found)) {
        return Ok(());
    }
    let path = path.display().to_string();
    let message = format!("the profile file {path} can be written by every user of this machine");
    Err(Error::new(Code::StoreInsecure, message)
        .with_hint(format!("chmod o-w {}", shell_word(&path))))
}

/// Gives a new file the owner of the one it stands for. Only root can where they differ.
#[cfg(unix)]
pub(super) fn keep_owner(file: &File, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let (uid, gid) = (found.uid(), found.gid());
    if file.metadata()?.uid() == uid {
        return Ok(());
    }
    fchown(file, Some(uid), Some(gid))
}

#[cfg(not(unix))]
pub(super) fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn everybody_writes(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o002 != 0
}

#[cfg(not(unix))]
fn everybody_writes(_: &Metadata) -> bool {
    false
}
