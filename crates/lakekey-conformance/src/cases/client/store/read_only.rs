//! A home that cannot be written.

use lakekey::Code;

use super::super::desk::{Desk, cache, fine, is_still, refused, token_words};
use super::super::support::attempt_login;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Calls, Outcome, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-STO-06",
    &[
        ("token", served),
        ("login", |probe| {
            let desk = Desk::with(probe, &["dev"])?;
            refusing(probe, &desk.login_words("dev"))?;
            // The sign-in itself is the only token request.
            same("the token requests", desk.server.token_posts().len(), 1)?;
            probe.counts(0);
            Ok(())
        }),
        ("logout", |probe| {
            let _desk = Desk::with(probe, &["dev"])?;
            refusing(
                probe,
                &["auth", "logout", "--output=json", "--profile", "dev"],
            )
        }),
    ],
)];

/// Not even an attempt to write is made, and nothing is said.
fn served(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let before = desk.server.requests().len();
    let outcome = on_read_only(probe, &token_words("dev"))?;
    let answer = fine(probe, &outcome)?;
    holds(answer["access_token"].is_string(), "no token was printed")?;
    same("what was said", outcome.stderr, "")?;
    same("the calls that write", probe.home()?.calls(LOG)?, [])?;
    same("requests", desk.server.requests().len(), before)
}

fn refusing(probe: &mut Probe, words: &[&str]) -> Finding {
    let (before, names) = (cache(probe)?, probe.home()?.names(".databricks")?);
    let outcome = on_read_only(probe, words)?;
    let words = refused(probe, &outcome, Code::StoreIo)?;
    holds(
        words.contains("Read-only file system"),
        format!("the reason is not in {words}"),
    )?;
    let calls = probe.home()?.calls(LOG)?;
    if calls.iter().any(|call| call.chosen) {
        probe.fault_happened("env.ro_dir");
    }
    is_still(probe, &before)?;
    same("the files", probe.home()?.names(".databricks")?, names)
}

/// Runs the command where the file system lets nobody write, not even root.
fn on_read_only(probe: &mut Probe, words: &[&str]) -> Finding<Outcome> {
    let writing = [
        "open", "create", "mkdir", "rename", "link", "unlink", "chmod", "truncate", "write",
    ];
    let calls = Calls::failing(READ_ONLY).named(&writing);
    let lakekey = probe.watched(words, &calls, LOG)?;
    attempt_login(probe, lakekey)
}

const LOG: &str = "calls";
/// `EROFS`.
const READ_ONLY: i32 = 30;
