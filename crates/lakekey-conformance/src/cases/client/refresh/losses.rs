//! An answer that is lost on the way, after the server has rotated.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::{Method, Request, Response};
use lakekey::{Clock, Code, Error, HttpClient};
use lakekey_core::BoxFuture;
use lakekey_mock::Fault;
use lakekey_store::{FileStore, Key, StoreError, TokenStore};

use super::super::machine::{Machine, fine, posts, untouched};
use super::super::support::refused;
use super::processes::{HOUR, rotation};
use crate::case::{Case, Finding, holds, same};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::each(
    "C-REF-16",
    &[
        ("reset-grace", |probe| sent_again(probe, reset())),
        ("reset-strict", spent_for_good),
        ("truncate-grace", |probe| {
            sent_again(probe, Fault::new("http.truncate").param("at", 20))
        }),
        ("hang-grace", |probe| {
            sent_again(probe, Fault::new("http.hang").param("where", "mid_body"))
        }),
    ],
)];

/// The same refresh token is sent once more, and what comes is stored and good for the next time.
fn sent_again(probe: &mut Probe, fault: Fault) -> Finding {
    let (machine, lease) = lossy(probe, "grace", fault)?;
    fine(probe, machine.token()?)?;
    posts(&machine, 2)?;
    lease.was_held_throughout()?;
    machine.server.advance(2 * HOUR);
    fine(probe, machine.token()?)?;
    let reused = machine.server.with(|mock| mock.counters().reuse_detected);
    same("refresh tokens that were used again", reused, 0)?;
    probe.counts(2);
    Ok(())
}

/// Where the server allows no repeat, one is tried all the same: there is nothing to lose.
fn spent_for_good(probe: &mut Probe) -> Finding {
    let (machine, lease) = lossy(probe, "strict", reset())?;
    let before = machine.cache()?;
    refused(probe, machine.token()?, Code::ReauthRequired)?;
    posts(&machine, 2)?;
    lease.was_held_throughout()?;
    untouched(&machine, before.as_deref())
}

/// A machine with an expired login that loses the first answer, and the one who watches its lease.
fn lossy(probe: &mut Probe, mode: &str, fault: Fault) -> Finding<(Machine, Watch)> {
    let machine = Machine::near(probe)?;
    machine.settled(probe)?;
    machine.inject(rotation(mode))?;
    machine.server.advance(2 * HOUR);
    machine.inject(fault.times(1))?;
    let watch = Watch {
        http: machine.server.wire(),
        clock: machine.server.clock(),
        store: machine.store().clone(),
        key: Key::new(machine.server.url()),
        seen: Arc::default(),
    };
    let machine = machine
        .by(Arc::new(watch.clone()))
        .through(|_| watch.clone());
    Ok((machine, watch))
}

fn reset() -> Fault {
    Fault::new("http.reset").param("when", "after_commit")
}

/// Tries to take the lease at each token request and in each pause.
#[derive(Clone, Debug)]
struct Watch {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    store: FileStore,
    key: Key,
    seen: Arc<Mutex<Vec<bool>>>,
}

impl Watch {
    fn look(&self) {
        let lease = self.store.lease(&self.key, Duration::ZERO);
        let held = matches!(lease, Err(StoreError::Locked { .. }));
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(held);
    }

    /// Fails unless nobody else could have it during the two requests and the pause between them.
    fn was_held_throughout(&self) -> Finding {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        holds(
            seen.as_slice() == [true; 3],
            format!("whether the lease was held: {seen:?}"),
        )
    }
}

impl HttpClient for Watch {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        if request.method() == Method::POST {
            self.look();
        }
        self.http.send(request)
    }
}

impl Clock for Watch {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.look();
        self.clock.sleep(duration)
    }
}
