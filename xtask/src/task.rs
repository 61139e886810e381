//! The list of tasks.

use clap::Parser;

use crate::terminal::Failure;
use crate::{
    bench, browser, ci, conformance, docs, fuzz, interop, layers, reliability, sabotage, tidy,
};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
pub(crate) enum Task {
    /// Measure the release programs.
    Bench(bench::Args),
    /// Sign in through a real browser.
    Browser,
    /// Run every check that continuous integration runs, the tests aside.
    Ci(ci::Args),
    /// Build the release programs and run the conformance cases against them.
    Conformance(conformance::Args),
    /// Make the pages that come from the code.
    Docs(docs::Args),
    /// Look for inputs that break a parser.
    Fuzz(fuzz::Args),
    /// Let clients and servers of others meet the release programs.
    Interop(interop::Args),
    /// Check that each crate depends only on the layers below it.
    Layers,
    /// Let much go wrong at once, and count what becomes of the logins.
    Reliability(reliability::Args),
    /// Switch protections off one by one, and see that the cases notice.
    Sabotage(sabotage::Args),
    /// Check the rules no compiler knows: lengths, doors, words, links.
    Tidy(tidy::Args),
}

impl Task {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Bench(args) => bench::run(args),
            Self::Browser => browser::run(),
            Self::Ci(args) => ci::run(args),
            Self::Conformance(args) => conformance::run(args),
            Self::Docs(args) => docs::run(args),
            Self::Fuzz(args) => fuzz::run(args),
            Self::Interop(args) => interop::run(args),
            Self::Layers => layers::run(),
            Self::Reliability(args) => reliability::run(args),
            Self::Sabotage(args) => sabotage::run(args),
            Self::Tidy(args) => tidy::run(args),
        }
    }
}
