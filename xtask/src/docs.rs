//! `cargo xtask docs`: the pages that are made from the code.

use crate::terminal::{Failure, say};
use crate::{files, shell, workspace};

/// What to do with the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only say whether the pages are up to date.
    #[arg(long)]
    check: bool,
}

/// Makes each page, and writes it or compares it with the one that is there.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut complaints = Vec::new();
    for page in PAGES {
        let made = shell::stdout(&mut shell::cargo(page.command))?;
        let path = &workspace::root().join(page.path);
        if args.check && files::text(path)? != made {
            complaints.push(format!(
                "{} is out of date: run `cargo xtask docs`",
                page.path
            ));
        }
        if !args.check {
            files::write(path, &made)?;
            say(format!("{} is up to date", page.path));
        }
    }
    Failure::unless_empty(&complaints)
}

/// A page, and the program that prints it.
struct Page {
    path: &'static str,
    command: &'static [&'static str],
}

const PAGES: &[Page] = &[Page {
    path: "docs/attributes.md",
    command: &[
        "run",
        "--quiet",
        "--package",
        "lakekey",
        "--example",
        "attributes_page",
    ],
}];
