//! Many processes, one expired token whose refresh token is good for one use.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::cli::signed_in;
use super::markdown;
use crate::programs::Programs;
use crate::stage::{Home, Mock, Running};
use crate::stopwatch::timed;
use crate::terminal::Failure;

/// Lets more and more processes ask at once, each time with a new sign-in.
pub(super) fn table(programs: &Programs) -> Result<String, Failure> {
    let rows = HERDS.map(|(size, delay)| row(programs, size, delay));
    let rows = rows.into_iter().collect::<Result<Vec<_>, _>>()?;
    let heads = [
        "`lakekey auth token`, expired",
        "token endpoint takes",
        "refreshes",
        "failures",
        "all done after",
        "the last was started after",
    ];
    Ok(markdown(&heads, rows))
}

fn row(programs: &Programs, size: usize, delay: u64) -> Result<Vec<String>, Failure> {
    let mut mock = Mock::start(&programs.mock, &["--consent", "approve", "--ttl", "1s"])?;
    let home = signed_in(programs, &mock)?;
    mock.token_life(3600)?;
    // The token expires by the clock of this machine, which nobody can move.
    std::thread::sleep(Duration::from_millis(1100));
    let slow = json!({ "http.delay": { "ms": delay } });
    mock.inject(&json!({ "match": { "endpoint": "token" }, "action": slow }))?;
    mock.news()?;
    let (ended, took) = timed(|| herd(&home, &programs.lakekey, size));
    let (failures, starting) = ended?;
    let refreshes = mock
        .news()?
        .iter()
        .filter(|entry| entry.endpoint == "token")
        .count();
    Ok(vec![
        format!("{size} at once"),
        format!("{delay} ms"),
        refreshes.to_string(),
        failures.to_string(),
        milliseconds(took),
        milliseconds(starting),
    ])
}

fn milliseconds(span: Duration) -> String {
    format!("{:.1} ms", span.as_secs_f64() * 1000.0)
}

/// Starts all, then waits for all; gives how many failed, and how long starting them took.
fn herd(home: &Home, lakekey: &Path, size: usize) -> Result<(usize, Duration), Failure> {
    let started = (0..size).map(|_| Running::start(&mut token(home, lakekey)));
    let (started, starting) = timed(|| started.collect::<Result<Vec<_>, _>>());
    let ended = started?
        .into_iter()
        .map(Running::wait)
        .collect::<Result<Vec<_>, _>>()?;
    let failures = ended.iter().filter(|ended| ended.code != 0).count();
    Ok((failures, starting))
}

fn token(home: &Home, lakekey: &Path) -> Command {
    let mut command = home.command(lakekey);
    command.args(["auth", "token", "--profile", "dev"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// How many processes, and how many milliseconds the token endpoint takes.
const HERDS: [(usize, u64); 6] = [(1, 0), (2, 0), (8, 0), (32, 0), (128, 0), (32, 50)];
