//! Token requests of which one in five goes wrong.

mod mix;
mod record;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use mix::mix;
use record::{Record, Seen};

use super::Experiment;
use super::answer::{Answer, End};
use super::cache::Cache;
use super::dice::{Dice, SEED};
use super::page::grouped;
use super::rig::Rig;
use super::rows::Rows;
use super::tally::{Complaints, Tally};
use crate::stage::{Home, Mock, SignIn};
use crate::terminal::{Failure, say};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "faults",
    question: "What comes of token requests when one in five goes wrong?",
    method: "
Sixteen profiles in one home, each with a server of its own; sixteen workers run `auth token --force-refresh` for any of them.
Of the requests to the token endpoint 5 % meet a 500 or 503, 4 % a reset connection (half of them after the server has
committed), 3 % a delay of 0.5 to 3 s, 2 % a 429, 2 % an answer that breaks off, 2 % a page of HTML, 1 % a redirect and 1 %
a wrong media type. The server tolerates a repeated refresh. A failure is: a token that the server of that profile did not
mint or that does not open it at once, an exit code other than 0, 5 (unavailable) and 6 (an answer that cannot be trusted),
a process that runs for two minutes, a damaged file, or a token in standard error. To run out of attempts is none: success
is a figure.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut tally = Tally::of("16 profiles, 16 workers");
    let stage = Stage::new(rig, "grace=24h")?;
    let seen = stage.work(rig.count(10_000), &mut tally)?;
    let record = stage.record()?;
    record.judge(&seen, &mut tally);
    rows.add(tally, record.figures(&seen));
    record.controls(&seen, rows);

    let mut tally = Tally::of_control("repeated refreshes end the session");
    let stage = Stage::new(rig, "strict")?;
    stage.work(400, &mut tally)?;
    rows.add(tally, "");
    Ok(())
}

/// A home with many profiles, and their servers.
struct Stage<'a> {
    rig: &'a Rig,
    home: Home,
    mocks: Vec<Mock>,
}

impl<'a> Stage<'a> {
    fn new(rig: &'a Rig, rotation: &str) -> Result<Self, Failure> {
        let home = Home::new()?;
        let mocks = (0..PROFILES).map(|number| {
            let seed = number.to_string();
            let args = [
                "--consent",
                "approve",
                "--rotation",
                rotation,
                "--seed",
                &seed,
            ];
            let mock = Mock::start(&rig.programs.mock, &args)?;
            SignIn::approved(&home, &rig.programs.lakekey, mock.url(), &name(number))?;
            for fault in mix(number as u64) {
                mock.inject(&fault)?;
            }
            Ok(mock)
        });
        let mocks = mocks.collect::<Result<Vec<_>, Failure>>()?;
        Ok(Self { rig, home, mocks })
    }

    /// Lets all workers ask until there were so many requests in all.
    fn work(&self, runs: usize, tally: &mut Tally) -> Result<Seen, Failure> {
        let tickets = AtomicUsize::new(0);
        let tickets = &tickets;
        let outcomes = std::thread::scope(|scope| {
            let start = |number| scope.spawn(move || self.worker(number, runs, tickets));
            let started: Vec<_> = (0..WORKERS).map(start).collect();
            started
                .into_iter()
                .map(ScopedJoinHandle::join)
                .collect::<Vec<_>>()
        });
        let mut all = Seen::default();
        for outcome in outcomes {
            let outcome = outcome.map_err(|_| Failure::new("a worker panicked"))?;
            let (counted, seen) = outcome?;
            tally.absorb(counted);
            all.printed.extend(seen.printed);
            all.said.extend(seen.said);
            for (end, count) in seen.ends {
                *all.ends.entry(end).or_default() += count;
            }
        }
        Ok(all)
    }

    fn worker(
        &self,
        number: usize,
        runs: usize,
        tickets: &AtomicUsize,
    ) -> Result<(Tally, Seen), Failure> {
        let mut dice = Dice::new(SEED + number as u64);
        let mut tally = Tally::of("");
        let mut seen = Seen::default();
        loop {
            let ticket = tickets.fetch_add(1, Ordering::Relaxed) + 1;
            if ticket > runs {
                return Ok((tally, seen));
            }
            if ticket.is_multiple_of(TOLD) {
                say(format_args!("    {} of {}", grouped(ticket), grouped(runs)));
            }
            let profile = dice.index(PROFILES);
            let answer = Answer::of(&mut self.command(profile))?;
            tally.count(&self.complaints(profile, &answer)?);
            *seen.ends.entry(answer.end).or_default() += 1;
            seen.said.extend(answer.stderr.lines().map(str::to_owned));
            seen.printed
                .extend(answer.token.map(|token| (profile, token)));
        }
    }

    fn complaints(&self, profile: usize, answer: &Answer) -> Result<Complaints, Failure> {
        let mut complaints = Complaints::default();
        if let Some(token) = &answer.token {
            let opens = self.mocks[profile].is_active(token)?;
            complaints.unless(opens, || "a token that opens nothing".to_owned());
        }
        let known = match answer.end {
            End::Code(0) => answer.token.is_some(),
            End::Code(code) => code == 5 || code == 6,
            End::Signal | End::Hung => false,
        };
        complaints.unless(known, || answer.summary());
        match Cache::read(&self.home) {
            Err(failure) => complaints.unless(false, || failure.to_string()),
            Ok(cache) => {
                let whole = (0..PROFILES).all(|number| cache.entry(&name(number)).is_object());
                complaints.unless(whole, || "a login is missing in the file".to_owned());
            }
        }
        Ok(complaints)
    }

    fn command(&self, profile: usize) -> Command {
        let mut command = self.home.command(&self.rig.programs.lakekey);
        command.args([
            "auth",
            "token",
            "--force-refresh",
            "--profile",
            &name(profile),
        ]);
        command
    }

    /// What the servers say at the end.
    fn record(self) -> Result<Record, Failure> {
        let mut record = Record {
            minted: Vec::new(),
            secrets: BTreeSet::new(),
            requests: 0,
            hits: 0,
        };
        for mut mock in self.mocks {
            record.hits += mock.hits()?;
            let news = mock.news()?;
            let refreshes = news.iter().filter(|entry| entry.endpoint == "token");
            let answers: Vec<_> = refreshes.map(crate::stage::Entry::answer).collect();
            record.requests += answers.len();
            let texts = |name: &'static str| {
                let values = answers
                    .iter()
                    .filter_map(move |answer| answer[name].as_str());
                values.map(str::to_owned)
            };
            record
                .secrets
                .extend(texts("access_token").chain(texts("refresh_token")));
            record.minted.push(texts("access_token").collect());
        }
        Ok(record)
    }
}

fn name(profile: usize) -> String {
    format!("p{profile}")
}

const PROFILES: usize = 16;
const WORKERS: usize = 16;
/// After how many requests to say how far it has got.
const TOLD: usize = 1000;
