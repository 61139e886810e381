//! `cargo xtask conformance`: the cases of `fixtures/`, against the release programs.

use crate::terminal::Failure;
use crate::{programs, shell};

/// What the runner is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments for the runner, which explains them with `--help`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    runner: Vec<String>,
}

impl Args {
    /// Whether cases will run, and with them the programs they judge.
    fn runs_cases(&self) -> bool {
        let only_talks = |argument: &String| TALK.contains(&argument.as_str());
        !self.runner.iter().any(only_talks)
    }
}

/// Builds the release programs and hands over to the runner of `lakekey-conformance`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.runs_cases() {
        programs::build()?;
    }
    let mut runner = shell::cargo(&["run", "--quiet", "--package", "lakekey-conformance", "--"]);
    runner.args(&args.runner);
    programs::announce(&mut runner)?;
    shell::run(&mut runner)
}

/// Arguments with which the runner runs no case.
const TALK: [&str; 4] = ["--bless", "--help", "-h", "--list"];
