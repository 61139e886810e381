use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_store::{Key, Lease, Record, StoreError};

use crate::names::Part;
use crate::store::Shared;
use crate::{machine, script, text};

/// A lease that is held: a name in Redis that expires, and a thread that keeps it from expiring.
///
/// The thread ends, and the name is gone, when this is dropped. A holder that is killed, stopped
/// or cut off from Redis stops renewing, and the name expires.
pub(crate) struct RedisLease {
    held: Arc<Held>,
    /// Both are taken when the lease is dropped.
    thread: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl RedisLease {
    /// Tries once; the error of a lease that is held says by whom.
    pub(crate) fn take(shared: &Arc<Shared>, key: &Key) -> Result<Self, Refused> {
        let held = Arc::new(Held {
            shared: Arc::clone(shared),
            key: key.clone(),
            name: shared.namespace.name(key, Part::Lease),
            holder: format!("{} {}", machine::unique()?, shared.worker),
        });
        if let Some(holder) = held.hold()? {
            return Err(Refused::Held(holder));
        }
        let (end, ended) = mpsc::channel();
        let renewed = Arc::clone(&held);
        let thread = thread::Builder::new()
            .name("lakekey-lease".to_owned())
            .spawn(move || renewed.keep(&ended))
            .map_err(|error| held.give_up(error))?;
        Ok(Self {
            held,
            thread: Some((end, thread)),
        })
    }
}

impl Lease for RedisLease {
    fn record(&self) -> Result<Record, StoreError> {
        let Held { shared, key, .. } = &*self.held;
        let name = shared.namespace.name(key, Part::Record);
        let sealed: Option<Vec<u8>> = shared.ask(&redis::Cmd::get(&name))?;
        let opened = sealed.and_then(|sealed| shared.seal.open(&name, &sealed).ok());
        Ok(opened
            .map(|json| Record::from_json(&json))
            .unwrap_or_default())
    }

    fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        let Held {
            shared,
            key,
            name,
            holder,
        } = &*self.held;
        let record_name = shared.namespace.name(key, Part::Record);
        let sealed = shared.seal(&record_name, record.to_json().into_bytes())?;
        match shared.ask::<Option<String>>(&script::write(name, &record_name, holder, &sealed))? {
            None => Ok(()),
            Some(other) => Err(self.held.lost(&other)),
        }
    }
}

impl Drop for RedisLease {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.thread.take() {
            drop(end);
            // Waits for the name to be gone; a thread that panicked leaves it to expire.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for RedisLease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedisLease({})", self.held.name)
    }
}

/// Why a lease was not taken.
pub(crate) enum Refused {
    /// Somebody has it, and this is their text.
    Held(String),
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Who holds a lease, in words that may be shown: what stands in Redis can be anybody's.
pub(crate) fn shown(holder: &str) -> String {
    let worker = holder.split_once(' ').map_or(holder, |(_, worker)| worker);
    text::shown(worker, LONGEST)
}

struct Held {
    shared: Arc<Shared>,
    key: Key,
    name: String,
    /// A text that nobody else has, a space, and who that is.
    holder: String,
}

impl Held {
    /// Takes or keeps the lease for as long as leases last; who has it if it is somebody else's.
    fn hold(&self) -> Result<Option<String>, Error> {
        let milliseconds = u64::try_from(self.shared.expiry.as_millis()).unwrap_or(u64::MAX);
        self.shared
            .server
            .ask(&script::hold(&self.name, &self.holder, milliseconds))
    }

    /// Renews the lease until it ends or is found lost, then gives it back.
    ///
    /// Redis may have lost it in a restart; then it is taken again.
    fn keep(&self, ended: &mpsc::Receiver<()>) {
        while ended.recv_timeout(self.shared.expiry / 3) == Err(RecvTimeoutError::Timeout) {
            // What fails now may work in time for the next turn.
            if matches!(self.hold(), Ok(Some(_))) {
                return;
            }
        }
        self.release();
    }

    /// A lease that cannot be given back expires.
    fn release(&self) {
        let release = script::release(&self.name, &self.holder);
        let _ = self.shared.server.ask::<()>(&release);
    }

    fn give_up(&self, error: io::Error) -> Error {
        self.release();
        Error::new(Code::StoreIo, "no thread could be started to keep a lease").caused_by(error)
    }

    fn lost(&self, other: &str) -> StoreError {
        let message = format!(
            "the lease of the login `{}` ran out, and {} has it now",
            self.key,
            shown(other)
        );
        StoreError::Backend(Error::new(Code::StoreLocked, message).with_hint("try again"))
    }
}

/// Of the text of a holder, in characters.
const LONGEST: usize = 80;

/// 10, 20, 40, then 80 ms, less up to a half at random, so that those who wait do not march in step.
pub(crate) fn pause(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};

    let longest = 10_000 << attempt.min(3);
    let random = RandomState::new().hash_one(attempt);
    Duration::from_micros(longest - random % (longest / 2))
}
