//! Many processes, one login.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lakekey::Code;
use lakekey_mock::Fault;

use super::super::support::failed_as;
use super::keyring::Keyring;
use super::processes::{Processes, entry, printed, rotation};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::{Lakekey, Probe, Running, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-REF-10",
        &[
            ("n2", |probe| one_for_all(probe, 2)),
            ("n8", |probe| one_for_all(probe, 8)),
            ("n32", |probe| one_for_all(probe, 32)),
            ("n100", |probe| one_for_all(probe, 100)),
            ("keyring", one_for_all_in_the_keyring),
        ],
    ),
    Case::one("C-REF-12", forced_at_once),
    Case::each(
        "C-REF-13",
        &[
            ("before-commit-strict", |probe| unspent(probe, "strict")),
            ("before-commit-grace", |probe| unspent(probe, "grace")),
            ("after-commit-strict", spent_for_good),
            ("after-commit-grace", spent_and_given_again),
        ],
    ),
];

/// One renews, and all have its token. Nobody is answered before the last one was started.
fn one_for_all(probe: &mut Probe, count: usize) -> Finding {
    let _turn = turn();
    let processes = Processes::expired(probe)?;
    processes.server.inject(rotation("strict"))?;
    let commands = commands(probe, count, &[])?;
    renewed_once(probe, &processes, commands)
}

/// The same for a login that is in a keyring and nowhere else.
fn one_for_all_in_the_keyring(probe: &mut Probe) -> Finding {
    let _turn = turn();
    let Some(keyring) = Keyring::start(probe.home()?)? else {
        probe.lacks("it needs Linux with the packages dbus and gnome-keyring");
        return Ok(());
    };
    let processes = Processes::expired_in(probe, &keyring)?;
    processes.server.inject(rotation("strict"))?;
    let commands = commands(probe, 8, &[])?.into_iter();
    let commands = commands.map(|command| keyring.around(command)).collect();
    renewed_once(probe, &processes, commands)?;
    let file = probe.home()?.read(TOKEN_CACHE)?;
    same("the token cache", file, None)
}

fn renewed_once(probe: &mut Probe, processes: &Processes, commands: Vec<Lakekey>) -> Finding {
    let tokens = racing(processes, commands)?;
    holds(
        tokens.iter().all(|token| *token == tokens[0]),
        "the processes have different tokens",
    )?;
    same("token requests", processes.server.token_posts().len(), 1)?;
    processes.nothing_reused()?;
    processes.works(&tokens[0])?;
    probe.saw("ok");
    Ok(())
}

/// However many renewals it takes, no refresh token is sent twice and every token is good.
fn forced_at_once(probe: &mut Probe) -> Finding {
    let _turn = turn();
    let processes = Processes::signed_in(probe)?;
    processes.server.inject(rotation("strict"))?;
    let tokens = racing(&processes, commands(probe, 32, &["--force-refresh"])?)?;
    for token in &tokens {
        processes.works(token)?;
    }
    processes.nothing_reused()?;
    probe.saw("ok");
    Ok(())
}

/// Waits for the other races of this run: a keyring is given three seconds for an answer, which
/// a hundred processes of somebody else can use up.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many times `lakekey auth token`, not started yet.
fn commands(probe: &mut Probe, count: usize, arguments: &[&str]) -> Finding<Vec<Lakekey>> {
    (0..count)
        .map(|_| Processes::token(probe, arguments))
        .collect()
}

/// Starts all of them while the first renewal is held, and gives what they printed.
fn racing(processes: &Processes, commands: Vec<Lakekey>) -> Finding<Vec<String>> {
    let slow = barrier("before_commit").and("http.delay").param("ms", 300);
    processes.inject(slow)?;
    let running: Vec<_> = commands
        .into_iter()
        .map(Lakekey::start)
        .collect::<Finding<_>>()?;
    for _ in &running {
        processes.server.release(GATE);
    }
    running
        .into_iter()
        .map(|process| printed(&process.finish()?))
        .collect()
}

/// The holder is killed before the server has done anything: the next one simply renews.
fn unspent(probe: &mut Probe, mode: &str) -> Finding {
    let (processes, holder) = held(probe, mode, "before_commit")?;
    holder.kill()?;
    let access = next(probe)?;
    processes.works(&access)?;
    processes.nothing_reused()?;
    probe.saw("ok");
    Ok(())
}

/// The server has rotated, nobody was told, and it allows no repeat: only a login helps.
fn spent_for_good(probe: &mut Probe) -> Finding {
    let (processes, holder) = held(probe, "strict", "after_commit")?;
    holder.kill()?;
    let before = entry(probe)?;
    let outcome = Processes::token(probe, &["--output", "json"])?.run()?;
    failed_as(&outcome, Code::ReauthRequired)?;
    holds(entry(probe)? == before, "the stored login has changed")?;
    same("token requests", processes.server.token_posts().len(), 2)?;
    probe.saw(Code::ReauthRequired);
    Ok(())
}

/// The same where a repeat gives the same tokens again: they are what is stored.
fn spent_and_given_again(probe: &mut Probe) -> Finding {
    let (processes, holder) = held(probe, "grace", "after_commit")?;
    holder.kill()?;
    let access = next(probe)?;
    processes.works(&access)?;
    processes.nothing_reused()?;
    same("token requests", processes.server.token_posts().len(), 2)?;
    let forced = printed(&Processes::token(probe, &["--force-refresh"])?.run()?)?;
    processes.works(&forced)?;
    probe.counts(2);
    probe.saw("ok");
    Ok(())
}

/// A process whose renewal the server holds, while it holds the lease.
fn held(probe: &mut Probe, mode: &str, at: &str) -> Finding<(Processes, Running)> {
    let processes = Processes::expired(probe)?;
    processes.server.inject(rotation(mode))?;
    processes.inject(barrier(at).times(1))?;
    let holder = Processes::token(probe, &[])?.start()?;
    processes.server.wait_until_held(GATE, 1)?;
    Ok((processes, holder))
}

/// The token of the next process, which must not have to wait for the one that is gone.
fn next(probe: &mut Probe) -> Finding<String> {
    let command = Processes::token(probe, &[])?;
    let started = doors::now();
    let access = printed(&command.run()?)?;
    let took = started.elapsed();
    holds(took < AT_ONCE, format!("the next process took {took:?}"))?;
    let stored = entry(probe)?;
    holds(
        stored["access_token"] == access.as_str(),
        "another token is stored than was printed",
    )?;
    Ok(access)
}

fn barrier(at: &str) -> Fault {
    Fault::new("http.barrier")
        .param("name", GATE)
        .param("at", at)
}

const GATE: &str = "renewal";
/// A lease that nobody holds is there within a second; starting a process on a busy machine is the rest.
const AT_ONCE: Duration = Duration::from_secs(5);
