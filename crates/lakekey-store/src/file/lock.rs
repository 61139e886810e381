use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::exclusive::{self, Exclusive};
use super::trust;
use crate::{StoreError, disk};

/// A lock of the operating system on a file of its own. What counts is the lock, which ends with
/// its holder, not that the file is there; the file is never removed.
///
/// On a file system without locks, a second file beside it that only one can create does instead.
#[derive(Debug)]
pub(super) enum Lock {
    // Closing the file gives the lock back.
    Systems { _file: File },
    Exclusive { _held: Exclusive },
}

impl Lock {
    /// Waits for the lock on the file at `path`, which is created if it is missing.
    ///
    /// `what` is what an error says is locked. Each call opens the file anew, so that threads of
    /// one process exclude each other too.
    pub(super) fn take(path: &Path, what: &str, patience: Duration) -> Result<Self, StoreError> {
        let file = open(path)?;
        let failed = |source| StoreError::Io {
            path: path.to_owned(),
            action: "lock",
            source,
        };
        let start = disk::instant();
        let had = match file.try_lock() {
            Ok(()) => Some(Ok(file)),
            Err(TryLockError::WouldBlock) if patience.is_zero() => None,
            Err(TryLockError::WouldBlock) => wait(file, patience).map_err(failed)?,
            Err(TryLockError::Error(error)) => Some(Err(error)),
        };
        let locked = |holder| StoreError::Locked {
            what: what.to_owned(),
            holder,
            waited: start.elapsed(),
        };
        match had {
            Some(Ok(mut file)) => {
                // The lock is held all the same when, on a full disk, nobody can be told by whom.
                let _ = sign(&mut file);
                Ok(Self::Systems { _file: file })
            }
            Some(Err(error)) if is_missing(&error) => {
                let held = path.with_extension("held");
                match Exclusive::take(held.clone(), patience).map_err(failed)? {
                    Some(held) => Ok(Self::Exclusive { _held: held }),
                    None => Err(StoreError::Held {
                        what: what.to_owned(),
                        holder: exclusive::holder(&held),
                        path: held,
                        waited: start.elapsed(),
                    }),
                }
            }
            Some(Err(error)) => Err(failed(error)),
            None => Err(locked(holder(path))),
        }
    }
}

/// Whether the file system has no locks: `ENOLCK`, `EOPNOTSUPP` or `ENOSYS`.
fn is_missing(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::Unsupported
}

fn open(path: &Path) -> Result<File, StoreError> {
    if path
        .symlink_metadata()
        .is_ok_and(|found| found.is_symlink())
    {
        return Err(trust::refused(path, "it is a link"));
    }
    let failed = |source| StoreError::Io {
        path: path.to_owned(),
        action: "open",
        source,
    };
    let file = disk::open_lock(path).map_err(failed)?;
    trust::lock_file(path, &file.metadata().map_err(failed)?)?;
    Ok(file)
}

/// Leaves the number of this process in the file, for those who wait in vain.
fn sign(file: &mut File) -> io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

/// Waits for the lock on a thread of its own, since no system bounds that wait; `None` when
/// patience ended.
///
/// The system wakes those who wait in their order and at once. A thread that nobody waits for any
/// more gives the lock back as soon as it has it.
fn wait(file: File, patience: Duration) -> io::Result<Option<io::Result<File>>> {
    let (had, waiting) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("lakekey-lock".to_owned())
        .stack_size(64 << 10)
        .spawn(move || {
            let outcome = loop {
                match file.lock() {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    outcome => break outcome,
                }
            };
            let _ = had.send(outcome.map(|()| file));
        })?;
    Ok(waiting.recv_timeout(patience).ok())
}

/// Who holds the lock. On Windows the lock keeps others from reading that, too.
fn holder(path: &Path) -> Option<u32> {
    let mut text = String::new();
    let file = disk::open(path, false).ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
