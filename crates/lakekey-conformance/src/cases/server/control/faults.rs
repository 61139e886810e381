//! S-CT-01: which requests a fault hits, and what becomes of them.

use std::thread;

use http::Response;
use lakekey_mock::{Dialect, Endpoint, Fault, Phase, Setup};
use serde_json::json;

use super::super::peer::{self, Place, text};
use super::desk::Desk;
use crate::case::{Finding, Wrong, holds, same, there};
use crate::probe::{Probe, Server};

/// `offset-times`: of the refreshes, the third to the fifth and nothing else.
pub(super) fn skip_and_expire(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let (desk, place) = (Desk::of(&server)?, Place::workspace(&server));
    let mut tokens = peer::sign_in(&server, &place)?;
    desk.post(
        "/faults",
        &json!({
            "id": "f", "match": {"endpoint": "token", "grant": "refresh_token"},
            "offset": 2, "times": 3, "action": {"http.status": {"status": 503}},
        }),
    )?;
    let mut hit = Vec::new();
    for number in 1..=7 {
        let form = peer::renewal(text(&tokens, "refresh_token")?);
        let answer = server.post(&place.token(), &form)?;
        match answer.status().as_u16() {
            503 => hit.push(number),
            _ => tokens = crate::probe::json(&answer)?,
        }
        // What does not match is neither hit nor counted.
        peer::sign_in(&server, &place)?;
        let metadata = server.get(&place.metadata())?.status().as_u16();
        same("the status of the metadata", metadata, 200)?;
    }
    same("the refreshes that were hit", hit, vec![3, 4, 5])?;
    let report = desk.get("/faults")?;
    same("seen", report["faults"][0]["seen"].as_u64(), Some(7))?;
    same("hits", report["faults"][0]["hits"].as_u64(), Some(3))?;
    probe.saw(200);
    Ok(())
}

/// `phases`: `before` and `instead` change nothing, `after` replaces the answer to what was done.
pub(super) fn keep_or_drop_the_change(probe: &mut Probe) -> Finding {
    for (phase, is_done) in [
        (Phase::Before, false),
        (Phase::Instead, false),
        (Phase::After, true),
    ] {
        let mut setup = Setup::workspace();
        setup.dialect = Dialect::Rfc;
        let server = probe.server(setup);
        let place = Place::workspace(&server);
        let tokens = peer::sign_in(&server, &place)?;
        let renewal = peer::renewal(text(&tokens, "refresh_token")?);
        let fault = Fault::new("http.status").param("status", 503).phase(phase);
        server.inject(fault.on(Endpoint::Token).times(1))?;
        let answer = server.post(&place.token(), &renewal)?;
        same("the status", answer.status().as_u16(), 503)?;
        let refreshed = server.with(|mock| mock.counters().refreshed);
        let during = |wrong: Wrong| wrong.during(format_args!("{phase:?}"));
        same("refreshes", refreshed, u64::from(is_done)).map_err(during)?;
        let committed = last(&server, |entry| entry.committed)?;
        same("committed", committed, is_done).map_err(during)?;
        if is_done {
            peer::refused(&server, &place, &renewal, "invalid_grant").map_err(during)?;
        } else {
            peer::granted(&server, &place, &renewal).map_err(during)?;
        }
    }
    probe.saw(200);
    Ok(())
}

/// `overlap`: the first that matches has the request, the others do not even see it.
pub(super) fn first_match_wins(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let wide = Fault::new("http.status").param("status", 502).id("wide");
    let narrow = Fault::new("http.status").param("status", 503).id("narrow");
    let late = Fault::new("http.status").param("status", 504).id("late");
    server.inject(wide.times(2))?;
    server.inject(narrow.on(Endpoint::Metadata).times(2))?;
    server.inject(late)?;
    let ask = || -> Finding<u16> { Ok(server.get(&place.metadata())?.status().as_u16()) };
    let statuses: Vec<u16> = (0..6).map(|_| ask()).collect::<Finding<_>>()?;
    same("the statuses", statuses, vec![502, 502, 503, 503, 504, 504])?;
    for (id, hits) in [("wide", 2), ("narrow", 2), ("late", 2)] {
        same(id, server.with(|mock| mock.hits(id)), hits)?;
        same(id, in_journal(&server, id), hits)?;
    }
    let names = server.requests();
    let twice = names.iter().filter(|entry| entry.faults.len() > 1).count();
    same("requests with two faults", twice, 0)?;
    probe.saw(200);
    Ok(())
}

/// `parallel`: fifty at once, of which exactly the due ones are hit, as the journal says too.
pub(super) fn count_at_once(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let place = Place::workspace(&server);
    let fault = Fault::new("http.status").param("status", 503).id("f");
    server.inject(fault.on(Endpoint::Metadata).offset(10).times(20))?;
    let ask = || server.get(&place.metadata());
    let answers: Vec<Response<Vec<u8>>> = thread::scope(|scope| {
        let asks: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
        let answers = asks.into_iter().map(|ask| {
            let panicked = |_| Err(Wrong::new("a request panicked"));
            ask.join().unwrap_or_else(panicked)
        });
        answers.collect::<Finding<_>>()
    })?;
    let hit = answers.iter().filter(|answer| answer.status() == 503);
    same("the requests that were hit", hit.count(), 20)?;
    same("hits", server.with(|mock| mock.hits("f")), 20)?;
    same("hits in the journal", in_journal(&server, "f"), 20)?;
    let report = server.faults();
    let seen = there("the fault", report.first())?.seen;
    same("seen", seen, 50)?;
    let sequences: Vec<u64> = server
        .requests()
        .iter()
        .map(|entry| entry.sequence)
        .collect();
    holds(
        sequences.iter().copied().eq(1..=50),
        "the numbers in the journal have a gap",
    )?;
    probe.saw(200);
    Ok(())
}

/// How many entries of the journal say that this fault hit them.
fn in_journal(server: &Server, id: &str) -> u64 {
    let requests = server.requests().into_iter();
    let hit = requests.filter(|entry| entry.faults.iter().any(|fault| &**fault == id));
    hit.count() as u64
}

fn last<T>(server: &Server, read: impl Fn(&lakekey_mock::Recorded) -> T) -> Finding<T> {
    there("the last request", server.requests().last().map(read))
}
