//! The command `lakekey`: sign in to Databricks from a terminal, and hand tokens to other programs.
//!
//! It parses, makes one call into the library, and prints: data on standard output, everything
//! else on standard error.

mod args;
mod commands;
mod files;
mod json;
mod machine;
mod output;
mod render;
mod runtime;
mod selection;
mod terminal;

use std::process::ExitCode;

use crate::args::Cli;

fn main() -> ExitCode {
    runtime::forbid_core_dumps();
    let (cli, output) = match Cli::read() {
        Ok(read) => read,
        Err(refused) => return refused.print(),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => render::failure(&error, output),
    }
}
