//! `cargo xtask tidy`: the rules no compiler knows. Each is a test as well.

mod crates;
mod doors;
mod fixtures;
mod lengths;
mod links;
mod registries;
mod words;

use crate::files::{self, File};
use crate::terminal::{Failure, say};

/// What to do beside checking.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the table of doors as the sources have it, to be put into `xtask/src/tidy/doors.rs`.
    #[arg(long)]
    bless: bool,
}

/// A rule: every complaint it has about the repository's files.
type Rule = fn(&[File]) -> Vec<String>;

const RULES: &[Rule] = &[
    lengths::complaints,
    crates::complaints,
    doors::complaints,
    words::complaints,
    registries::complaints,
    links::complaints,
    fixtures::complaints,
];

/// Checks every rule, or prints the table of doors.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let files = files::all()?;
    if args.bless {
        say(doors::table(&files));
        return Ok(());
    }
    let complaints: Vec<_> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    Failure::unless_empty(&complaints)?;
    say(format_args!(
        "{} files keep {} rules",
        files.len(),
        RULES.len()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let files = files::all().expect("the repository can be read");
        assert!(
            files.iter().any(|file| file.path == "Cargo.toml"),
            "the walk starts at the root"
        );
        let complaints: Vec<_> = RULES.iter().flat_map(|rule| rule(&files)).collect();
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }

    /// What a rule says about one file that does not exist.
    pub(super) fn about(rule: Rule, path: &str, text: &str) -> Vec<String> {
        rule(&[File {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
    }
}
