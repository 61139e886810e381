//! How a program ended that was asked for a token.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::stage::{Running, rest};
use crate::terminal::Failure;

/// The end of `auth token`.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) end: End,
    /// The access token it printed.
    pub(super) token: Option<String>,
    pub(super) stderr: String,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal.
    Signal,
    /// Not at all in the time it was given.
    Hung,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal => f.write_str("a signal"),
            Self::Hung => f.write_str("no end"),
        }
    }
}

impl Answer {
    /// Starts a program and waits for its end.
    pub(super) fn of(command: &mut Command) -> Result<Self, Failure> {
        Self::from(start(command)?)
    }

    /// Waits for the end of a program.
    pub(super) fn from(mut running: Running) -> Result<Self, Failure> {
        let mut streams = (running.stdout()?, running.stderr()?);
        let ended = running.within(PATIENCE)?;
        let end = match ended.map(|ended| ended.code) {
            None => End::Hung,
            Some(-1) => End::Signal,
            Some(code) => End::Code(code),
        };
        let (stdout, stderr) = (rest(&mut streams.0), rest(&mut streams.1));
        let json: Value = serde_json::from_str(&stdout).unwrap_or_default();
        Ok(Self {
            end,
            token: json["access_token"].as_str().map(str::to_owned),
            stderr,
        })
    }

    /// Whether it ended well and printed a token.
    pub(super) fn is_good(&self) -> bool {
        self.end == End::Code(0) && self.token.is_some()
    }

    /// What it came to, in a few words.
    pub(super) fn summary(&self) -> String {
        let said = self.stderr.lines().next().unwrap_or("without a word");
        format!("{}: {said}", self.end)
    }
}

/// Starts a program whose output is read when it has ended.
pub(super) fn start(command: &mut Command) -> Result<Running, Failure> {
    let command = command.stdin(Stdio::null());
    Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// Starts so many of them that all run at once.
pub(super) fn start_all(
    count: usize,
    mut command: impl FnMut() -> Command,
) -> Result<Vec<Running>, Failure> {
    (0..count).map(|_| start(&mut command())).collect()
}

/// Longer than any retries may take: what runs longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);
