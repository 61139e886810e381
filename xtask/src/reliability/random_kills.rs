//! Processes that are killed at any moment.

use std::ops::AddAssign;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::Experiment;
use super::answer::{Answer, End, start};
use super::cache::{self, Cache};
use super::dice::{Dice, SEED};
use super::login::{Login, PROFILE};
use super::page::grouped;
use super::race::milliseconds;
use super::rig::Rig;
use super::row::{Complaints, Rows, Tally};
use crate::stage::Entry;
use crate::stopwatch::{Stopwatch, timed};
use crate::terminal::{Failure, say};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "kills",
    question: "What does `kill -9` at any moment leave behind?",
    method: "
`auth token --force-refresh` is killed at a moment that is drawn evenly from the time it takes, by two workers at once. A
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
    rows.add(tally, seen.figures());

    let large = "once the file changes, 1,002 logins";
    let in_place = format!("{large}, written in place");
    for (mut tally, sabotage) in [
        (Tally::of(large), None),
        (Tally::of_control(in_place), Some("atomic_write")),
    ] {
        let mut worker = Worker::new(rig, WORKERS, sabotage)?;
        let mut cache = worker.login.cache()?;
        cache.crowd(WITNESS, 1000);
        cache.write()?;
        let (counted, _) = worker.work(rig.count(200), When::AtTheChange)?;
        tally.absorb(counted);
        rows.add(tally, "");
    }
    Ok(())
}

/// When to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    AtAnyMoment,
    /// As soon as the file is another one, or of another size.
    AtTheChange,
}

/// One home, in which one process after the other is killed.
struct Worker<'a> {
    number: usize,
    login: Login<'a>,
    sabotage: Option<&'static str>,
    dice: Dice,
    /// The tokens of the last answer that the server gave, wherever they are.
    last: Value,
}

/// When the kills came, by what the server and the file know of it.
#[derive(Debug, Default)]
struct Seen {
    before_the_request: usize,
    committed_and_lost: usize,
    saved: usize,
    ended_before: usize,
    span: Duration,
}

impl<'a> Worker<'a> {
    fn new(rig: &'a Rig, number: usize, sabotage: Option<&'static str>) -> Result<Self, Failure> {
        let login = Login::new(rig, &["--seed", &number.to_string()])?;
        login.sign_in(WITNESS)?;
        let dice = Dice::new(SEED + number as u64);
        let mut worker = Self {
            number,
            login,
            sabotage,
            dice,
            last: Value::Null,
        };
        worker.sign_in()?;
        Ok(worker)
    }

    fn work(&mut self, runs: usize, when: When) -> Result<(Tally, Seen), Failure> {
        let mut tally = Tally::of("");
        let mut seen = Seen {
            span: self.span()?,
            ..Seen::default()
        };
        let backup = self.login.cache()?;
        for run in 1..=runs {
            let before = self.login.cache()?;
            let end = self.kill(seen.span, when)?;
            let mut complaints = Complaints::default();
            let is_lost = self.look(&before, end, &mut seen, &mut complaints)?;
            let is_good = tally.count(&complaints);
            if !is_good {
                backup.write()?;
            }
            if is_lost || !is_good {
                self.sign_in()?;
            }
            if run.is_multiple_of(TOLD) {
                say(format_args!(
                    "    worker {}: {} of {}",
                    self.number,
                    grouped(run),
                    grouped(runs)
                ));
            }
        }
        let after = Answer::of(&mut self.command())?;
        if !after.is_good() {
            tally.count(&[format!("at the end: {}", after.summary())]);
        }
        Ok((tally, seen))
    }

    /// How long the program takes when it is left alone: four of five runs take no longer.
    fn span(&mut self) -> Result<Duration, Failure> {
        let mut times = Vec::new();
        for _ in 0..20 {
            let (answer, took) = timed(|| Answer::of(&mut self.command()));
            let answer = answer?;
            if !answer.is_good() {
                return Err(Failure::new(answer.summary()));
            }
            times.push(took);
        }
        times.sort_unstable();
        self.last = self.news()?.pop().unwrap_or_default();
        Ok(times[times.len() * 4 / 5])
    }

    fn kill(&mut self, span: Duration, when: When) -> Result<End, Failure> {
        let moment = self.dice.before(span);
        let path = cache::path(&self.login.home);
        let look = || {
            let found = path.metadata().ok()?;
            Some((found.len(), found.modified().ok()))
        };
        let before = look();
        let mut running = start(&mut self.command())?;
        match when {
            When::AtAnyMoment => std::thread::sleep(moment),
            When::AtTheChange => {
                let watch = Stopwatch::start();
                while look() == before && watch.elapsed() < 2 * span {
                    std::hint::spin_loop();
                }
            }
        }
        running.kill();
        Ok(Answer::from(running)?.end)
    }

    /// What the server and the file say of the last kill; gives whether the login is gone the one
    /// way that cannot be helped.
    fn look(
        &mut self,
        before: &Cache,
        end: End,
        seen: &mut Seen,
        complaints: &mut Complaints,
    ) -> Result<bool, Failure> {
        let after = match self.login.cache() {
            Ok(after) => after,
            Err(failure) => {
                complaints.unless(false, || failure.to_string());
                return Ok(false);
            }
        };
        let news = self.news()?;
        let is_refused = news.iter().any(|answer| answer["error"].is_string());
        let committed = news
            .into_iter()
            .rfind(|answer| answer["access_token"].is_string());
        let has_committed = committed.is_some();
        self.last = committed.unwrap_or(self.last.take());
        let host = self.login.mock.url();
        complaints.unless(
            after.others(PROFILE, host) == before.others(PROFILE, host),
            || "another login changed".to_owned(),
        );
        let newest = (
            self.last["access_token"].as_str(),
            self.last["refresh_token"].as_str(),
        );
        let is_newest = after.pair(PROFILE) == newest;
        let is_old = after.pair(PROFILE) == before.pair(PROFILE);
        complaints.unless(is_newest || is_old, || {
            "the login is of no single answer of the server".to_owned()
        });
        let is_lost = !is_newest && is_old;
        // A refusal may only follow a refresh that nobody was told of.
        complaints.unless(is_lost || !is_refused, || {
            "the server refused the login".to_owned()
        });
        complaints.unless(is_lost || matches!(end, End::Signal | End::Code(0)), || {
            format!("it ended with {end:?}")
        });
        *match (end, has_committed) {
            _ if is_lost => &mut seen.committed_and_lost,
            (End::Signal, false) => &mut seen.before_the_request,
            (End::Signal, true) => &mut seen.saved,
            _ => &mut seen.ended_before,
        } += 1;
        Ok(is_lost)
    }

    fn sign_in(&mut self) -> Result<(), Failure> {
        self.login.sign_in(PROFILE)?;
        self.last = self.news()?.pop().unwrap_or_default();
        Ok(())
    }

    /// The answers of the token endpoint since the last look.
    fn news(&mut self) -> Result<Vec<Value>, Failure> {
        let news = self.login.mock.news()?;
        let tokens = news.iter().filter(|entry| entry.endpoint == "token");
        Ok(tokens.map(Entry::answer).collect())
    }

    fn command(&self) -> std::process::Command {
        let args = ["--force-refresh"];
        match self.sabotage {
            None => self.login.token(&args),
            Some(protection) => self
                .login
                .sabotaged(&args, &[("LAKEKEY_SABOTAGE", protection)]),
        }
    }
}

impl Seen {
    fn figures(&self) -> String {
        let Self {
            before_the_request,
            committed_and_lost,
            saved,
            ended_before,
            span,
        } = self;
        let counts = [before_the_request, committed_and_lost, saved, ended_before];
        let [before, lost, saved, ended] = counts.map(|count| grouped(*count));
        format!(
            "killed within {}: {before} before the server committed, **{lost} committed and nobody was told \
             (lost)**, {saved} saved; {ended} had ended by themselves",
            milliseconds(Some(span))
        )
    }
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        let Self {
            before_the_request,
            committed_and_lost,
            saved,
            ended_before,
            span,
        } = other;
        self.before_the_request += before_the_request;
        self.committed_and_lost += committed_and_lost;
        self.saved += saved;
        self.ended_before += ended_before;
        self.span = self.span.max(span);
    }
}

const WORKERS: usize = 2;
/// After how many kills to say how far it has got.
const TOLD: usize = 1000;
/// A login that nobody touches.
const WITNESS: &str = "witness";
