//! Entries as other tools wrote them.

use std::time::{Duration, SystemTime};

use lakekey::{Code, Demand, Error, Token};
use serde_json::{Value, json};

use super::super::machine::{Machine, fine, posts};
use super::super::support::refused;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-REF-21",
        &[
            ("nanos", |probe| {
                exact(
                    probe,
                    "2025-03-20T10:30:00.123456789Z",
                    1_742_466_600,
                    123_456_789,
                )
            }),
            ("offset", |probe| {
                exact(probe, "2025-03-20T12:30:00+02:00", 1_742_466_600, 0)
            }),
            ("space", |probe| {
                long_over(probe, &json!("2025-03-20 10:30:00"))
            }),
            ("empty", |probe| long_over(probe, &json!(""))),
            ("go-zero", |probe| {
                long_over(probe, &json!("0001-01-01T00:00:00Z"))
            }),
            ("epoch", |probe| long_over(probe, &json!(1_742_466_600))),
            ("year-9999", |probe| {
                long_over(probe, &json!("9999-12-31T23:59:59Z"))?;
                long_over(probe, &json!("9998-12-31T23:59:59Z"))
            }),
            // The last second of the day, as clocks without leap seconds count.
            ("leap-second", |probe| {
                exact(probe, "2016-12-31T23:59:60Z", 1_483_228_799, 0)
            }),
        ],
    ),
    Case::each("C-REF-22", &[("valid", served), ("expired", not_renewable)]),
];

/// Good until the moment that the text names, to the nanosecond, and not a second longer.
fn exact(probe: &mut Probe, expiry: &str, seconds: u64, nanos: u32) -> Finding {
    let end = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
    let machine = Machine::near(probe)?;
    let old = edited(probe, &machine, &json!(expiry))?;
    for (before, requests) in [(HOUR, 0), (Duration::ZERO, 1)] {
        machine.server.with(|mock| mock.clock().set(end - before));
        let token = fine(probe, newest(&machine)?)?;
        posts(&machine, requests)?;
        same(
            "whether it is the old token",
            token.access().expose() == old,
            requests == 0,
        )?;
        if requests == 0 {
            same("the end of the token", token.expiry(), Some(end))?;
        }
    }
    Ok(())
}

/// Counts as over, even a day before the moment that somebody may have meant.
fn long_over(probe: &mut Probe, expiry: &Value) -> Finding {
    let machine = Machine::near(probe)?;
    let old = edited(probe, &machine, expiry)?;
    let meant = SystemTime::UNIX_EPOCH + Duration::from_secs(1_742_466_600);
    machine
        .server
        .with(|mock| mock.clock().set(meant - 24 * HOUR));
    let token = fine(probe, newest(&machine)?)?;
    holds(token.access().expose() != old, "the old token is used")?;
    posts(&machine, 1)
}

/// A login with another text as its expiry; its access token.
fn edited(probe: &mut Probe, machine: &Machine, expiry: &Value) -> Finding<String> {
    let cache = there("the token cache", machine.settled(probe)?)?;
    let mut cache: Value = serde_json::from_str(&cache)?;
    let entry = &mut cache["tokens"][machine.server.url()];
    entry["expiry"] = expiry.clone();
    let access = there("the access token", entry["access_token"].as_str())?.to_owned();
    probe.home()?.write(TOKEN_CACHE, cache.to_string())?;
    Ok(access)
}

/// As the command asks: a token that is not renewed ahead of time is not handed out either.
fn newest(machine: &Machine) -> Finding<Result<Token, Error>> {
    let credentials = machine.credentials()?;
    Ok(machine.wait(credentials.token_on(Demand::Fresh)))
}

/// Without a refresh token and with an hour left it is handed out, and nobody is asked.
fn served(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    by_hand(probe, &machine, "2026-06-01T13:00:00Z")?;
    let token = fine(probe, newest(&machine)?)?;
    same(
        "whether it is the token",
        token.access().expose() == BY_HAND,
        true,
    )?;
    same("requests", machine.server.requests().len(), 0)
}

/// Without a refresh token it cannot be renewed, and nobody is asked.
fn not_renewable(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    by_hand(probe, &machine, "2026-06-01T11:00:00Z")?;
    let error = refused(probe, machine.token()?, Code::ReauthRequired)?;
    holds(
        error.to_string().contains("no refresh token"),
        format!("`{error}` does not say why"),
    )?;
    same("requests", machine.server.requests().len(), 0)
}

fn by_hand(probe: &mut Probe, machine: &Machine, expiry: &str) -> Finding {
    probe.secret(BY_HAND);
    let entry = json!({ "access_token": BY_HAND, "token_type": "Bearer", "expiry": expiry });
    let cache = json!({ "version": 1, "tokens": { machine.server.url(): entry } });
    probe.home()?.write(TOKEN_CACHE, cache.to_string())
}

const BY_HAND: &str = "a-token-that-was-put-there-by-hand";
const HOUR: Duration = Duration::from_secs(60 * 60);
