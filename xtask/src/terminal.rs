//! What a person sees: the one place of xtask that prints.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a task failed, in words for the person who ran it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// One failure from a list of complaints, or none from an empty list.
    pub(crate) fn unless_empty(complaints: &[String]) -> Result<(), Self> {
        if complaints.is_empty() {
            return Ok(());
        }
        Err(Self(complaints.join("\n")))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Prints one line on standard output.
#[expect(
    clippy::print_stdout,
    reason = "tasks report to the person who runs them"
)]
pub(crate) fn say(line: impl fmt::Display) {
    println!("{line}");
}

/// Prints the beginning of a line, at once.
#[expect(
    clippy::print_stdout,
    reason = "tasks report to the person who runs them"
)]
pub(crate) fn begin(words: impl fmt::Display) {
    print!("{words}");
    // A closed standard output is no reason to stop a check.
    let _ = io::stdout().flush();
}

/// Turns a task's outcome into the exit code, printing a failure on standard error.
#[expect(
    clippy::print_stderr,
    reason = "tasks report to the person who runs them"
)]
pub(crate) fn exit_code(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
