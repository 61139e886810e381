//! How long a token is believed to live.

use std::time::Duration;

use lakekey::{Code, Token};
use lakekey_mock::Fault;

use super::super::machine::{Machine, body, fine, omit, posts, set, untouched};
use super::super::support::refused;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, noon};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-TOK-05",
        &[
            ("num", |probe| {
                lasting(probe, set(r#"{"expires_in": 3600}"#)?, HOUR)
            }),
            ("str", |probe| {
                lasting(probe, set(r#"{"expires_in": "3600"}"#)?, HOUR)
            }),
            ("float", |probe| {
                lasting(probe, set(r#"{"expires_in": 3600.5}"#)?, HOUR)
            }),
            ("zero", |probe| {
                over_at_once(probe, set(r#"{"expires_in": 0}"#)?)
            }),
            ("negative", |probe| {
                over_at_once(probe, set(r#"{"expires_in": -5}"#)?)
            }),
            ("1e18", |probe| {
                lasting(probe, set(r#"{"expires_in": 1e18}"#)?, LONGEST)
            }),
            ("i64max", |probe| {
                lasting(
                    probe,
                    set(r#"{"expires_in": 9223372036854775807}"#)?,
                    LONGEST,
                )
            }),
            ("1e400", |probe| {
                lasting(
                    probe,
                    body(LONGER_THAN_ANY_NUMBER, "application/json")?,
                    LONGEST,
                )
            }),
            ("abc", |probe| {
                no_number(probe, set(r#"{"expires_in": "abc"}"#)?)
            }),
            ("true", |probe| {
                no_number(probe, set(r#"{"expires_in": true}"#)?)
            }),
            // As good as absent, so that the token itself tells.
            ("null", |probe| {
                lasting(probe, set(r#"{"expires_in": null}"#)?, HOUR)
            }),
        ],
    ),
    Case::each(
        "C-TOK-06",
        &[
            ("jwt", |probe| unstated(probe, omit("expires_in"), HOUR)),
            ("opaque", |probe| {
                let opaque = set(r#"{"access_token": "opaque-token-1"}"#)?;
                unstated(
                    probe,
                    opaque.and("token.omit").param("members", "expires_in"),
                    UNKNOWN,
                )
            }),
        ],
    ),
];

fn lasting(probe: &mut Probe, fault: Fault, lifetime: Duration) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    fine(probe, machine.sign_in()?)?;
    let token = fine(probe, machine.token()?)?;
    ends_after(&token, lifetime)?;
    posts(&machine, 1)
}

/// The login succeeds, and each call asks for another token once.
fn over_at_once(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    fine(probe, machine.sign_in()?)?;
    posts(&machine, 1)?;
    fine(probe, machine.token()?)?;
    posts(&machine, 2)
}

fn no_number(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    refused(probe, machine.sign_in()?, Code::InvalidTokenResponse)?;
    untouched(&machine, None)
}

/// Used while it may be good, and not two hours later: neither from the store nor from memory.
fn unstated(probe: &mut Probe, fault: Fault, lifetime: Duration) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault.times(1))?;
    fine(probe, machine.sign_in()?)?;
    let credentials = machine.credentials()?;
    let old = fine(probe, machine.token_of(&credentials))?;
    ends_after(&old, lifetime)?;
    posts(&machine, 1)?;
    machine.server.advance(2 * HOUR);
    probe.fault_happened("client.clock");
    for new in [machine.token_of(&credentials), machine.token()?] {
        let new = fine(probe, new)?;
        holds(
            new.access() != old.access(),
            "the old token is still used after two hours",
        )?;
    }
    posts(&machine, 2)
}

fn ends_after(token: &Token, lifetime: Duration) -> Finding {
    same(
        "the end of the token",
        token.expiry(),
        noon().checked_add(lifetime),
    )
}

const HOUR: Duration = Duration::from_secs(60 * 60);
/// The documented maximum.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The documented life of a token of which nothing says how long it lives.
const UNKNOWN: Duration = Duration::from_secs(5 * 60);
const LONGER_THAN_ANY_NUMBER: &str = r#"{"access_token":"opaque-token-1","token_type":"Bearer","expires_in":1e400,"refresh_token":"opaque-refresh-1"}"#;
