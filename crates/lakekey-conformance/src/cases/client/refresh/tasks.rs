//! Many tasks in one process.

use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

use lakekey::{Clock, Code, Credentials, Error, Token};
use lakekey_core::BoxFuture;
use tokio::task::{JoinError, JoinHandle};

use super::super::machine::{Machine, fine, posts};
use super::super::support::refused;
use super::processes::{HOUR, unavailable};
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::one("C-REF-11", one_attempt_for_all)];

/// All who wait share what becomes of one attempt, also when the one who began it goes away.
fn one_attempt_for_all(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.settled(probe)?;
    machine.server.advance(2 * HOUR);
    let (looked, looks) = mpsc::channel();
    let clock = machine.server.clock();
    let machine = machine.by(Arc::new(Watched { clock, looked }));
    let credentials = machine.credentials()?;
    machine.inject(unavailable().and("http.barrier").param("name", GATE))?;
    for error in failed_together(&machine, &credentials, &looks)? {
        refused(probe, Err::<Token, _>(error), Code::ServerError)?;
    }
    posts(&machine, 3)?;
    machine.server.clear_faults();
    machine.server.advance(MOMENT);
    let tasks: Vec<_> = (0..TASKS).map(|_| asking(&machine, &credentials)).collect();
    let mut tokens = Vec::new();
    for task in tasks {
        tokens.push(fine(probe, ended(&machine, task)??)?);
    }
    holds(
        tokens.iter().all(|token| token == &tokens[0]),
        "the tasks have different tokens",
    )?;
    posts(&machine, 4)?;
    probe.saw("ok");
    Ok(())
}

/// The first task begins a renewal that the server holds; it and nine others go away, and the rest are told.
fn failed_together(
    machine: &Machine,
    credentials: &Credentials,
    looks: &mpsc::Receiver<()>,
) -> Finding<Vec<Error>> {
    let mut tasks = vec![asking(machine, credentials)];
    machine.server.wait_until_held(GATE, 1)?;
    tasks.extend((1..TASKS).map(|_| asking(machine, credentials)));
    // There is one worker, so that all of them wait once this one has had its turn.
    ended(machine, machine.spawn(async {}))??;
    let waiting = tasks.split_off(GONE);
    while looks.try_recv().is_ok() {}
    // The one who began goes last: none of those who go have begun anything.
    for task in tasks.into_iter().rev() {
        task.abort();
        holds(
            ended(machine, task)?.is_err_and(|error| error.is_cancelled()),
            "a task ended before it was cancelled",
        )?;
    }
    // The next one has looked at the clock, so it asked before the attempt comes to its end.
    looks.recv_timeout(PATIENCE)?;
    machine.server.advance(MOMENT);
    for _ in 0..3 {
        machine.server.release(GATE);
    }
    let mut errors = Vec::new();
    for task in waiting {
        errors.extend(ended(machine, task)??.err());
    }
    same("the tasks that were told", errors.len(), TASKS - GONE)?;
    Ok(errors)
}

fn asking(machine: &Machine, credentials: &Credentials) -> JoinHandle<Result<Token, Error>> {
    let credentials = credentials.clone();
    machine.spawn(async move { credentials.token().await })
}

/// What became of a task. Fails if it hangs.
fn ended<T>(machine: &Machine, task: JoinHandle<T>) -> Finding<Result<T, JoinError>> {
    let outcome = machine.wait(async { tokio::time::timeout(PATIENCE, task).await });
    outcome.map_err(|_| {
        let requests = machine.server.token_posts().len();
        Wrong::new(format!("a task hangs after {requests} token requests"))
    })
}

/// A clock that says whenever somebody looks at it.
#[derive(Debug)]
struct Watched {
    clock: Arc<dyn Clock>,
    looked: mpsc::Sender<()>,
}

impl Clock for Watched {
    fn now(&self) -> SystemTime {
        let now = self.clock.now();
        // Nobody listens once the case is over.
        let _ = self.looked.send(());
        now
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.clock.sleep(duration)
    }
}

const GATE: &str = "renewal";
const TASKS: usize = 64;
const GONE: usize = 10;
/// A task that has not ended by then never will.
const PATIENCE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_secs(1);
