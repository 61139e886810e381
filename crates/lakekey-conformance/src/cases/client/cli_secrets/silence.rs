//! Commands for programs: they open no browser and ask nothing.

use lakekey::Code;
use lakekey_mock::{Fault, Setup};

use super::super::desk::{Desk, expire, refused};
use super::super::opener::Opener;
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::{Lakekey, Outcome, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-CLI-04",
    &[
        ("no-entry", |probe| {
            nobody_signed_in(probe, |lakekey| lakekey)
        }),
        ("dead", dead),
        ("no-tty", |probe| nobody_signed_in(probe, without_terminal)),
        ("stdin-closed", |probe| {
            nobody_signed_in(probe, without_input)
        }),
    ],
)];

/// Every way to ask for a token where nobody has signed in.
fn nobody_signed_in(probe: &mut Probe, prepare: fn(Lakekey) -> Lakekey) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let profile = format!(
        "[dev]\nhost = {}\nauth_type = databricks-cli\n",
        server.url()
    );
    probe.home()?.write(crate::probe::PROFILES, profile)?;
    for words in COMMANDS {
        let outcome = quietly(probe, words, prepare)?;
        refused(probe, &outcome, Code::NotLoggedIn).map_err(|wrong| wrong.during(words[1]))?;
    }
    Ok(())
}

/// The same with a login that the server has ended.
fn dead(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let fault = Fault::new("token.error").param("error", "invalid_grant");
    desk.server.inject(fault.grant("refresh_token"))?;
    expire(probe)?;
    for words in COMMANDS {
        let outcome = quietly(probe, words, |lakekey| lakekey)?;
        refused(probe, &outcome, Code::ReauthRequired).map_err(|wrong| wrong.during(words[1]))?;
    }
    Ok(())
}

/// Runs it with a browser that must not be opened, as a build server would.
fn quietly(probe: &mut Probe, words: &[&str], prepare: fn(Lakekey) -> Lakekey) -> Finding<Outcome> {
    let words = [&["--profile=dev", "--output=json"], words].concat();
    let opener = Opener::that(probe.home()?, "exit 0")?;
    let lakekey = opener.of(probe.lakekey(&words)?).env("CI", "true");
    let started = doors::now();
    let outcome = prepare(lakekey).run()?;
    let took = started.elapsed();
    holds(took < PROMPT, format!("it took {took:?}"))?;
    same("what a browser was given", opener.addresses()?.len(), 0)?;
    for word in ["?: ", "[y/N]", "/authorize"] {
        holds(
            !outcome.stderr.contains(word),
            format!("it asks: {}", outcome.stderr),
        )?;
    }
    Ok(outcome)
}

/// In a session of its own, that has no terminal.
fn without_terminal(lakekey: Lakekey) -> Lakekey {
    if cfg!(target_os = "linux") {
        lakekey.through("setsid".as_ref(), ["--wait"])
    } else {
        lakekey
    }
}

/// Without a standard input.
fn without_input(lakekey: Lakekey) -> Lakekey {
    if cfg!(unix) {
        lakekey.through("sh".as_ref(), ["-c", "exec \"$0\" \"$@\" <&-"])
    } else {
        lakekey
    }
}

const COMMANDS: [&[&str]; 5] = [
    &["auth", "token"],
    &["auth", "token", "--force-refresh"],
    &["api", "get", "/api/2.0/clusters/list"],
    &["auth", "exec", "--", "true"],
    &["auth", "serve", "--idle", "1ms"],
];
/// A command that waits for a person waits for minutes.
const PROMPT: std::time::Duration = std::time::Duration::from_secs(10);
