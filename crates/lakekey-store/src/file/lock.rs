use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use lakekey_core::sabotage;

use super::exclusive::{self, Exclusive};
use super::trust;
use crate::{StoreError, disk};

/// A lock of the operating system on a file of its own. What counts is the lock, which ends with
/// its holder, not that the file is there; the file is never removed.
///
/// On a file system without locks, a second file beside it that only one can create does instead.
#[derive(Debug)]
pub(crate) enum Lock {
    // Closing the file gives the lock back.
    Systems { _file: File },
    Exclusive { _held: Exclusive },
}

impl Lock {
    /// Waits for the lock on the file at `path`, which is created if it is missing.
    ///
    /// `what` is what an error says is locked. Each call opens the file anew, so that threads of
    /// one process exclude each other too.
    pub(crate) fn take(path: &Path, what: &str, patience: Duration) -> Result<Self, StoreError> {
        let mut file = open(path)?;
        let failed = |source| StoreError::Io {
            path: path.to_owned(),
            action: "lock",
            source,
        };
        if sabotage::is_off("lock") {
            return Ok(Self::Systems { _file: file });
        }
        let start = disk::instant();
        for attempt in 0.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) if is_missing(&error) => {
                    return Self::instead(path, what, patience);
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            let waited = start.elapsed();
            let Some(left) = patience.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return Err(StoreError::Locked {
                    what: what.to_owned(),
                    holder: holder(file),
                    waited,
                });
            };
            thread::sleep(pause(attempt).min(left));
        }
        // The lock is held all the same when, on a full disk, nobody can be told by whom.
        let _ = sign(&mut file);
        Ok(Self::Systems { _file: file })
    }

    /// What takes the place of a lock where the file system has none.
    fn instead(path: &Path, what: &str, patience: Duration) -> Result<Self, StoreError> {
        let path = path.with_extension("held");
        let start = disk::instant();
        match Exclusive::take(path.clone(), patience) {
            Ok(Some(held)) => Ok(Self::Exclusive { _held: held }),
            Ok(None) => Err(StoreError::Held {
                what: what.to_owned(),
                holder: exclusive::holder(&path),
                path,
                waited: start.elapsed(),
            }),
            Err(source) => Err(StoreError::Io {
                path,
                action: "lock",
                source,
            }),
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

/// Who holds the lock. On Windows the lock keeps others from reading that, too.
fn holder(file: File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// 1, 2, 4 ms and so on to 5 ms, to 20 ms after half a second or so, less up to a half at random,
/// so that those who wait do not march in step.
///
/// A system's own wait for a lock would be woken sooner, but no system bounds it, and a thread that
/// is left waiting takes the lock for a moment when nobody wants it any more.
pub(super) fn pause(attempt: u32) -> Duration {
    let longest = match attempt {
        0..=2 => 1_000 << attempt,
        3..=100 => 5_000,
        _ => 20_000,
    };
    let random = RandomState::new().hash_one(attempt);
    Duration::from_micros(longest - random % (longest / 2))
}
