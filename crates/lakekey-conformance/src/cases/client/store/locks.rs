//! Locks that their holder left behind, and file systems that have none.

use std::time::{Duration, SystemTime};

use lakekey::Code;
use lakekey_mock::{Endpoint, Fault};
use lakekey_store::{FileStore, Key, StoreError, TokenStore};

use super::super::desk::{
    Desk, document, expire, fine, has_extension, locks, token_words, watched,
};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::{Calls, Lakekey, Probe, noon};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-STO-10",
        &[
            ("killed", killed_holder),
            ("dead-pid", |probe| {
                left_behind(probe, "999999999\n", noon())
            }),
            ("recycled-pid", |probe| {
                let pid = format!("{}\n", std::process::id());
                left_behind(probe, &pid, noon())
            }),
            ("old-mtime", |probe| {
                left_behind(probe, "1\n", SystemTime::UNIX_EPOCH)
            }),
            ("future-mtime", |probe| {
                left_behind(probe, "1\n", SystemTime::UNIX_EPOCH + IN_2099)
            }),
            ("live-holder", living_holder),
        ],
    ),
    Case::each(
        "C-STO-12",
        &[
            ("enolck", |probe| without_locks(probe, NO_LOCKS)),
            ("eopnotsupp", |probe| without_locks(probe, 95)),
            ("enosys", |probe| without_locks(probe, 38)),
            ("noop", locks_in_name_only),
        ],
    ),
];

/// A process is killed while it renews; on Linux also where the file system has no locks, and a file is left.
fn killed_holder(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    killed_while_renewing(probe, &desk, None)?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let calls = Calls::failing(NO_LOCKS).named(&["flock"]);
    killed_while_renewing(probe, &desk, Some(&calls))
}

fn killed_while_renewing(probe: &mut Probe, desk: &Desk, calls: Option<&Calls>) -> Finding {
    let command = |probe: &mut Probe, log: &str| match calls {
        Some(calls) => probe.watched(&token_words("dev"), calls, log),
        None => probe.lakekey(&token_words("dev")),
    };
    expire(probe)?;
    desk.server.inject(gate())?;
    let holder = command(probe, LOGS[0])?.start()?;
    desk.server.wait_until_held(GATE, 1)?;
    if calls.is_none() {
        locked(probe, desk)?;
    } else {
        same("the files of holders", held(probe)?.len(), 1)?;
    }
    holder.kill()?;
    desk.server.clear_faults();
    let next = command(probe, LOGS[1])?;
    proceeds(probe, next)?;
    same("the files of holders", held(probe)?.len(), 0)
}

/// Something wrote this into the files of the locks; none of it is a lock.
fn left_behind(probe: &mut Probe, text: &str, when: SystemTime) -> Finding {
    let _desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    for lock in locks(probe)? {
        probe.home()?.write(&lock, text)?;
        probe.home()?.set_modified(&lock, when)?;
    }
    let next = probe.lakekey(&token_words("dev"))?;
    proceeds(probe, next)
}

/// However old its file looks: who holds it is waited for.
fn living_holder(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    desk.server.inject(gate().times(1))?;
    let holder = probe.lakekey(&token_words("dev"))?.start()?;
    desk.server.wait_until_held(GATE, 1)?;
    for lock in locks(probe)? {
        probe.home()?.set_modified(&lock, SystemTime::UNIX_EPOCH)?;
    }
    locked(probe, &desk)?;
    let waiting = probe.lakekey(&token_words("dev"))?;
    let waiting = watched(waiting, probe, LOGS[1])?.start()?;
    if cfg!(target_os = "linux") {
        probe.home()?.wait_for_call(LOGS[1], "flock")?;
    }
    desk.server.release(GATE);
    let outcomes = [holder.finish()?, waiting.finish()?];
    let mut answers = Vec::new();
    for outcome in outcomes {
        answers.push(fine(probe, &outcome)?["access_token"].clone());
    }
    same("the second token", &answers[1], &answers[0])?;
    same("the token requests", desk.server.token_posts().len(), 1)?;
    probe.saw(Code::StoreLocked);
    Ok(())
}

/// Fails unless the lease is held, and the error says by whom.
fn locked(probe: &mut Probe, desk: &Desk) -> Finding {
    let store = FileStore::in_home(probe.home()?.path());
    let key = Key::new(desk.server.url());
    match store.lease(&key, Duration::from_millis(50)) {
        Err(error @ StoreError::Locked { .. }) => {
            let StoreError::Locked { holder, .. } = error else {
                return Ok(());
            };
            holds(
                holder.is_some() || cfg!(windows),
                "the error does not say who holds it",
            )
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(Wrong::new("the lease of a living holder was taken")),
    }
}

/// Nobody has to do anything, and nobody waits for longer than a renewal takes.
fn proceeds(probe: &mut Probe, lakekey: Lakekey) -> Finding {
    let started = doors::now();
    let outcome = lakekey.run()?;
    fine(probe, &outcome)?;
    let took = started.elapsed();
    holds(took < PROMPT, format!("it took {took:?}"))
}

/// Two processes and one expired token: one renews it, both have it, and no file stays behind.
fn without_locks(probe: &mut Probe, errno: i32) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let calls = Calls::failing(errno).named(&["flock"]);
    let outcome = probe.watched(&token_words("dev"), &calls, "valid")?.run()?;
    fine(probe, &outcome)?;
    expire(probe)?;
    desk.server.inject(gate().times(1))?;
    let first = probe
        .watched(&token_words("dev"), &calls, LOGS[0])?
        .start()?;
    desk.server.wait_until_held(GATE, 1)?;
    let second = probe
        .watched(&token_words("dev"), &calls, LOGS[1])?
        .start()?;
    probe.home()?.wait_for_call(LOGS[1], "flock")?;
    desk.server.release(GATE);
    for outcome in [first.finish()?, second.finish()?] {
        fine(probe, &outcome)?;
    }
    same("the token requests", desk.server.token_posts().len(), 1)?;
    hit(probe)?;
    same("the files of holders", held(probe)?.len(), 0)
}

/// Nothing can be known of such a file system. At worst the login is spent; nothing else is lost.
fn locks_in_name_only(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev", "other"])?;
    let before = document(probe)?["tokens"]["other"].clone();
    super::super::desk::change(probe, |document| {
        document["tokens"]["dev"]["expiry"] = "2020-01-01T00:00:00Z".into();
    })?;
    let calls = Calls::failing(0).named(&["flock"]);
    desk.server.inject(gate().times(2))?;
    let mut running = Vec::new();
    for log in LOGS {
        running.push(probe.watched(&token_words("dev"), &calls, log)?.start()?);
    }
    desk.server.wait_until_held(GATE, 2)?;
    desk.server.release(GATE);
    desk.server.release(GATE);
    let mut good = 0;
    for running in running {
        let outcome = running.finish()?;
        match outcome.exit {
            Some(0) => good += 1,
            exit => same("the exit code", exit, Some(3))?,
        }
    }
    holds(good > 0, "nobody has a token")?;
    hit(probe)?;
    let tokens = document(probe)?["tokens"].clone();
    there("the login", tokens["dev"]["access_token"].as_str())?;
    same("the other login", &tokens["other"], &before)?;
    probe.saw("ok");
    Ok(())
}

/// What takes the place of locks where there are none.
fn held(probe: &mut Probe) -> Finding<Vec<String>> {
    let mut names = probe.home()?.names(".databricks")?;
    names.retain(|name| has_extension(name, "held"));
    Ok(names)
}

fn hit(probe: &mut Probe) -> Finding {
    for log in LOGS {
        let calls = probe.home()?.calls(log)?;
        holds(
            calls.iter().any(|call| call.chosen),
            "no lock was asked for",
        )?;
    }
    probe.fault_happened("client.flock_errno");
    Ok(())
}

fn gate() -> Fault {
    let gate = Fault::new("http.barrier").param("name", GATE);
    gate.on(Endpoint::Token)
}

/// `ENOLCK` of Linux.
const NO_LOCKS: i32 = 37;
const GATE: &str = "renewal";
const LOGS: [&str; 2] = ["first", "second"];
/// A program that waits for a lock waits for a minute; one that does not starts and renews in much less.
const PROMPT: Duration = Duration::from_secs(10);
/// The first day of 2099.
const IN_2099: Duration = Duration::from_secs(4_070_908_800);
