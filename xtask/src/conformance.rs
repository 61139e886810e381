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

/// Builds the release programs and hands over to the runner of `lakekey-conformance`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    programs::build()?;
    let mut runner = shell::cargo(&["run", "--quiet", "--package", "lakekey-conformance", "--"]);
    runner.args(&args.runner);
    programs::announce(&mut runner)?;
    shell::run(&mut runner)
}
