//! A renewal that fails for now: the good token stays in use, and nobody is sent to a browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lakekey::{Code, Demand, Error, Http, Observer, Token};
use lakekey_mock::{Fault, Phase, Setup};
use lakekey_store::{FileStore, Key, TokenStore};

use super::super::machine::{Machine, body, fine, posts, untouched};
use super::super::steered::Steered;
use super::super::support::{failed_as, refused};
use super::processes::{HOUR, PROFILE, Processes, entry, printed, unavailable};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-REF-05",
        &[
            ("503", |probe| still_good(probe, unavailable(), 3)),
            ("timeout", never_answered),
            ("invalid_grant", |probe| still_good(probe, refusal(), 1)),
            ("force", an_error_if_forced),
        ],
    ),
    Case::each(
        "C-REF-06",
        &[
            ("503", |probe| {
                for_now(probe, unavailable(), Code::ServerError)
            }),
            ("dns", |probe| {
                nowhere(probe, "http://workspace.invalid", Code::Transport)
            }),
            ("tls", unknown_authority),
            ("timeout", |probe| {
                for_now(probe, Fault::new("http.hang"), Code::Timeout)
            }),
            ("captive-portal", |probe| {
                let page = body("<html>Sign in to the network</html>", "text/html")?;
                for_now(
                    probe,
                    page.phase(Phase::Instead),
                    Code::InvalidTokenResponse,
                )
            }),
        ],
    ),
];

/// The command prints the token that is still good, and the login stays as it is.
///
/// Its warning is for people at a terminal; the one that the library gives is looked at by itself.
fn still_good(probe: &mut Probe, fault: Fault, requests: usize) -> Finding {
    let (processes, access) = ending_soon(probe)?;
    let before = entry(probe)?;
    processes.inject(fault.clone())?;
    let outcome = Processes::token(probe, &[])?.run()?;
    same("the token", printed(&outcome)?, access)?;
    same("standard error", outcome.stderr, "")?;
    holds(entry(probe)? == before, "the stored login has changed")?;
    let sent = processes.server.token_posts().len();
    same("token requests", sent, requests)?;
    processes.server.clear_faults();
    probe.counts(u64::try_from(sent)?);
    warned_once(probe, fault)
}

/// Whoever observes the library is told once.
fn warned_once(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::near(probe)?;
    machine.settled(probe)?;
    let old = fine(probe, machine.token()?)?;
    machine.server.advance(FIFTY_SIX_MINUTES);
    machine.inject(fault)?;
    let told = Arc::new(Told::default());
    let credentials = machine.builder().observer(told.clone()).build()?;
    let now = fine(probe, machine.wait(credentials.token_on(Demand::Fresh)))?;
    holds(now.access() == old.access(), "another token is handed out")?;
    same("warnings", told.0.load(Ordering::Acquire), 1)
}

/// Counts what was survived.
#[derive(Debug, Default)]
struct Told(AtomicUsize);

impl Observer for Told {
    fn survived(&self, _: &Error) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// A login with four minutes left, when twenty is what a renewal ahead of time begins at; its token.
fn ending_soon(probe: &mut Probe) -> Finding<(Processes, String)> {
    let processes = Processes::signed_in(probe)?;
    let access = printed(&Processes::token(probe, &[])?.run()?)?;
    let store = FileStore::in_home(probe.home()?.path());
    let key = Key::profile(PROFILE);
    let token = there("the login", store.load(&key)?)?;
    let now = processes.server.with(|mock| mock.clock().now());
    store.save(&key, &token.expiring(now + FOUR_MINUTES))?;
    Ok((processes, access))
}

/// Forced, it is an error; asked without force afterwards, the token is as good as before.
fn an_error_if_forced(probe: &mut Probe) -> Finding {
    let (processes, access) = ending_soon(probe)?;
    let before = entry(probe)?;
    processes.inject(unavailable())?;
    let words = ["--force-refresh", "--output", "json"];
    let outcome = Processes::token(probe, &words)?.run()?;
    failed_as(&outcome, Code::ServerError)?;
    holds(entry(probe)? == before, "the stored login has changed")?;
    let outcome = Processes::token(probe, &[])?.run()?;
    same("the token", printed(&outcome)?, access)?;
    probe.saw("ok");
    Ok(())
}

/// The endpoint never answers within the limit of a request.
fn never_answered(probe: &mut Probe) -> Finding {
    let limit = Duration::from_millis(100);
    let machine = Machine::wired(probe)?.through(|http| Steered::new(http).within(limit));
    let before = machine.settled(probe)?;
    let old = fine(probe, machine.token()?)?;
    machine.server.advance(FIFTY_SIX_MINUTES);
    machine.inject(Fault::new("http.hang"))?;
    let now = fine(probe, newest(&machine)?)?;
    holds(now.access() == old.access(), "another token is handed out")?;
    posts(&machine, 2)?;
    untouched(&machine, before.as_deref())?;
    probe.counts(2);
    never_answered_in_time(probe)
}

/// Nor within the time that the command was given: what it has is better than nothing.
fn never_answered_in_time(probe: &mut Probe) -> Finding {
    let (processes, access) = ending_soon(probe)?;
    processes.inject(Fault::new("http.hang"))?;
    let outcome = Processes::token(probe, &["--timeout", "1s"])?.run()?;
    same("the token", printed(&outcome)?, access)
}

/// What the command asks for: renewed ahead of time.
fn newest(machine: &Machine) -> Finding<Result<Token, Error>> {
    let credentials = machine.credentials()?;
    Ok(machine.wait(credentials.token_on(Demand::Fresh)))
}

/// The token has ended and the server fails, in this way: an error of that kind, and no more than that.
fn for_now(probe: &mut Probe, fault: Fault, code: Code) -> Finding {
    let machine = Machine::near(probe)?;
    let before = machine.settled(probe)?;
    machine.server.advance(2 * HOUR);
    machine.inject(fault)?;
    transient(probe, &machine, code, before.as_deref())
}

/// A host of that name is not to be found.
fn nowhere(probe: &mut Probe, origin: &str, code: Code) -> Finding {
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    let machine = machine.through(|_| {
        let http = Steered::new(Arc::new(Http::default()));
        (0..ATTEMPTS).fold(http, |http, _| http.past(origin))
    });
    machine.server.advance(2 * HOUR);
    transient(probe, &machine, code, before.as_deref())
}

/// The server of the host shows a certificate of an authority that nobody knows.
fn unknown_authority(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.tls = true;
    let stranger = probe.listening(setup)?;
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    let machine = machine.through(|_| Steered::new(Arc::new(Http::default())).past(stranger.url()));
    machine.server.advance(2 * HOUR);
    probe.fault_happened("tls.bad");
    transient(probe, &machine, Code::Tls, before.as_deref())?;
    same("requests to the stranger", stranger.requests().len(), 0)
}

/// The error says that waiting helps, and not that signing in does; once the server is well, so is the login.
fn transient(probe: &mut Probe, machine: &Machine, code: Code, before: Option<&str>) -> Finding {
    let error = refused(probe, machine.token()?, code)?;
    let requests = machine.server.token_posts().len();
    same(
        "whether it can be tried again",
        code.retryable(),
        !matches!(code, Code::Tls | Code::InvalidTokenResponse),
    )?;
    let words = format!("{error} {:?} {:?}", error.hint(), error.notes()).to_lowercase();
    for advice in ["login", "log in", "sign in"] {
        holds(!words.contains(advice), format!("it says `{words}`"))?;
    }
    untouched(machine, before)?;
    machine.server.clear_faults();
    // The pauses of the attempts that failed passed on the mock's clock or not at all.
    machine.server.advance(Duration::from_secs(1));
    machine
        .token()?
        .map_err(|error| Wrong::from(error).during("once the server is well"))?;
    probe.counts(u64::try_from(requests)?);
    Ok(())
}

fn refusal() -> Fault {
    Fault::new("token.error").param("error", "invalid_grant")
}

const FOUR_MINUTES: Duration = Duration::from_secs(4 * 60);
const FIFTY_SIX_MINUTES: Duration = Duration::from_secs(56 * 60);
/// A renewal that was never sent is tried so often.
const ATTEMPTS: usize = 3;
