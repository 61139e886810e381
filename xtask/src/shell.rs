//! The process door: every program a task starts is started here.

use std::io::ErrorKind;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use crate::terminal::Failure;
use crate::workspace;

/// A program to be started in the workspace's root.
#[expect(clippy::disallowed_methods, reason = "xtask's one door to processes")]
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// Cargo, with these arguments.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = command("cargo");
    command.args(args);
    command
}

/// Runs a program with the terminal of the task and waits for its success.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = status(command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` failed: {status}",
        line(command)
    )))
}

/// Runs a program to its end and keeps what it printed, whatever its exit status.
pub(crate) fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .output()
        .map_err(|error| not_started(command, &error))
}

/// Runs a program to its end with the streams that the command names.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    command
        .status()
        .map_err(|error| not_started(command, &error))
}

/// Starts a program without waiting for it.
pub(crate) fn spawn(command: &mut Command) -> Result<Child, Failure> {
    command
        .spawn()
        .map_err(|error| not_started(command, &error))
}

/// Runs a program to its end and throws away what it prints.
pub(crate) fn quiet(command: &mut Command) -> Result<ExitStatus, Failure> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    status(command)
}

/// What a program that must succeed printed on standard output.
pub(crate) fn stdout(command: &mut Command) -> Result<String, Failure> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let talk = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "`{}` failed: {}\n{talk}",
        line(command),
        output.status
    )))
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => Failure::new(format!("`{program}` is not installed")),
        _ => Failure::new(format!("`{program}` could not be started: {error}")),
    }
}
