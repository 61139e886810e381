//! What is sent once more, when, and what never is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lakekey::{Code, Http};
use lakekey_mock::{Fault, Recorded};

use super::super::machine::{Machine, fine, posts, set, untouched};
use super::super::steered::Steered;
use super::super::support::refused;
use super::sockets;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, noon};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-TOK-13",
        &[
            ("seconds", |probe| kept_to(probe, Some("1"), Some("1"))),
            ("http-date", |probe| {
                kept_to(
                    probe,
                    Some("Mon, 01 Jun 2026 12:00:01 GMT"),
                    Some("Mon, 01 Jun 2026 14:00:01 GMT"),
                )
            }),
            ("huge", too_long_to_wait),
            ("negative", |probe| not_understood(probe, Some("-1"))),
            ("garbage", |probe| not_understood(probe, Some("soon"))),
            ("absent", |probe| not_understood(probe, None)),
        ],
    ),
    Case::each(
        "C-TOK-14",
        &[
            ("once", |probe| survived(probe, 1)),
            ("twice", |probe| survived(probe, 2)),
            ("always", given_up),
        ],
    ),
    Case::each(
        "C-TOK-15",
        &[
            ("refused", never_arrived),
            ("503-retry-after", not_processed),
            ("500", |probe| {
                perhaps_processed(probe, Fault::new("http.status").param("status", 500))
            }),
            ("reset-before-commit", |probe| {
                perhaps_processed(probe, reset("before_commit"))
            }),
            ("reset-after-commit", |probe| {
                perhaps_processed(probe, reset("after_commit"))
            }),
        ],
    ),
];

/// The stated second is waited, before the code is sent again and before the refresh token is.
fn kept_to(
    probe: &mut Probe,
    for_the_code: Option<&str>,
    for_the_refresh: Option<&str>,
) -> Finding {
    let pauses = pauses(probe, for_the_code, for_the_refresh)?;
    for (what, pause) in [("code", pauses.0), ("refresh token", pauses.1)] {
        same(
            &format!("the pause before the {what} was sent again"),
            pause,
            Duration::from_secs(1),
        )?;
    }
    Ok(())
}

/// The usual pause is made, which is drawn from half a second.
fn not_understood(probe: &mut Probe, retry_after: Option<&str>) -> Finding {
    let pauses = pauses(probe, retry_after, retry_after)?;
    for (what, pause) in [("code", pauses.0), ("refresh token", pauses.1)] {
        holds(
            pause <= FIRST_BACKOFF,
            format!("{pause:?} passed before the {what} was sent again"),
        )?;
    }
    Ok(())
}

/// How long each grant waits after a 429.
fn pauses(
    probe: &mut Probe,
    first: Option<&str>,
    second: Option<&str>,
) -> Finding<(Duration, Duration)> {
    let machine = Machine::near(probe)?;
    machine.inject(too_many(first).times(1))?;
    fine(probe, machine.sign_in()?)?;
    let for_the_code = gaps(&machine, 2)?;
    probe.count_from_here();
    machine
        .server
        .with(|mock| mock.clock().set(noon() + TWO_HOURS));
    machine.inject(too_many(second).times(1))?;
    fine(probe, machine.token()?)?;
    let for_the_refresh = gaps(&machine, 2)?;
    Ok((
        there("a pause", for_the_code.first().copied())?,
        there("a pause", for_the_refresh.first().copied())?,
    ))
}

/// A day is not waited: the person is told, for the code and for the refresh token.
fn too_long_to_wait(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(too_many(Some("86400")))?;
    let error = refused(probe, machine.sign_in()?, Code::RateLimited)?;
    holds(
        error.to_string().contains("86400 s"),
        format!("`{error}` does not say how long"),
    )?;
    posts(&machine, 1)?;
    machine.server.clear_faults();
    let before = machine.settled(probe)?;
    machine.server.advance(TWO_HOURS);
    machine.inject(too_many(Some("86400")))?;
    let error = refused(probe, machine.token()?, Code::RateLimited)?;
    holds(
        error.to_string().contains("86400 s"),
        format!("`{error}` does not say how long"),
    )?;
    let slept = now(&machine).duration_since(noon() + TWO_HOURS)?;
    holds(slept <= LONGEST_WAIT, format!("it slept for {slept:?}"))?;
    untouched(&machine, before.as_deref())
}

/// A refresh gets through in the end, whichever way the server fails; no two pauses are planned alike.
fn survived(probe: &mut Probe, times: u64) -> Finding {
    let mut pauses = BTreeSet::new();
    for status in [500, 502, 503, 504] {
        let machine = Machine::near(probe)?;
        machine.settled(probe)?;
        machine.server.advance(TWO_HOURS);
        machine.inject(failing(status).times(times))?;
        fine(probe, machine.token()?)?;
        let requests = usize::try_from(times)? + 1;
        let gaps = gaps(&machine, requests)?;
        holds(
            gaps.iter().all(|gap| *gap <= 2 * FIRST_BACKOFF),
            format!("the pauses were {gaps:?}"),
        )?;
        pauses.extend(gaps);
    }
    holds(pauses.len() > 1, "every pause is the same")?;
    probe.counts(times + 1);
    Ok(())
}

/// After three attempts it ends, and the login is as good as before.
fn given_up(probe: &mut Probe) -> Finding {
    for (status, times) in [(500, 1), (502, 2), (503, 3), (504, 4)] {
        let machine = Machine::near(probe)?;
        let before = machine.settled(probe)?;
        // Each is later than the one before, whose failure the home remembers.
        machine.server.advance(TWO_HOURS * times);
        machine.inject(failing(status))?;
        let error = refused(probe, machine.token()?, Code::ServerError)?;
        holds(error.code().retryable(), "the error is not worth a retry")?;
        gaps(&machine, 3)?;
        untouched(&machine, before.as_deref())?;
        machine.server.clear_faults();
        fine(probe, machine.token()?)?;
    }
    given_up_by_the_command(probe)?;
    probe.counts(3);
    Ok(())
}

/// The exit status says that trying later may help.
fn given_up_by_the_command(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.inject(set(r#"{"expires_in": 0}"#)?)?;
    let before = machine.settled(probe)?;
    // The stated pause of nothing saves the real ones.
    machine.inject(
        failing(503)
            .and("http.headers")
            .param("set", r#"{"retry-after":"0"}"#),
    )?;
    let outcome = probe
        .lakekey(&["auth", "token", "--host", machine.server.url()])?
        .run()?;
    same("the exit status", outcome.exit, Some(5))?;
    same("standard output", outcome.stdout, "")?;
    posts(&machine, 3)?;
    untouched(&machine, before.as_deref())?;
    probe.saw("server_error");
    Ok(())
}

/// No connection could be made: the code is as good as new.
fn never_arrived(probe: &mut Probe) -> Finding {
    let origin = sockets::closed()?;
    let machine =
        Machine::wired(probe)?.through(|_| Steered::new(Arc::new(Http::default())).past(&origin));
    fine(probe, machine.sign_in()?)?;
    presented(&machine, 1)
}

/// The server says that it did nothing, and when to come back.
fn not_processed(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(
        failing(503)
            .and("http.headers")
            .param("set", r#"{"retry-after":"1"}"#)
            .times(1),
    )?;
    fine(probe, machine.sign_in()?)?;
    same("the pauses", gaps(&machine, 2)?, [Duration::from_secs(1)])?;
    presented(&machine, 2)
}

/// Nobody knows whether the code is spent: it is not sent again, and only another login helps.
fn perhaps_processed(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    machine.inject(fault.times(1))?;
    let error = refused(probe, machine.sign_in()?, Code::LoginFailed)?;
    let hint = there("the hint", error.hint())?;
    holds(
        hint.contains("sign in again"),
        format!("the hint is `{hint}`"),
    )?;
    probe.expect_silence()?;
    posts(&machine, 1)?;
    presented(&machine, 1)?;
    untouched(&machine, before.as_deref())
}

/// Fails unless the last code is in that many requests, in the form and nowhere else.
fn presented(machine: &Machine, times: usize) -> Finding {
    let requests = machine.server.requests();
    let code = machine
        .server
        .token_posts()
        .last()
        .and_then(|request| request.param("code"));
    let code = there("the code", code)?;
    let sent = |request: &&Recorded| request.param("code").as_deref() == Some(&code);
    same(
        "the number of requests with the code",
        requests.iter().filter(sent).count(),
        times,
    )
}

/// The pauses between that many token requests.
fn gaps(machine: &Machine, requests: usize) -> Finding<Vec<Duration>> {
    posts(machine, requests)?;
    let sent = machine.server.token_posts();
    let pairs = sent.iter().zip(sent.iter().skip(1));
    Ok(pairs
        .map(|(one, next)| next.at.duration_since(one.at))
        .collect::<Result<_, _>>()?)
}

fn now(machine: &Machine) -> SystemTime {
    machine.server.with(|mock| mock.clock().now())
}

fn failing(status: u16) -> Fault {
    Fault::new("http.status").param("status", status)
}

fn reset(when: &str) -> Fault {
    Fault::new("http.reset").param("when", when)
}

fn too_many(retry_after: Option<&str>) -> Fault {
    let fault = failing(429);
    match retry_after {
        Some(text) => fault
            .and("http.headers")
            .param("set", format!(r#"{{"retry-after":"{text}"}}"#)),
        None => fault,
    }
}

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
