//! What a renewal sends, and what it leaves in the store.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use lakekey_mock::{Recorded, Setup};
use serde_json::Value;

use super::super::machine::{Machine, fine, posts};
use super::processes::{HOUR, Processes, entry, printed, rotation};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::one("C-REF-01", stored_before_it_is_printed),
    Case::one("C-REF-02", one_after_the_other),
    Case::one("C-REF-03", the_same_refresh_token),
];

/// Whoever reads the first byte of the answer finds the new login in the store already.
fn stored_before_it_is_printed(probe: &mut Probe) -> Finding {
    let processes = Processes::expired(probe)?;
    let old = entry(probe)?;
    let mut running = Processes::token(probe, &[])?.start()?;
    running.wait_for_output()?;
    running.kill()?;
    let new = entry(probe)?;
    let request = there("the refresh", processes.server.token_posts().pop())?;
    is_exact(&request, &old)?;
    let answer = answered(&request)?;
    for member in ["access_token", "refresh_token"] {
        holds(
            new[member] == answer[member] && new[member] != old[member],
            format!("the `{member}` of the answer is not in the store"),
        )?;
    }
    let again = printed(&Processes::token(probe, &[])?.run()?)?;
    holds(
        answer["access_token"] == again.as_str(),
        "the second process prints another token",
    )?;
    probe.saw("ok");
    Ok(())
}

/// RFC 6749 §6: what it takes, and nothing that belongs to another grant.
fn is_exact(request: &Recorded, old: &Value) -> Finding {
    let form = request.form();
    let mut names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    same(
        "the members of the request",
        names,
        ["client_id", "grant_type", "refresh_token"],
    )?;
    for (name, wanted) in [
        ("grant_type", "refresh_token"),
        ("client_id", "databricks-cli"),
    ] {
        same(name, request.param(name).as_deref(), Some(wanted))?;
    }
    holds(
        request.param("refresh_token").as_deref() == old["refresh_token"].as_str(),
        "another refresh token was sent than the stored one",
    )?;
    same("the query", request.query(), vec![])
}

/// Fifty renewals, each with the refresh token of the one before; the file never mixes two of them.
fn one_after_the_other(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(rotation("strict"))?;
    fine(probe, machine.sign_in()?)?;
    probe.count_from_here();
    let observed = watched(&machine, || {
        for _ in 0..RENEWALS {
            machine.server.advance(HOUR);
            fine(probe, machine.token()?)?;
        }
        Ok(())
    })?;
    probe.fault_happened("client.clock");
    posts(&machine, RENEWALS)?;
    let sent = machine.server.token_posts();
    let used: BTreeSet<_> = sent
        .iter()
        .map(|post| post.param("refresh_token"))
        .collect();
    same("distinct refresh tokens", used.len(), RENEWALS)?;
    let reused = machine.server.with(|mock| mock.counters().reuse_detected);
    same("refresh tokens that were used again", reused, 0)?;
    let issued = issued(&machine)?;
    holds(observed.len() > 1, "the file was never seen to change")?;
    holds(
        observed.is_subset(&issued),
        "the file held tokens of two answers",
    )
}

/// An access token and the refresh token that came with it.
type Pair = (String, String);

/// The pairs that a process which reads the token cache all the time sees during the work.
fn watched(machine: &Machine, work: impl FnOnce() -> Finding) -> Finding<BTreeSet<Pair>> {
    let path = machine.store().path();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let observer = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Acquire) {
                let bytes = there("the token cache", doors::read(path)?)?;
                let cache: Value = serde_json::from_slice(&bytes)?;
                let tokens = there("the tokens", cache["tokens"].as_object())?;
                for token in tokens.values() {
                    seen.insert(pair(token)?);
                }
            }
            Ok::<_, Wrong>(seen)
        });
        let outcome = work();
        done.store(true, Ordering::Release);
        let seen = observer.join();
        outcome?;
        seen.map_err(|_| Wrong::new("the observer panicked"))?
    })
}

/// The pairs that the mock gave out.
fn issued(machine: &Machine) -> Finding<BTreeSet<Pair>> {
    let requests = machine.server.requests_for(lakekey_mock::Endpoint::Token);
    let answers = requests.iter().map(answered);
    answers.map(|answer| pair(&answer?)).collect()
}

fn pair(document: &Value) -> Finding<Pair> {
    let member = |name| there(name, document[name].as_str()).map(str::to_owned);
    Ok((member("access_token")?, member("refresh_token")?))
}

fn answered(request: &Recorded) -> Finding<Value> {
    Ok(serde_json::from_slice(&request.response_body)?)
}

/// A server that does not rotate sends no refresh token: the one there is stays.
fn the_same_refresh_token(probe: &mut Probe) -> Finding {
    let machine = Machine::near_to(probe, Setup::workspace())?;
    machine.inject(rotation("never"))?;
    fine(probe, machine.sign_in()?)?;
    probe.count_from_here();
    let kept = refresh_tokens(&machine)?;
    for renewals in 1..=3 {
        machine.server.advance(HOUR);
        fine(probe, machine.token()?)?;
        posts(&machine, renewals)?;
        let answer = there("the answer", machine.server.token_posts().pop())?;
        holds(
            answered(&answer)?["refresh_token"].is_null(),
            "the server sent a refresh token",
        )?;
        holds(
            refresh_tokens(&machine)? == kept,
            "the stored refresh token has changed",
        )?;
    }
    Ok(())
}

fn refresh_tokens(machine: &Machine) -> Finding<Vec<String>> {
    let cache: Value = serde_json::from_str(&there("the token cache", machine.cache()?)?)?;
    let tokens = there("the tokens", cache["tokens"].as_object())?;
    let refresh = |token: &Value| token["refresh_token"].as_str().map(str::to_owned);
    there("a refresh token", tokens.values().map(refresh).collect())
}

const RENEWALS: usize = 50;
