//! A server whose clock is wrong.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lakekey::Clock;
use lakekey_core::BoxFuture;
use lakekey_mock::Fault;

use super::super::machine::{Machine, fine, posts};
use super::processes::HOUR;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-REF-17",
    &[
        ("+10m", |probe| once_a_lifetime(probe, 600)),
        ("-10m", |probe| once_a_lifetime(probe, -600)),
        ("+1d", |probe| once_a_lifetime(probe, 86_400)),
        ("-1d", |probe| once_a_lifetime(probe, -86_400)),
    ],
)];

/// A login and three renewals, one a lifetime, as counted here.
fn once_a_lifetime(probe: &mut Probe, skew: i64) -> Finding {
    let machine = Machine::near(probe)?;
    let clock: Arc<dyn Clock> = Arc::new(Apart {
        server: machine.server.clone(),
        skew,
    });
    machine
        .server
        .inject(Fault::new("clock.server_skew").param("seconds", skew))?;
    let machine = machine.by(Arc::clone(&clock));
    fine(probe, machine.sign_in()?)?;
    for requests in 1..=4 {
        for _ in 0..3 {
            let token = fine(probe, machine.token()?)?;
            same(
                "the end of the token",
                token.expiry(),
                Some(clock.now() + HOUR),
            )?;
        }
        posts(&machine, requests)?;
        if requests < 4 {
            machine.server.advance(HOUR);
        }
    }
    server_is_wrong(&machine, &clock, skew)
}

/// Fails unless the two clocks differ as they should, so that the case shows something.
fn server_is_wrong(machine: &Machine, clock: &Arc<dyn Clock>, skew: i64) -> Finding {
    let there = machine.server.with(|mock| mock.clock().now());
    let here = clock.now();
    let apart = there.duration_since(here).or(here.duration_since(there))?;
    holds(
        apart == Duration::from_secs(skew.unsigned_abs()),
        "the clocks agree",
    )
}

/// A clock that is right, while that of the server is wrong by so many seconds.
#[derive(Debug)]
struct Apart {
    server: Server,
    skew: i64,
}

impl Clock for Apart {
    fn now(&self) -> SystemTime {
        let server = self.server.with(|mock| mock.clock().now());
        let by = Duration::from_secs(self.skew.unsigned_abs());
        if self.skew < 0 {
            server + by
        } else {
            server - by
        }
    }

    fn elapsed(&self) -> Duration {
        self.now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.server.advance(duration);
        Box::pin(async {})
    }
}
