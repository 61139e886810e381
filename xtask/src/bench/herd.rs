//! Many processes, one expired token whose refresh token is good for one use.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::cli::signed_in;
use super::markdown;
use crate::programs::Programs;
use crate::stage::{Home, Mock, Running};
use crate::stopwatch::timed;
use crate::terminal::Failure;

/// Lets more and more processes ask at once, each time with a new sign-in.
pub(super) fn table(programs: &Programs) -> Result<String, Failure> {
    let rows = SIZES.map(|size| row(programs, size));
    let rows = rows.into_iter().collect::<Result<Vec<_>, _>>()?;
    let heads = [
        "`lakekey auth token`, expired",
        "refreshes",
        "failures",
        "all done after",
    ];
    Ok(markdown(&heads, rows))
}

fn row(programs: &Programs, size: usize) -> Result<Vec<String>, Failure> {
    let mut mock = Mock::start(&programs.mock, &["--consent", "approve", "--ttl", "1s"])?;
    let home = signed_in(programs, &mock)?;
    mock.token_life(3600)?;
    // The token expires by the clock of this machine, which nobody can move.
    std::thread::sleep(Duration::from_millis(1100));
    mock.news()?;
    let (failures, took) = timed(|| herd(&home, &programs.lakekey, size));
    let refreshes = mock
        .news()?
        .iter()
        .filter(|entry| entry.endpoint == "token")
        .count();
    Ok(vec![
        format!("{size} at once"),
        refreshes.to_string(),
        failures?.to_string(),
        format!("{:.1} ms", took.as_secs_f64() * 1000.0),
    ])
}

/// Starts all, then waits for all; gives how many failed.
fn herd(home: &Home, lakekey: &Path, size: usize) -> Result<usize, Failure> {
    let started = (0..size).map(|_| Running::start(&mut token(home, lakekey)));
    let started = started.collect::<Result<Vec<_>, _>>()?;
    let ended = started
        .into_iter()
        .map(Running::wait)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ended.iter().filter(|ended| ended.code != 0).count())
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

const SIZES: [usize; 5] = [1, 2, 8, 32, 128];
