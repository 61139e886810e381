//! A save of which a call fails, or in which the program is killed.

use lakekey::Code;

use super::super::desk::{
    Desk, cache, document, fine, has_extension, is_lock, is_still, refused, token,
};
use super::super::support::attempt_login;
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::{Calls, Outcome, Probe, Seen, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[
    Case::one("C-STO-07", each_call_failing),
    Case::one("C-STO-08", killed_at_each_call),
];

/// Every call of a sign-out in turn, with one error after the other, until none is left to fail.
fn each_call_failing(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev", "other"])?;
    let (before, names) = (cache(probe)?, probe.home()?.names(FOLDER)?);
    for number in 1.. {
        let mut end = false;
        for (errno, words) in ERRORS {
            let calls = Calls::failing(errno).only(number);
            let (outcome, seen) = sign_out(probe, &calls)?;
            let Some(chosen) = seen.iter().position(|call| call.chosen) else {
                end = true;
                break;
            };
            fails_whole(probe, &outcome, &seen[..=chosen], words, &before)
                .map_err(|wrong| wrong.during(format_args!("call {number}, {words}")))?;
            probe.fault_happened("client.fp_store");
            same("the files", probe.home()?.names(FOLDER)?, names.clone())?;
            probe.home()?.write_private(TOKEN_CACHE, &before)?;
        }
        if !end {
            interrupted(probe, number, &before)?;
            continue;
        }
        holds(number > 10, format!("only {number} calls were seen"))?;
        break;
    }
    signed_out(probe)?;
    probe.home()?.write_private(TOKEN_CACHE, &before)?;
    full_disk(probe, &desk, &before)
}

/// The old cache is there, or if the name had changed already, the new one. What only tells others who
/// holds a lock may fail.
fn fails_whole(
    probe: &mut Probe,
    outcome: &Outcome,
    seen: &[Seen],
    words: &str,
    before: &[u8],
) -> Finding {
    if outcome.exit == Some(0) {
        let chosen = seen.last().map(Seen::file_name).unwrap_or_default();
        holds(
            is_lock(chosen),
            format!("nobody noticed that `{chosen}` failed"),
        )?;
        return signed_out(probe);
    }
    let said = refused(probe, outcome, Code::StoreIo)?;
    holds(said.contains(words), format!("the reason is not in {said}"))?;
    let renamed = seen
        .iter()
        .any(|call| call.name == "rename" && !call.chosen);
    if renamed {
        return signed_out(probe);
    }
    is_still(probe, before)
}

/// What a signal interrupts is done again, where a call can be interrupted.
fn interrupted(probe: &mut Probe, number: usize, before: &[u8]) -> Finding {
    let calls = Calls::failing(INTERRUPTED)
        .named(&["open", "create", "write", "fsync", "flock", "truncate"])
        .only(number);
    let (outcome, _) = sign_out(probe, &calls)?;
    fine(probe, &outcome).map_err(|wrong| wrong.during("an interrupted call"))?;
    signed_out(probe)?;
    probe.home()?.write_private(TOKEN_CACHE, before)
}

/// A sign-in that no disk has room for.
fn full_disk(probe: &mut Probe, desk: &Desk, before: &[u8]) -> Finding {
    let calls = Calls::failing(ERRORS[0].0).named(&["write"]);
    let lakekey = probe.watched(&desk.login_words("dev"), &calls, LOG)?;
    let outcome = attempt_login(probe, lakekey)?;
    refused(probe, &outcome, Code::StoreIo)?;
    if probe.home()?.calls(LOG)?.iter().any(|call| call.chosen) {
        probe.fault_happened("env.disk_full");
    }
    is_still(probe, before)?;
    no_litter(probe)?;
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome)?;
    probe.saw(Code::StoreIo);
    Ok(())
}

/// Killed before every call in turn; what a killed writer leaves behind goes when it is old.
fn killed_at_each_call(probe: &mut Probe) -> Finding {
    let _desk = Desk::with(probe, &["dev", "other"])?;
    let before = cache(probe)?;
    let (mut olds, mut news) = (0, 0);
    for number in 1.. {
        let (outcome, seen) = sign_out(probe, &Calls::killing().only(number))?;
        if !seen.iter().any(|call| call.chosen) {
            fine(probe, &outcome)?;
            durable(&seen)?;
            break;
        }
        same("the exit code", outcome.exit, Some(KILLED))?;
        probe.fault_happened("client.fp_store");
        if cache(probe)? == before {
            olds += 1;
        } else {
            signed_out(probe)?;
            news += 1;
        }
        let outcome = token(probe, "other")?;
        fine(probe, &outcome)?;
        probe.home()?.write_private(TOKEN_CACHE, &before)?;
    }
    holds(
        olds > 10 && news > 0,
        format!("{olds} ended with the old cache, {news} with the new"),
    )?;
    probe.home()?.write_private(TOKEN_CACHE, &before)?;
    swept(probe)
}

/// The order that survives a loss of power: the content, its name, the folder.
fn durable(seen: &[Seen]) -> Finding {
    let is_temporary = |call: &&Seen| has_extension(call.file_name(), "tmp");
    let last = |name: &str, wanted: &dyn Fn(&&Seen) -> bool| {
        let mut calls = seen.iter().enumerate().rev();
        let found = calls.find(|(_, call)| call.name == name && wanted(call));
        let found = found.map(|(index, _)| index);
        found.ok_or_else(|| Wrong::new(format!("there is no such `{name}`")))
    };
    let order = [
        last("write", &is_temporary)?,
        last("fsync", &is_temporary)?,
        last("rename", &|call| call.path.ends_with(TOKEN_CACHE))?,
        last("fsync", &|call| call.path.ends_with(FOLDER))?,
    ];
    holds(order.is_sorted(), format!("the order is {order:?}"))
}

fn swept(probe: &mut Probe) -> Finding {
    let litter = litter(probe)?;
    holds(!litter.is_empty(), "nothing was left behind")?;
    for name in &litter {
        let path = format!("{FOLDER}/{name}");
        probe
            .home()?
            .set_modified(&path, crate::probe::noon() - A_YEAR)?;
    }
    let (outcome, _) = sign_out(probe, &Calls::watched())?;
    fine(probe, &outcome)?;
    no_litter(probe)
}

fn sign_out(probe: &mut Probe, calls: &Calls) -> Finding<(Outcome, Vec<Seen>)> {
    let words = ["auth", "logout", "--output=json", "--profile", "dev"];
    let outcome = probe.watched(&words, calls, LOG)?.run()?;
    let seen = probe.home()?.calls(LOG)?;
    Ok((outcome, seen))
}

/// The whole new cache: one login less, and the other as it was.
fn signed_out(probe: &mut Probe) -> Finding {
    let tokens = document(probe)?["tokens"].clone();
    holds(tokens.get("dev").is_none(), "the login is still there")?;
    holds(tokens["other"].is_object(), "the other login is gone")
}

fn litter(probe: &mut Probe) -> Finding<Vec<String>> {
    let mut names = probe.home()?.names(FOLDER)?;
    names.retain(|name| has_extension(name, "tmp"));
    Ok(names)
}

fn no_litter(probe: &mut Probe) -> Finding {
    same("what was left behind", litter(probe)?, Vec::<String>::new())
}

const FOLDER: &str = ".databricks";
const LOG: &str = "calls";
/// `ENOSPC`, `EIO`, `EDQUOT`, `EACCES` of Linux, and how it says them.
const ERRORS: [(i32, &str); 4] = [
    (28, "No space left on device"),
    (5, "Input/output error"),
    (122, "Disk quota exceeded"),
    (13, "Permission denied"),
];
/// `EINTR`.
const INTERRUPTED: i32 = 4;
/// The exit code of a program that `SIGKILL` ended.
const KILLED: i32 = 128 + 9;
const A_YEAR: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 60 * 60);
