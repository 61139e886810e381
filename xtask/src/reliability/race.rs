//! Many processes, one expired token whose refresh token is good for one use.

mod trials;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use trials::{Expected, TRIALS, Trial};

use super::Experiment;
use super::answer::{Answer, End, start, start_all};
use super::login::Login;
use super::rig::Rig;
use super::rows::Rows;
use super::tally::{Complaints, Tally};
use crate::stage::Entry;
use crate::stopwatch::Stopwatch;
use crate::terminal::Failure;

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "race",
    question: "How often is one expired token renewed, when many processes ask at once?",
    method: "
N processes of `auth token` are started one right after the other; the refresh token is good for one use, and a second use
ends the session. A failure is: more refreshes than one (for *forced*, two), a process that does not end well, or two that
print different tokens. *Forced* is `--force-refresh`, which takes no token whose refresh began before it asked, and begins
its own no earlier than 300 ms after the one before, so that all who are started meanwhile can share it.
*At 503* every process has to fail with exit code 5 within one shared series of at most three requests, and the login has
to work once the server does. *Killed* is a process that is killed while its refresh is under way: the others go on
without it.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    for trial in &TRIALS {
        for (size, repetitions) in SIZES.into_iter().zip(trial.repetitions) {
            row(rig, rows, trial, size, repetitions)?;
        }
    }
    let no_lock = Trial {
        name: "plain, without the lock",
        sabotage: Some("lock"),
        ..TRIALS[0]
    };
    row(rig, rows, &no_lock, 32, 50)
}

/// What came of one repetition.
struct Outcome {
    answers: Vec<Answer>,
    refreshes: usize,
    took: Duration,
}

fn row(
    rig: &Rig,
    rows: &mut Rows,
    trial: &Trial,
    size: usize,
    times: usize,
) -> Result<(), Failure> {
    let cell = format!("{}, N = {size}", trial.name);
    let mut tally = match trial.sabotage {
        None => Tally::of(cell),
        Some(_) => Tally::of_control(cell),
    };
    let mut login = Login::new(rig, &[])?;
    let mut outcomes = Vec::new();
    for _ in 0..rig.count(times) {
        let outcome = trial.play(&mut login, size)?;
        let mut complaints = trial.complaints(&outcome);
        if trial.expected == Expected::Unavailable {
            let after = Answer::of(&mut login.token(&[]))?;
            complaints.unless(after.is_good(), || {
                format!("afterwards: {}", after.summary())
            });
        }
        if !tally.count(&complaints) {
            login.again()?;
        }
        outcomes.push(outcome);
    }
    rows.add(tally, figures(&outcomes));
    Ok(())
}

impl Trial {
    fn play(&self, login: &mut Login<'_>, size: usize) -> Result<Outcome, Failure> {
        login.expire()?;
        login.mock.news()?;
        let fault = (self.fault)();
        let id = if fault.is_null() {
            None
        } else {
            Some(login.mock.inject(&fault)?)
        };
        let command = || self.command(login);
        let mut running = Vec::new();
        let mut watch = Stopwatch::start();
        if let (Expected::SurvivorsOfAKill, Some(id)) = (self.expected, &id) {
            let mut holder = start(&mut command())?;
            login.mock.hit(id)?;
            watch = Stopwatch::start();
            running.extend(start_all(size - 1, command)?);
            holder.stop();
        } else {
            running.extend(start_all(size, command)?);
        }
        let answers = running
            .into_iter()
            .map(Answer::from)
            .collect::<Result<Vec<_>, _>>()?;
        let took = watch.elapsed();
        login.mock.heal()?;
        let news = login.mock.news()?;
        // What was held and never answered is no refresh.
        let counts = |entry: &&Entry| entry.committed || self.expected == Expected::Unavailable;
        let requests = news.iter().filter(|entry| entry.endpoint == "token");
        let refreshes = requests.filter(counts).count();
        Ok(Outcome {
            answers,
            refreshes,
            took,
        })
    }

    fn command(&self, login: &Login<'_>) -> Command {
        match self.sabotage {
            None => login.token(self.args),
            Some(protection) => login.sabotaged(self.args, &[("LAKEKEY_SABOTAGE", protection)]),
        }
    }

    fn complaints(&self, outcome: &Outcome) -> Complaints {
        let Outcome {
            answers, refreshes, ..
        } = outcome;
        let mut complaints = Complaints::default();
        let fewest = usize::from(!answers.is_empty());
        complaints.unless((fewest..=self.most_refreshes).contains(refreshes), || {
            format!("{refreshes} token requests")
        });
        let bad: Vec<_> = match self.expected {
            Expected::Unavailable => answers
                .iter()
                .filter(|it| it.end != End::Code(UNAVAILABLE))
                .collect(),
            _ => answers.iter().filter(|it| !it.is_good()).collect(),
        };
        complaints.unless(bad.is_empty(), || {
            format!(
                "{} of {} processes: {}",
                bad.len(),
                answers.len(),
                bad[0].summary()
            )
        });
        let tokens: BTreeSet<_> = answers.iter().filter_map(|it| it.token.as_ref()).collect();
        let many = matches!(self.expected, Expected::Tokens | Expected::Unavailable);
        complaints.unless(
            many || bad.len() == answers.len() || tokens.len() == 1,
            || format!("{} different tokens", tokens.len()),
        );
        complaints
    }
}

fn figures(outcomes: &[Outcome]) -> String {
    let mut walls: Vec<_> = outcomes.iter().map(|outcome| outcome.took).collect();
    walls.sort_unstable();
    let mut refreshes: Vec<_> = outcomes.iter().map(|outcome| outcome.refreshes).collect();
    refreshes.sort_unstable();
    let failed: usize = outcomes
        .iter()
        .map(|outcome| outcome.answers.iter().filter(|it| !it.is_good()).count())
        .sum();
    let all: usize = outcomes.iter().map(|outcome| outcome.answers.len()).sum();
    let (least, most) = (refreshes.first(), refreshes.last());
    let requests = match (least, most) {
        (Some(least), Some(most)) if least != most => format!("{least} to {most}"),
        (_, most) => most.map_or_else(String::new, ToString::to_string),
    };
    format!(
        "token requests {requests}; without a token {failed} of {all} processes; all done after {} (median), {} (longest)",
        milliseconds(walls.get(walls.len() / 2)),
        milliseconds(walls.last())
    )
}

/// A time as a person reads it.
pub(super) fn milliseconds(time: Option<&Duration>) -> String {
    time.map_or_else(String::new, |time| format!("{} ms", time.as_millis()))
}

const SIZES: [usize; 4] = [2, 8, 32, 128];

/// The exit code for a server that fails.
const UNAVAILABLE: i32 = 5;
