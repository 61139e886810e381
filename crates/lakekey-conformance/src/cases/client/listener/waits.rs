//! A person who never comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use lakekey::{Clock, Code, Credentials, Environment, Error, Ports, SignedIn};
use lakekey_core::BoxFuture;
use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::support::{Library, failed_as, refused};
use super::sockets::{is_closed, loopback};
use super::waiting::{LOGIN, NOTHING, Waiting, files};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[Case::one("C-LST-08", nobody_comes_back)];

fn nobody_comes_back(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(Fault::new("authz.never").on(Endpoint::Authorize))?;
    at_a_terminal(probe, &server)?;
    for days in [1, -1] {
        while_the_clock_is_set(probe, &server, days)
            .map_err(|wrong| wrong.during(format_args!("{days} days")))?;
    }
    Ok(())
}

/// The command ends by itself, and leaves nothing behind: no file, no lock, no process.
fn at_a_terminal(probe: &mut Probe, server: &Server) -> Finding {
    let words = ["--output=json", "--timeout=2s", "--host", server.url()];
    let started = doors::now();
    let waiting = Waiting::start(probe.lakekey(&[&LOGIN, &words[..]].concat())?)?;
    let port = waiting.port()?;
    let page = probe.browser().open(waiting.address.as_str())?;
    same("the status of the page", page.status(), 200)?;
    let outcome = waiting.running.finish()?;
    in_time(started.elapsed())?;
    failed_as(&outcome, Code::CallbackTimeout)?;
    probe.saw(Code::CallbackTimeout);
    loopback()
        .into_iter()
        .try_for_each(|ip| is_closed(ip, port))?;
    same("the files", files(probe)?, NOTHING)?;
    let left = probe.home()?.processes()?;
    same("the processes", left.len(), 0)
}

/// The library, on a machine whose clock somebody sets while it waits.
fn while_the_clock_is_set(probe: &mut Probe, server: &Server, days: i64) -> Finding {
    let library = Library::at(server)?;
    let clock = Arc::new(SetClock::default());
    let credentials = Credentials::builder()
        .environment(Environment::default())
        .store(Arc::new(library.store.clone()))
        .host(server.url())
        .clock(clock.clone())
        .build()?;
    let before = clock.now();
    let started = doors::now();
    let outcome = library.wait(waits(&credentials, &clock, days));
    in_time(started.elapsed())?;
    refused(probe, outcome, Code::CallbackTimeout)?;
    let moved = clock.now().duration_since(before);
    holds(moved.is_ok() == (days > 0), "the clock was not set")?;
    probe.fault_happened("client.clock");
    Ok(())
}

async fn waits(credentials: &Credentials, clock: &SetClock, days: i64) -> Result<SignedIn, Error> {
    let sign_in = credentials.sign_in().ports(Ports::Any).timeout(PATIENCE);
    let attempt = sign_in.start().await?;
    clock.set(days);
    attempt.wait().await
}

/// Not before its time, and not long after it even on a busy machine.
fn in_time(took: Duration) -> Finding {
    holds(
        (PATIENCE..PATIENCE + super::PROMPT).contains(&took),
        format!("it took {took:?}"),
    )
}

/// The clock of this machine, wrong by so many days.
#[derive(Debug, Default)]
struct SetClock(AtomicI64);

impl SetClock {
    fn set(&self, days: i64) {
        self.0.store(days, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> SystemTime {
        let days = self.0.load(Ordering::Relaxed);
        let by = Duration::from_secs(days.unsigned_abs() * 24 * 60 * 60);
        let right = lakekey::SystemClock.now();
        if days < 0 { right - by } else { right + by }
    }

    fn elapsed(&self) -> Duration {
        lakekey::SystemClock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

const PATIENCE: Duration = Duration::from_secs(2);
