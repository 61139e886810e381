//! Processes that are killed at any moment.

mod seen;
mod worker;

use std::thread::ScopedJoinHandle;

use seen::Seen;
use worker::{WITNESS, When, Worker};

use super::Experiment;
use super::race::milliseconds;
use super::rig::Rig;
use super::rows::Rows;
use super::tally::Tally;
use crate::terminal::Failure;

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "kills",
    question: "What does `kill -9` at any moment leave behind?",
    method: "
`auth token` of an expired login is killed at a moment that is drawn evenly from the time it takes, by two workers at once. A
failure is: a file that is no whole document, a second login in it that changed, an entry that mixes two answers of the
server, a program that was not killed and did not end well, or a login that was lost. One case cannot be helped: the
refresh token is good for one use, the server has committed the refresh, and nobody was told or had the time to write it
down. It is counted by itself, and somebody signs in again. A large file is written for so long that a process can be
killed in the middle of it; the control writes into the file itself, without a new one that takes its place.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut tally = Tally::of("at any moment, two logins");
    let runs = rig.count(10_000) / WORKERS;
    let workers = std::thread::scope(|scope| {
        let work = |number| Worker::new(rig, number, None)?.work(runs, When::AtAnyMoment);
        let start = |number| scope.spawn(move || work(number));
        let started: Vec<_> = (0..WORKERS).map(start).collect();
        let ended = started.into_iter().map(ScopedJoinHandle::join);
        ended.collect::<Vec<_>>()
    });
    let mut seen = Seen::default();
    for worker in workers {
        let worker = worker.map_err(|_| Failure::new("a worker panicked"))?;
        let (counted, of_it) = worker?;
        tally.absorb(counted);
        seen += of_it;
    }
    let span = milliseconds(Some(&seen.span));
    let phases = seen.phases();
    rows.add(tally, format!("killed within about {span}: {phases}"));

    let large = "once writing begins, 1,002 logins";
    let in_place = format!("{large}, written in place");
    for (mut tally, sabotage) in [
        (Tally::of(large), None),
        (Tally::of_control(in_place), Some("atomic_write")),
    ] {
        let mut worker = Worker::new(rig, WORKERS, sabotage)?;
        let mut cache = worker.login.cache()?;
        cache.crowd(WITNESS, 1000);
        cache.write()?;
        let (counted, seen) = worker.work(rig.count(200), When::AtTheChange)?;
        tally.absorb(counted);
        rows.add(tally, seen.phases());
    }
    Ok(())
}

const WORKERS: usize = 2;
