//! A lock for file systems that have none, such as some network homes: a file that only one can
//! create.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lock::pause;
use super::name;
use crate::disk;

/// The right that comes with having created a file, given back by removing it.
///
/// Unlike a lock of the system it outlives a holder that was killed. It is broken only when its
/// holder ran on this machine and provably runs no more; old age alone proves nothing. A file of
/// another machine's dead holder has to be removed by hand, and the error that says so names it.
#[derive(Debug)]
pub(crate) struct Exclusive {
    path: PathBuf,
    owner: Owner,
}

impl Exclusive {
    /// Waits until the file can be created; `None` when patience ended.
    pub(super) fn take(path: PathBuf, patience: Duration) -> io::Result<Option<Self>> {
        let owner = Owner::this_process();
        let start = disk::instant();
        for attempt in 0.. {
            match create(&path, &owner) {
                Ok(()) => return Ok(Some(Self { path, owner })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
            break_if_dead(&path)?;
            let Some(left) = patience.checked_sub(start.elapsed()) else {
                break;
            };
            if left.is_zero() {
                break;
            }
            thread::sleep(pause(attempt).min(left));
        }
        Ok(None)
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        if read(&self.path).as_ref() == Some(&self.owner) {
            let _ = disk::remove(&self.path);
        }
    }
}

/// The process that the file names as its holder, if it runs on this machine.
pub(super) fn holder(path: &Path) -> Option<u32> {
    let owner = read(path)?;
    (owner.machine == disk::machine()?).then_some(owner.process)
}

/// Who holds the lock. No two ever are the same, so a holder is never mistaken for a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    machine: String,
    process: u32,
    started: String,
    once: String,
}

impl Owner {
    fn this_process() -> Self {
        let process = std::process::id();
        Self {
            machine: disk::machine().unwrap_or_default(),
            process,
            started: disk::start_of(process).unwrap_or_default(),
            once: once(),
        }
    }

    /// Whether this owner is known to be gone.
    fn is_dead(&self) -> bool {
        disk::machine().is_some_and(|machine| machine == self.machine)
            && match disk::start_of(self.process) {
                Some(started) => started != self.started,
                None => !disk::runs(self.process),
            }
    }
}

fn create(path: &Path, owner: &Owner) -> io::Result<()> {
    let text = serde_json::to_vec(owner)?;
    let mut file = disk::create_new(path)?;
    let written = file.write_all(&text).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = disk::remove(path);
    }
    written
}

/// Removes the file of a holder that is gone.
///
/// Whoever creates the claim on exactly this holder may remove its file, so that nobody removes
/// the file of the next one, who may have come in between.
fn break_if_dead(path: &Path) -> io::Result<()> {
    let Some(dead) = read(path).filter(Owner::is_dead) else {
        return Ok(());
    };
    let claim = path.with_extension(format!("claim-{}", name::stem(&dead.once)));
    match disk::create_new(&claim) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    }
    if read(path).as_ref() == Some(&dead) {
        let _ = disk::remove(path);
    }
    disk::remove(&claim)
}

/// What the file says; `None` if it is gone or only half written.
fn read(path: &Path) -> Option<Owner> {
    let file: File = disk::open(path, false).ok()?;
    let mut text = Vec::new();
    file.take(4096).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn once() -> String {
    use std::hash::{BuildHasher, RandomState};

    let random = RandomState::new();
    format!("{:016x}{:016x}", random.hash_one(1), random.hash_one(2))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Exclusive, Owner, create, read};

    fn place() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("login.held");
        (folder, path)
    }

    #[test]
    fn one_at_a_time_and_nothing_stays_behind() {
        let (folder, path) = place();
        let held = Exclusive::take(path.clone(), Duration::ZERO)
            .unwrap()
            .unwrap();
        assert!(
            Exclusive::take(path.clone(), Duration::ZERO)
                .unwrap()
                .is_none()
        );
        assert_eq!(super::holder(&path), Some(std::process::id()));
        drop(held);
        drop(Exclusive::take(path, Duration::ZERO).unwrap().unwrap());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_a_holder_known_to_be_gone_is_passed_over() {
        let (folder, path) = place();
        let living = Owner::this_process();
        let elsewhere = Owner {
            machine: "another".into(),
            process: u32::MAX - 7,
            ..living.clone()
        };
        for owner in [&living, &elsewhere] {
            create(&path, owner).unwrap();
            assert!(
                Exclusive::take(path.clone(), Duration::from_millis(1))
                    .unwrap()
                    .is_none(),
                "{owner:?}"
            );
            assert_eq!(read(&path).as_ref(), Some(owner));
            crate::disk::remove(&path).unwrap();
        }
        let gone = Owner {
            process: i32::MAX.unsigned_abs(),
            ..living.clone()
        };
        let recycled = Owner {
            started: "another moment".into(),
            ..living
        };
        for owner in [gone, recycled] {
            create(&path, &owner).unwrap();
            let taken = Exclusive::take(path.clone(), Duration::from_secs(5)).unwrap();
            assert!(taken.is_some(), "{owner:?}");
            drop(taken);
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
