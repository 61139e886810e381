//! The project's own commands; `cargo xtask --help` lists them.

mod ci;
mod conformance;
mod files;
mod layers;
mod programs;
mod shell;
mod terminal;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Run every check that continuous integration runs, the tests aside.
    Ci(ci::Args),
    /// Build the release programs and run the conformance cases against them.
    Conformance(conformance::Args),
    /// Check that each crate depends only on the layers below it.
    Layers,
    /// Check the rules no compiler knows: lengths, doors, words, links.
    Tidy(tidy::Args),
}

fn main() -> ExitCode {
    terminal::exit_code(match Task::parse() {
        Task::Ci(args) => ci::run(&args),
        Task::Conformance(args) => conformance::run(&args),
        Task::Layers => layers::run(),
        Task::Tidy(args) => tidy::run(&args),
    })
}
