//! What somebody planted where the token cache, its locks and its temporary files are.

use lakekey::Code;

use super::super::desk::{
    Desk, cache, fine, has_extension, is_still, locks, new_token, refused, token, watched,
};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::{Probe, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-STO-05",
    &[
        ("store-link", linked_cache),
        ("temp-link", linked_temporary_file),
        ("lock-link", |probe| linked_locks(probe, false)),
        ("hard-link", hard_links),
        ("fifo", pipe),
        ("directory", folder),
    ],
)];

/// A link of one's own is read through; writing puts a file in its place.
fn linked_cache(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let good = cache(probe)?;
    for content in [&good[..], b"no cache at all"] {
        plant(probe, content)?;
        probe.home()?.link(TOKEN_CACHE, VICTIM)?;
        let outcome = desk.login(probe, "dev")?;
        fine(probe, &outcome)?;
        unharmed(probe, content)?;
        let outcome = token(probe, "dev")?;
        fine(probe, &outcome)?;
        let kind = probe.home()?.file(TOKEN_CACHE).symlink_metadata()?;
        holds(kind.is_file(), "the cache is still a link")?;
    }
    Ok(())
}

/// A name that can be foreseen would be planted; here are those that other programs use.
fn linked_temporary_file(probe: &mut Probe) -> Finding {
    let _desk = Desk::with(probe, &["dev"])?;
    plant(probe, b"victim")?;
    for name in FORESEEN {
        probe.home()?.link(&format!(".databricks/{name}"), VICTIM)?;
    }
    let mut names = Vec::new();
    for log in ["first", "second"] {
        let words = ["auth", "token", "--force-refresh", "--profile", "dev"];
        let lakekey = probe.lakekey(&words)?;
        let outcome = watched(lakekey, probe, log)?.run()?;
        outcome.went_well()?;
        if cfg!(target_os = "linux") {
            names.extend(temporary(probe, log)?);
        }
    }
    let written = names.len();
    names.sort_unstable();
    names.dedup();
    same("the different temporary names", names.len(), written)?;
    holds(
        written > 1 || !cfg!(target_os = "linux"),
        "no temporary file was seen",
    )?;
    probe.saw("ok");
    unharmed(probe, b"victim")
}

/// The temporary files of a command. Each must have been created as one that was not there.
fn temporary(probe: &mut Probe, log: &str) -> Finding<Vec<String>> {
    let mut calls = probe.home()?.calls(log)?;
    calls.retain(|call| has_extension(call.file_name(), "tmp"));
    calls.retain(|call| ["open", "create"].contains(&call.name.as_str()));
    let name = |call: &crate::probe::Seen| call.file_name().to_owned();
    let names = calls.iter().map(name).collect();
    for call in calls {
        same("how it was opened", call.name, "create")?;
    }
    Ok(names)
}

fn linked_locks(probe: &mut Probe, hard: bool) -> Finding {
    let _desk = Desk::with(probe, &["dev"])?;
    let before = cache(probe)?;
    plant(probe, b"victim")?;
    for lock in locks(probe)? {
        if hard {
            probe.home()?.name_again(&lock, VICTIM)?;
        } else {
            probe.home()?.link(&lock, VICTIM)?;
        }
        let words = ["auth", "logout", "--output=json", "--profile", "dev"];
        let outcome = probe.lakekey(&words)?.run()?;
        refused(probe, &outcome, Code::StoreInsecure)?;
        unharmed(probe, b"victim")?;
        is_still(probe, &before)?;
        probe.home()?.remove(&lock)?;
    }
    Ok(())
}

/// A second name of the cache is left behind with what it had; one of a lock is refused.
fn hard_links(probe: &mut Probe) -> Finding {
    linked_locks(probe, true)?;
    let good = cache(probe)?;
    plant(probe, &good)?;
    probe.home()?.name_again(TOKEN_CACHE, VICTIM)?;
    let outcome = new_token(probe, "dev")?;
    fine(probe, &outcome)?;
    unharmed(probe, &good)
}

/// Opening it would wait for somebody to write into it.
fn pipe(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    probe.home()?.pipe(TOKEN_CACHE)?;
    neither_read_nor_written(probe, &desk)?;
    probe.home()?.pipe(VICTIM)?;
    probe.home()?.link(TOKEN_CACHE, VICTIM)?;
    neither_read_nor_written(probe, &desk)
}

fn folder(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    probe.home()?.remove(TOKEN_CACHE)?;
    probe.home()?.make_folder(TOKEN_CACHE)?;
    neither_read_nor_written(probe, &desk)
}

fn neither_read_nor_written(probe: &mut Probe, desk: &Desk) -> Finding {
    let names = probe.home()?.names(".databricks")?;
    for outcome in [token(probe, "dev")?, desk.login(probe, "dev")?] {
        refused(probe, &outcome, Code::StoreInsecure)?;
    }
    same("the files", probe.home()?.names(".databricks")?, names)
}

fn plant(probe: &mut Probe, content: &[u8]) -> Finding {
    probe.home()?.write(VICTIM, content)?;
    probe.home()?.set_mode(VICTIM, 0o640)
}

fn unharmed(probe: &mut Probe, content: &[u8]) -> Finding {
    let path = probe.home()?.file(VICTIM);
    let now = doors::read(&path)?;
    holds(now.as_deref() == Some(content), "the victim was written to")?;
    same("the victim's mode", probe.home()?.mode(VICTIM)?, 0o640)
}

const VICTIM: &str = "victim";
const FORESEEN: [&str; 4] = [
    "token-cache.json.tmp",
    ".token-cache.json.tmp",
    "token-cache.tmp",
    ".token-cache-.tmp",
];
