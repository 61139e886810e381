//! What a panic shows, with tokens at hand and a backtrace in full.

use lakekey_mock::Setup;

use super::super::desk::{Desk, token_words};
use super::super::support::attempt_login;
use crate::case::{Finding, holds};
use crate::probe::{Lakekey, Outcome, Probe};

/// At a sign-in and at a command for programs; what they print is searched in the end.
pub(super) fn say_nothing(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let words = ["auth", "login", "--no-browser", "--host", server.url()];
    let lakekey = panicking(probe, &words, "login.exchanged")?;
    let outcome = attempt_login(probe, lakekey)?;
    panicked(probe, &outcome, "login.exchanged")?;
    let _desk = Desk::with(probe, &["dev"])?;
    let outcome = panicking(probe, &token_words("dev"), "token.there")?.run()?;
    panicked(probe, &outcome, "token.there")
}

fn panicking(probe: &mut Probe, words: &[&str], point: &str) -> Finding<Lakekey> {
    let lakekey = probe.sabotaged(words)?;
    Ok(lakekey
        .env("LAKEKEY_PANIC", point)
        .env("RUST_BACKTRACE", "full"))
}

fn panicked(probe: &mut Probe, outcome: &Outcome, point: &str) -> Finding {
    for word in [point, "Token {", "stack backtrace:"] {
        let words = format!("`{word}` is not in what it says:\n{}", outcome.stderr);
        holds(outcome.stderr.contains(word), words)?;
    }
    holds(outcome.exit != Some(0), "it ends well")?;
    probe.fault_happened("client.panic");
    Ok(())
}
