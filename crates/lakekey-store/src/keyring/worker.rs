//! Calls of a keyring on a thread that nobody has to wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use lakekey_core::Secret;

use super::{KeyringBackend, Trouble};
use crate::KeyringFault;

/// Unlocks the keyring and does the work with it, or gives up after `timeout`. The thread then
/// stays behind; what it had not begun to write it never writes.
pub(super) fn run<T: Send + 'static>(
    backend: &Arc<dyn KeyringBackend>,
    timeout: Duration,
    work: impl FnOnce(&Ring) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let ring = Ring {
        backend: Arc::clone(backend),
        watch: Arc::default(),
    };
    let watch = Arc::clone(&ring.watch);
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("keyring".to_owned());
    thread
        .spawn(move || {
            let outcome = ring.unlock().and_then(|()| work(&ring));
            // Nobody listens any more once the time is up.
            let _ = sender.send(outcome);
        })
        .map_err(|error| KeyringFault::Refused {
            reason: format!("no thread can be started: {error}"),
        })?;
    match receiver.recv_timeout(timeout) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(watch.give_up(timeout).into()),
        Err(RecvTimeoutError::Disconnected) => Err(KeyringFault::Refused {
            reason: "its client broke down".to_owned(),
        }
        .into()),
    }
}

/// A keyring as the thread sees it, which learns when nobody waits for it any more.
#[derive(Debug)]
pub(super) struct Ring {
    backend: Arc<dyn KeyringBackend>,
    watch: Arc<Watch>,
}

impl Ring {
    pub(super) fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        self.patient(|| self.backend.get(account))
    }

    pub(super) fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        self.patient(|| self.backend.set(account, value))
    }

    pub(super) fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        self.patient(|| self.backend.delete(account))
    }

    pub(super) fn largest(&self, account: &str) -> Option<usize> {
        self.backend.largest(account)
    }

    fn unlock(&self) -> Result<(), Trouble> {
        if self.patient(|| self.backend.is_locked())? {
            self.watch.unlocking.store(true, Ordering::Relaxed);
            self.backend.unlock()?;
            self.watch.unlocking.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Calls, and once more if there was no answer: the patience of a keyring's client can be
    /// shorter than ours, and a keyring that waits for a slow disk answers nobody meanwhile.
    fn patient<T>(&self, call: impl Fn() -> Result<T, KeyringFault>) -> Result<T, KeyringFault> {
        self.watch.check()?;
        match call() {
            Err(KeyringFault::TimedOut { .. }) => {
                self.watch.check()?;
                call()
            }
            answer => answer,
        }
    }
}

/// What the thread and the one who waits for it tell each other.
#[derive(Debug, Default)]
struct Watch {
    unlocking: AtomicBool,
    over: AtomicBool,
}

impl Watch {
    fn give_up(&self, waited: Duration) -> KeyringFault {
        self.over.store(true, Ordering::Relaxed);
        KeyringFault::TimedOut {
            waited,
            unlocking: self.unlocking.load(Ordering::Relaxed),
        }
    }

    /// Fails once nobody waits any more; the error is seen by nobody.
    fn check(&self) -> Result<(), KeyringFault> {
        if self.over.load(Ordering::Relaxed) {
            return Err(self.give_up(Duration::ZERO));
        }
        Ok(())
    }
}
