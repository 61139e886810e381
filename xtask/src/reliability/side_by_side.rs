//! The same race with the official SDK for Python, and with ours.

use std::time::Duration;

use serde_json::Value;

use super::Experiment;
use super::answer::{Answer, start_all};
use super::login::Login;
use super::race::milliseconds;
use super::rig::Rig;
use super::rows::Rows;
use super::tally::{Complaints, Tally};
use crate::files;
use crate::interop::{Sdk, Session};
use crate::stage::{Home, Mock};
use crate::stopwatch::timed;
use crate::terminal::Failure;

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "sdk",
    question: "And with the official SDK for Python?",
    method: "
32 processes and one expired token whose refresh token is good for one use, on the same machine in the same run: the
official SDK for Python with its own sign-in (`external-browser`) and its own cache, whose processes are all loaded and
wait for the word, and `lakekey auth token`, whose start is counted. A failure is a process that gets no token without a
person. The rows of the SDK stand as the control: it is the same race without a lease.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    ours(rig, rows)?;
    let sdk = match Sdk::installed() {
        Ok(sdk) => sdk,
        Err(failure) => {
            rows.miss("databricks-sdk for Python", &failure.to_string());
            return Ok(());
        }
    };
    let mut tally = Tally::of_control(format!(
        "databricks-sdk {}, {SIZE} processes",
        sdk.version()?
    ));
    let figures = theirs(rig, &sdk, &mut tally)?;
    rows.add(tally, figures);
    Ok(())
}

fn ours(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut login = Login::new(rig, &[])?;
    let mut tally = Tally::of(format!("lakekey, {SIZE} processes"));
    login.expire()?;
    let (answers, took) = timed(|| {
        let started = start_all(SIZE, || login.token(&[]))?;
        started
            .into_iter()
            .map(Answer::from)
            .collect::<Result<Vec<_>, _>>()
    });
    for answer in answers? {
        tally.judge(answer.is_good(), &answer.summary());
    }
    rows.add(tally, figures(&mut login.mock, took)?);
    Ok(())
}

fn theirs(rig: &Rig, sdk: &Sdk, tally: &mut Tally) -> Result<String, Failure> {
    let mut mock = Mock::start(&rig.programs.mock, &["--consent", "approve"])?;
    let home = Home::new()?;
    let browser = sdk.browser();
    let variables = [
        ("DATABRICKS_HOST", mock.url()),
        ("DATABRICKS_AUTH_TYPE", "external-browser"),
        ("BROWSER", &browser),
    ];
    sdk.session(&home, "clusters.py", &variables)?.ask()?;
    expire(&home)?;
    let mut sessions = (0..SIZE)
        .map(|_| sdk.session(&home, "race.py", &variables))
        .collect::<Result<Vec<_>, _>>()?;
    sessions
        .iter_mut()
        .try_for_each(|session| session.ask().map(drop))?;
    mock.news()?;
    let (answers, took) = timed(|| race(&mut sessions));
    for answer in answers? {
        let mut complaints = Complaints::default();
        complaints.unless(answer["token"].is_string(), || answer["error"].to_string());
        tally.count(&complaints);
    }
    figures(&mut mock, took)
}

fn race(sessions: &mut [Session]) -> Result<Vec<Value>, Failure> {
    sessions.iter_mut().for_each(Session::tell);
    sessions.iter_mut().map(Session::answer).collect()
}

fn figures(mock: &mut Mock, took: Duration) -> Result<String, Failure> {
    let news = mock.news()?;
    let requests = news.iter().filter(|entry| entry.endpoint == "token");
    let (good, refused): (Vec<_>, Vec<_>) = requests.partition(|entry| entry.succeeded());
    Ok(format!(
        "refreshes {}, refused {}; all done after {}",
        good.len(),
        refused.len(),
        milliseconds(Some(&took))
    ))
}

/// Lets the token in the SDK's cache have expired.
fn expire(home: &Home) -> Result<(), Failure> {
    let folder = home.file(".config/databricks-sdk-py/oauth");
    for path in files::with_extension(&folder, "json")? {
        let text = files::text(&path)?;
        let parsed: Result<Value, _> = serde_json::from_str(&text);
        let mut cache =
            parsed.map_err(|error| Failure::new(format!("the SDK's cache: {error}")))?;
        cache["token"]["expiry"] = "2020-01-01T00:00:00".into();
        files::write(&path, &cache.to_string())?;
    }
    Ok(())
}

const SIZE: usize = 32;
