use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::trust;
use crate::{StoreError, disk};

/// A lock of the operating system on a file of its own. What counts is the lock, which ends with
/// its holder, not that the file is there; the file is never removed.
#[derive(Debug)]
pub(crate) struct Lock {
    // Closing the file gives the lock back.
    _file: File,
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
        let start = disk::instant();
        for attempt in 0.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
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
        Ok(Self { _file: file })
    }
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

/// 5, 10, then 20 ms, less up to a half at random, so that those who wait do not march in step.
fn pause(attempt: u32) -> Duration {
    let longest = 5_000 << attempt.min(2);
    let random = RandomState::new().hash_one(attempt);
    Duration::from_micros(longest - random % (longest / 2))
}
