//! Many who write, each their own login, and some who read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lakekey::Token;
use lakekey_store::{FileStore, Key, TokenStore};
use serde_json::Value;

use super::super::desk::{Desk, fine, token_words};
use crate::case::{Case, Finding, Wrong, holds};
use crate::doors;
use crate::probe::{Lakekey, Probe};

pub(super) const CASES: &[Case] = &[Case::one("C-STO-09", writers_and_readers)];

/// Sixteen at a time, as processes that renew and as threads that save and nothing else.
fn writers_and_readers(probe: &mut Probe) -> Finding {
    let store = FileStore::in_home(probe.home()?.path());
    while_read(&store, || threads(&store))?;
    let names: Vec<_> = (0..WRITERS).map(|number| format!("p{number}")).collect();
    let profiles: Vec<_> = names.iter().map(String::as_str).collect();
    let _desk = Desk::with(probe, &profiles)?;
    while_read(&store, || processes(probe, &store, &profiles))?;
    for writer in 0..WRITERS {
        let last = store.load(&Key::new(format!("writer {writer}")))?;
        let wanted = Token::bearer((SAVES - 1).to_string());
        holds(
            last == Some(wanted),
            format!("an update of writer {writer} is lost"),
        )?;
    }
    probe.saw("ok");
    Ok(())
}

fn threads(store: &FileStore) -> Finding {
    let save = |writer: usize| {
        let key = Key::new(format!("writer {writer}"));
        (0..SAVES).try_for_each(|number| store.save(&key, &Token::bearer(number.to_string())))
    };
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || save(writer)))
            .collect();
        writers.into_iter().try_for_each(|writer| {
            let saved = writer.join().map_err(|_| Wrong::new("a writer panicked"))?;
            Ok(saved?)
        })
    })
}

fn processes(probe: &mut Probe, store: &FileStore, profiles: &[&str]) -> Finding {
    for _ in 0..ROUNDS {
        let mut running = Vec::new();
        for profile in profiles {
            let words = [&token_words(profile)[..], &["--force-refresh"]].concat();
            running.push(probe.lakekey(&words).and_then(Lakekey::start)?);
        }
        for (running, profile) in running.into_iter().zip(profiles) {
            let outcome = running.finish()?;
            let printed = fine(probe, &outcome)?;
            let kept = store.load(&Key::profile(profile))?;
            let kept = kept.map(|token| Value::from(token.access().expose()));
            holds(
                kept.as_ref() == Some(&printed["access_token"]),
                format!("the token of {profile} is not the one that was printed"),
            )?;
        }
    }
    Ok(())
}

/// Does the work while others read all the time.
fn while_read(store: &FileStore, work: impl FnOnce() -> Finding) -> Finding {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| scope.spawn(|| read_until(store, &over)))
            .collect();
        let outcome = work();
        over.store(true, Ordering::Relaxed);
        for reader in readers {
            let longest = reader
                .join()
                .map_err(|_| Wrong::new("a reader panicked"))??;
            holds(longest < PROMPT, format!("a reader waited for {longest:?}"))?;
        }
        outcome
    })
}

/// Reads whole files only; gives how long the slowest read took.
fn read_until(store: &FileStore, over: &AtomicBool) -> Finding<Duration> {
    let (mut reads, mut longest) = (0, Duration::ZERO);
    while !over.load(Ordering::Relaxed) || reads == 0 {
        let started: Instant = doors::now();
        store.load(&Key::profile("p0"))?;
        longest = longest.max(started.elapsed());
        reads += 1;
        thread::sleep(BETWEEN_READS);
    }
    Ok(longest)
}

const WRITERS: usize = 16;
const READERS: usize = 4;
/// So that readers leave the machine to the writers.
const BETWEEN_READS: Duration = Duration::from_millis(1);
const SAVES: usize = 200;
/// How often each process renews its login.
const ROUNDS: usize = 4;
/// A reader takes no lock, so that only a busy machine is slow; a lock would be waited for up to 30 s.
const PROMPT: Duration = Duration::from_secs(5);
