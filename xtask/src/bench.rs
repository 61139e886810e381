//! `cargo xtask bench`: figures for `docs/performance.md`.

mod cli;
mod herd;
mod library;
mod load;
pub(crate) mod machine;
mod mock;
mod sample;
mod server;

use clap::ValueEnum;

use crate::files;
use crate::programs::Programs;
use crate::terminal::{Failure, say};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(value_enum, default_value_t = What::All)]
    what: What,
}

/// A part of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// The command line tool as a process.
    Cli,
    /// The library inside a process.
    Library,
    /// The mock as a program, and those of others beside it.
    Mock,
    /// Everything.
    All,
}

/// Measures and prints Markdown. Nothing fails for being slow.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let programs = Programs::built()?;
    say(machine::line());
    say(sizes(&programs)?);
    if args.wants(What::Cli) {
        say(cli::table(&programs)?);
        say(herd::table(&programs)?);
    }
    if args.wants(What::Library) {
        say(library::table()?);
    }
    if args.wants(What::Mock) {
        say(mock::table(&programs.mock)?);
    }
    Ok(())
}

impl Args {
    fn wants(&self, part: What) -> bool {
        self.what == part || self.what == What::All
    }
}

/// How large the release programs are.
fn sizes(programs: &Programs) -> Result<String, Failure> {
    let lakekey = mebibytes(files::size(&programs.lakekey)?);
    let mock = mebibytes(files::size(&programs.mock)?);
    Ok(format!(
        "`lakekey` {lakekey} MiB, `lakekey-mock` {mock} MiB (budget: 1 to 8 MiB each)"
    ))
}

/// Bytes in MiB, with one decimal.
fn mebibytes(bytes: u64) -> String {
    format!("{}.{}", bytes / MIB, bytes % MIB * 10 / MIB)
}

/// A Markdown table.
pub(crate) fn markdown(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let heads: Vec<_> = heads.iter().map(ToString::to_string).collect();
    let rule = format!("|{}", "---|".repeat(heads.len()));
    let rows = rows.into_iter().map(line);
    let lines: Vec<_> = [String::new(), line(heads), rule]
        .into_iter()
        .chain(rows)
        .collect();
    lines.join("\n")
}

const MIB: u64 = 1024 * 1024;
