//! The project's own commands; `cargo xtask --help` lists them.

mod bench;
mod browser;
mod ci;
mod conformance;
mod docs;
mod files;
mod fuzz;
mod interop;
mod layers;
mod loopback;
mod node;
mod programs;
mod reliability;
mod sabotage;
mod shell;
mod stage;
mod stopwatch;
mod task;
mod terminal;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    terminal::exit_code(task::Task::parse().run())
}
