//! One step of `cargo xtask ci`.

use std::process::Command;

use crate::shell;
use crate::terminal::Failure;

/// A note for the summary, or everything the failed step printed.
pub(super) type Outcome = Result<String, Failure>;

/// A named check.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) action: Action,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    /// Cargo must succeed with these arguments.
    Cargo(&'static [&'static str]),
    /// A program from elsewhere must succeed; `install` says how to get it.
    Tool {
        program: &'static str,
        args: &'static [&'static str],
        install: &'static str,
    },
    /// Another task of ours must succeed.
    Task(&'static [&'static str]),
    /// A check written in Rust.
    Check(fn() -> Outcome),
}

impl Step {
    pub(super) fn run(&self) -> Outcome {
        match self.action {
            // The variable is read by `cargo doc` alone.
            Action::Cargo(args) => quietly(shell::cargo(args).env("RUSTDOCFLAGS", "-D warnings")),
            Action::Tool {
                program,
                args,
                install,
            } => tool(program, args, install),
            Action::Task(args) => task(args),
            Action::Check(check) => check(),
        }
    }
}

fn tool(program: &str, args: &[&str], install: &str) -> Outcome {
    // Its version is asked for first: a program that is missing is told from one that complains.
    if shell::output(shell::command(program).arg("--version")).is_err() {
        return Err(Failure::new(format!(
            "`{program}` is not installed\nhint: {install}"
        )));
    }
    quietly(shell::command(program).args(args))
}

/// Starts this very program again, so that what the other task prints can be held back.
fn task(args: &[&str]) -> Outcome {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("xtask does not know its own path: {error}")))?;
    quietly(shell::command(&program.to_string_lossy()).args(args))
}

/// Runs a command whose output is shown only if it fails.
fn quietly(command: &mut Command) -> Outcome {
    let output = shell::output(command)?;
    if output.status.success() {
        return Ok(String::new());
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(Failure::new(text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_names_the_way_to_get_it() {
        let action = Action::Tool {
            program: "lakekey-no-such-tool",
            args: &[],
            install: "`cargo install it`",
        };
        let step = Step {
            name: "tool",
            about: "",
            action,
        };
        let failure = step
            .run()
            .expect_err("there is no such program")
            .to_string();
        assert_eq!(
            failure,
            "`lakekey-no-such-tool` is not installed\nhint: `cargo install it`"
        );
    }

    #[test]
    fn a_failed_command_shows_what_it_printed() {
        let step = Step {
            name: "cargo",
            about: "",
            action: Action::Cargo(&["no-such-command"]),
        };
        let failure = step
            .run()
            .expect_err("cargo has no such command")
            .to_string();
        assert!(failure.contains("no-such-command"), "{failure}");
    }
}
