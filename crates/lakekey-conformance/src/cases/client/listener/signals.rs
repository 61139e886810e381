//! Signals that ask the command to end, whatever it is doing.

use std::time::Duration;

use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};
use lakekey_store::{FileStore, Key, TokenStore};

use super::super::desk::{Desk, cache, document, expire, fine, is_still, token, token_words};
use super::sockets::{is_closed, loopback};
use super::waiting::{NOTHING, Waiting, files};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::{Calls, Outcome, Probe, Signal, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-LST-09",
    &[
        ("waiting", waiting),
        ("exchanging", exchanging),
        ("lock-wait", waiting_for_a_lock),
        ("writing", writing),
    ],
)];

/// While the browser is waited for.
fn waiting(probe: &mut Probe) -> Finding {
    if !has_signals(probe) {
        return Ok(());
    }
    let server = probe.listening(Setup::workspace())?;
    for signal in Signal::ALL {
        let waiting = Waiting::at(probe, &server, &["--output=json"])?;
        let port = waiting.port()?;
        ended(probe, waiting, signal)?;
        loopback()
            .into_iter()
            .try_for_each(|ip| is_closed(ip, port))?;
        same("the files", files(probe)?, NOTHING)?;
    }
    Ok(())
}

/// While the server has the code, and has not answered yet.
fn exchanging(probe: &mut Probe) -> Finding {
    if !has_signals(probe) {
        return Ok(());
    }
    let desk = Desk::with(probe, &["dev"])?;
    let before = cache(probe)?;
    for signal in Signal::ALL {
        // One that nobody waits for any longer may or may not pass.
        let gate = format!("{signal:?}");
        let barrier = Fault::new("http.barrier").param("name", &gate);
        desk.server.inject(barrier.on(Endpoint::Token).times(1))?;
        let words = ["--profile", "dev"];
        let waiting = Waiting::at(probe, &desk.server, &words)?;
        let callback = waiting.callback(probe)?;
        let browser = probe.browser();
        // The page comes when the exchange is over, which it never is.
        let page = std::thread::spawn(move || browser.look(callback.as_str()).is_ok());
        desk.server.wait_until_held(&gate, 1)?;
        ended(probe, waiting, signal)?;
        desk.server.release(&gate);
        let seen = page.join().unwrap_or_default();
        holds(!seen, "the browser was told that it is over")?;
        is_still(probe, &before)?;
    }
    next_is_fine(probe)
}

/// While another process has the lock: in the third look whether it is free.
fn waiting_for_a_lock(probe: &mut Probe) -> Finding {
    if !has_watcher(probe) {
        return Ok(());
    }
    let desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    let before = cache(probe)?;
    let store = FileStore::in_home(probe.home()?.path());
    let key = Key::new(desk.server.url());
    for signal in Signal::ALL {
        let lease = store.lease(&key, Duration::from_secs(1))?;
        let calls = Calls::interrupting(signal).named(&["flock"]).only(3);
        let started = doors::now();
        let outcome = probe.watched(&token_words("dev"), &calls, LOG)?.run()?;
        is_over(probe, &outcome, signal, started.elapsed())?;
        drop(lease);
        is_still(probe, &before)?;
    }
    next_is_fine(probe)
}

/// In each call in turn with which a sign-out changes files, with one signal after the other.
fn writing(probe: &mut Probe) -> Finding {
    if !has_watcher(probe) {
        return Ok(());
    }
    let _desk = Desk::with(probe, &["dev", "other"])?;
    let before = cache(probe)?;
    let words = ["auth", "logout", "--profile", "dev"];
    for number in 1.. {
        let signal = Signal::ALL[number % Signal::ALL.len()];
        let calls = Calls::interrupting(signal).only(number);
        let started = doors::now();
        let outcome = probe.watched(&words, &calls, LOG)?.run()?;
        if !probe.home()?.calls(LOG)?.iter().any(|call| call.chosen) {
            outcome.went_well()?;
            holds(number > 10, format!("only {number} calls were seen"))?;
            break;
        }
        probe.fault_happened("client.fp_store");
        is_over(probe, &outcome, signal, started.elapsed())?;
        old_or_new(probe, &before)?;
        fine_for_the_other(probe)?;
        probe.home()?.write_private(TOKEN_CACHE, &before)?;
    }
    probe.saw(Code::Cancelled);
    Ok(())
}

/// The whole cache of before, or the whole one with one login less.
fn old_or_new(probe: &mut Probe, before: &[u8]) -> Finding {
    if cache(probe)? == before {
        return Ok(());
    }
    let tokens = document(probe)?["tokens"].clone();
    holds(tokens.get("dev").is_none(), "the login is still there")?;
    holds(tokens["other"].is_object(), "the other login is gone")
}

fn fine_for_the_other(probe: &mut Probe) -> Finding {
    let outcome = token(probe, "other")?;
    fine(probe, &outcome)?;
    probe.saw(Code::Cancelled);
    Ok(())
}

/// Nothing is in the way of the next process.
fn next_is_fine(probe: &mut Probe) -> Finding {
    let started = doors::now();
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome)?;
    let took = started.elapsed();
    holds(took < super::PROMPT, format!("the next one took {took:?}"))?;
    probe.saw(Code::Cancelled);
    Ok(())
}

fn ended(probe: &mut Probe, waiting: Waiting, signal: Signal) -> Finding {
    let started = doors::now();
    waiting.running.signal(signal)?;
    let outcome = waiting.running.finish()?;
    is_over(probe, &outcome, signal, started.elapsed())
}

fn is_over(probe: &mut Probe, outcome: &Outcome, signal: Signal, took: Duration) -> Finding {
    let what = format!("the exit code after {signal:?}\n{}", outcome.stderr);
    same(&what, outcome.exit, Some(signal.exit()))?;
    same("standard output", outcome.stdout.as_str(), "")?;
    holds(took < super::PROMPT, format!("it took {took:?}"))?;
    probe.saw(Code::Cancelled);
    Ok(())
}

fn has_signals(probe: &mut Probe) -> bool {
    if !cfg!(unix) {
        probe.lacks("signals");
    }
    cfg!(unix)
}

fn has_watcher(probe: &mut Probe) -> bool {
    if !cfg!(target_os = "linux") {
        probe.lacks("a way to see the calls of a program, as on Linux");
    }
    cfg!(target_os = "linux")
}

const LOG: &str = "calls";
