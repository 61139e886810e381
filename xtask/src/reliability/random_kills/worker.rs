//! One home, in which one process after the other is killed.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::super::answer::{Answer, End, start};
use super::super::cache::{self, Cache};
use super::super::dice::{Dice, SEED};
use super::super::login::{Login, PROFILE};
use super::super::page::grouped;
use super::super::rig::Rig;
use super::super::tally::{Complaints, Tally};
use super::seen::Seen;
use crate::stage::Entry;
use crate::stopwatch::{Stopwatch, timed};
use crate::terminal::{Failure, say};

/// When to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    AtAnyMoment,
    /// As soon as something happens in the folder: to the file, or to one that will replace it.
    AtTheChange,
}

/// One home, in which one process after the other is killed.
pub(super) struct Worker<'a> {
    number: usize,
    pub(super) login: Login<'a>,
    sabotage: Option<&'static str>,
    dice: Dice,
    /// The tokens of the last answer that the server gave, wherever they are.
    last: Value,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        rig: &'a Rig,
        number: usize,
        sabotage: Option<&'static str>,
    ) -> Result<Self, Failure> {
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

    pub(super) fn work(&mut self, runs: usize, when: When) -> Result<(Tally, Seen), Failure> {
        let mut tally = Tally::of("");
        let mut seen = Seen {
            span: self.span()?,
            ..Seen::default()
        };
        let backup = self.login.cache()?;
        for run in 1..=runs {
            if run.is_multiple_of(MEASURED) {
                self.sign_in()?;
                seen.span = self.span()?;
            }
            self.login.expire()?;
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
        self.login.expire()?;
        let after = Answer::of(&mut self.command())?;
        if !after.is_good() {
            tally.count(&[format!("at the end: {}", after.summary())]);
        }
        Ok((tally, seen))
    }

    /// How long the program takes when it is left alone: three of four runs take no longer.
    fn span(&mut self) -> Result<Duration, Failure> {
        let mut times = Vec::new();
        for _ in 0..20 {
            self.login.expire()?;
            let (answer, took) = timed(|| Answer::of(&mut self.command()));
            let answer = answer?;
            if !answer.is_good() {
                return Err(Failure::new(answer.summary()));
            }
            times.push(took);
        }
        times.sort_unstable();
        self.last = self.news()?.pop().unwrap_or_default();
        Ok(times[times.len() * 3 / 4])
    }

    fn kill(&mut self, span: Duration, when: When) -> Result<End, Failure> {
        let moment = self.dice.before(span);
        let path = cache::path(&self.login.home);
        let folder = self.login.home.file(".databricks");
        let look = || {
            let (file, folder) = (path.metadata().ok()?, folder.metadata().ok()?);
            Some((file.len(), file.modified().ok(), folder.modified().ok()))
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

    fn command(&self) -> Command {
        match self.sabotage {
            None => self.login.token(&[]),
            Some(protection) => self
                .login
                .sabotaged(&[], &[("LAKEKEY_SABOTAGE", protection)]),
        }
    }
}

/// After how many kills to measure the time it takes again, since other programs come and go.
const MEASURED: usize = 250;
/// After how many kills to say how far it has got.
const TOLD: usize = 1000;
/// A login that nobody touches.
pub(super) const WITNESS: &str = "witness";
