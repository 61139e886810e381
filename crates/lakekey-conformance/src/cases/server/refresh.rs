//! Server cases of the area `refresh` (RFC 6749 §6, RFC 9700 §4.14.2).

use std::collections::BTreeSet;
use std::time::Duration;

use lakekey_mock::{Dialect, Rotation, Setup};
use serde_json::Value;

use super::peer::{self, Place, text};
use super::token_binding::in_parallel;
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[
    Case::each("S-RT-01", &[("strict", rotates), ("never", stays)]),
    Case::one("S-RT-02", reuse_ends_the_session),
    Case::each(
        "S-RT-03",
        &[
            ("repeat", grace_repeats),
            ("parallel", grace_in_parallel),
            ("after-window", grace_ends),
        ],
    ),
    Case::one("S-RT-04", at_once),
];

/// S-RT-01: ten refreshes, each with new tokens.
fn rotates(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Strict);
    let mut tokens = peer::sign_in(&server, &place)?;
    let mut seen = BTreeSet::from([refresh_token(&tokens)?, access_token(&tokens)?]);
    for _ in 0..10 {
        tokens = peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
        holds(
            seen.insert(refresh_token(&tokens)?),
            "a refresh token came twice",
        )?;
        holds(
            seen.insert(access_token(&tokens)?),
            "an access token came twice",
        )?;
        peer::is_alive(&server, &place, &access_token(&tokens)?)?;
    }
    same(
        "the refreshes that were counted",
        server.with(|mock| mock.counters().refreshed),
        10,
    )?;
    probe.saw(200);
    Ok(())
}

/// S-RT-01: no rotation, no new refresh token.
fn stays(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Never);
    let tokens = peer::sign_in(&server, &place)?;
    for _ in 0..3 {
        let renewed = peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
        same("the refresh token", renewed.get("refresh_token"), None)?;
        holds(
            access_token(&renewed)? != access_token(&tokens)?,
            "the access token stays the same",
        )?;
    }
    probe.saw(200);
    Ok(())
}

/// S-RT-02: an old refresh token ends its own session and no other.
fn reuse_ends_the_session(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Strict);
    let other = peer::sign_in(&server, &place)?;
    let first = peer::sign_in(&server, &place)?;
    let second = peer::granted(&server, &place, &peer::renewal(&refresh_token(&first)?))?;
    let third = peer::granted(&server, &place, &peer::renewal(&refresh_token(&second)?))?;
    is_reuse(&server, &place, &first, &third)?;
    same(
        "the reuses that were counted",
        server.with(|mock| mock.counters().reuse_detected),
        1,
    )?;
    peer::is_alive(&server, &place, &access_token(&other)?)?;
    peer::granted(&server, &place, &peer::renewal(&refresh_token(&other)?))?;
    probe.saw("invalid_grant");
    Ok(())
}

/// The spent token is refused, and the newest ones are dead afterwards.
fn is_reuse(server: &Server, place: &Place, spent: &Value, newest: &Value) -> Finding {
    peer::refused(
        server,
        place,
        &peer::renewal(&refresh_token(spent)?),
        "invalid_grant",
    )?;
    peer::refused(
        server,
        place,
        &peer::renewal(&refresh_token(newest)?),
        "invalid_grant",
    )?;
    peer::is_dead(server, place, &access_token(newest)?)
}

/// S-RT-03: a repeat within the window gives the same successor.
fn grace_repeats(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, GRACE);
    let first = peer::sign_in(&server, &place)?;
    let once = peer::granted(&server, &place, &peer::renewal(&refresh_token(&first)?))?;
    server.advance(Duration::from_secs(29));
    let again = peer::granted(&server, &place, &peer::renewal(&refresh_token(&first)?))?;
    same(
        "the successor",
        refresh_token(&again)?,
        refresh_token(&once)?,
    )?;
    peer::granted(&server, &place, &peer::renewal(&refresh_token(&again)?))?;
    probe.saw(200);
    Ok(())
}

/// S-RT-03: twenty at once have one successor, which then works.
fn grace_in_parallel(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.rotation = GRACE;
    let server = probe.listening(setup)?;
    let place = Place::workspace(&server);
    let first = peer::sign_in(&server, &place)?;
    let access = in_parallel(&server, &place, &peer::renewal(&refresh_token(&first)?), 20)?;
    same("the number of successes", access.len(), 20)?;
    let documents = server.token_posts().into_iter().skip(1);
    let documents = documents.map(|post| serde_json::from_slice::<Value>(&post.response_body));
    let mut successors = BTreeSet::new();
    for document in documents {
        successors.insert(refresh_token(&document?)?);
    }
    same("the number of successors", successors.len(), 1)?;
    for successor in &successors {
        peer::granted(&server, &place, &peer::renewal(successor))?;
    }
    probe.saw(200);
    Ok(())
}

/// S-RT-03: after the window it is reuse.
fn grace_ends(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, GRACE);
    let first = peer::sign_in(&server, &place)?;
    let second = peer::granted(&server, &place, &peer::renewal(&refresh_token(&first)?))?;
    server.advance(Duration::from_secs(31));
    is_reuse(&server, &place, &first, &second)?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-04: fifty at once, a hundred times: one success, and then the session is over.
fn at_once(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.dialect = Dialect::Rfc;
    let server = probe.listening(setup)?;
    let place = Place::workspace(&server);
    for round in 1..=ROUNDS {
        let tokens = peer::sign_in(&server, &place)?;
        let access = in_parallel(
            &server,
            &place,
            &peer::renewal(&refresh_token(&tokens)?),
            PARALLEL,
        )?;
        let during = |wrong: Wrong| wrong.during(format_args!("round {round}"));
        same("the number of successes", access.len(), 1).map_err(during)?;
        peer::is_dead(&server, &place, &access[0]).map_err(during)?;
    }
    let counters = server.with(|mock| mock.counters());
    same(
        "the refreshes that were counted",
        counters.refreshed,
        ROUNDS,
    )?;
    // After the first reuse the session is revoked, and the others find it so.
    holds(
        counters.reuse_detected >= ROUNDS,
        "not every reuse was seen",
    )?;
    probe.saw("200 x1");
    Ok(())
}

pub(super) fn with_rotation(probe: &mut Probe, rotation: Rotation) -> (Server, Place) {
    let mut setup = Setup::workspace();
    setup.rotation = rotation;
    setup.dialect = Dialect::Rfc;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    (server, place)
}

pub(super) fn refresh_token(tokens: &Value) -> Finding<String> {
    Ok(text(tokens, "refresh_token")?.to_owned())
}

pub(super) fn access_token(tokens: &Value) -> Finding<String> {
    Ok(text(tokens, "access_token")?.to_owned())
}

const GRACE: Rotation = Rotation::Grace(Duration::from_secs(30));
const PARALLEL: usize = 50;
const ROUNDS: u64 = 100;
