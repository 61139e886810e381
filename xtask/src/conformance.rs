//! `cargo xtask conformance`: the cases of `fixtures/`, against the release programs.

mod picture;

use crate::terminal::Failure;
use crate::{programs, sabotage, shell};

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

    /// Whether the case will run that needs a build whose protections can be switched off.
    fn runs_sabotage(&self) -> bool {
        let filters = self.values_of("--filter");
        let chosen = |filter: &&str| SABOTAGE_CASE.contains(*filter) || *filter == SABOTAGE_AREA;
        self.runs_cases()
            && !self.values_of("--tier").contains(&"fast")
            && self.values_of("--subject").is_empty()
            && (filters.is_empty() || filters.iter().any(chosen))
    }

    /// What follows an option, as a word of its own or behind `=`.
    fn values_of(&self, option: &str) -> Vec<&str> {
        let words = self.runner.iter().map(String::as_str);
        let next = words.clone().skip(1).map(Some).chain([None]);
        words
            .zip(next)
            .filter_map(|(word, next)| match word.strip_prefix(option)? {
                "" => next,
                rest => rest.strip_prefix('='),
            })
            .collect()
    }
}

/// Builds the release programs, hands over to the runner of `lakekey-conformance`, and takes a picture of its
/// report where there is a browser.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.runs_cases() && args.values_of("--subject").is_empty() {
        programs::build()?;
    }
    let mut runner = shell::cargo(&["run", "--quiet", "--package", "lakekey-conformance", "--"]);
    if args.runs_sabotage() {
        runner.env(SABOTAGED_RUNNER, sabotage::build()?);
    }
    runner.args(&args.runner);
    programs::announce(&mut runner)?;
    let outcome = shell::run(&mut runner);
    if args.runs_cases() && args.values_of("--report").is_empty() {
        picture::take()?;
    }
    outcome
}

/// Arguments with which the runner runs no case.
const TALK: [&str; 4] = ["--bless", "--help", "-h", "--list"];
/// The case that sees whether the suite can see, and its area.
const SABOTAGE_CASE: &str = "S-CT-07";
const SABOTAGE_AREA: &str = "control";
/// The variable by which that case finds the build it needs.
const SABOTAGED_RUNNER: &str = "LAKEKEY_SABOTAGED_RUNNER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_for_sabotage_is_made_for_the_case_that_needs_it() {
        let runs = |words: &str| {
            let runner = words.split_whitespace().map(str::to_owned).collect();
            Args { runner }.runs_sabotage()
        };
        for needed in [
            "",
            "--tier slow",
            "--filter S-CT",
            "--filter=control",
            "--jobs 1",
        ] {
            assert!(runs(needed), "{needed}");
        }
        for not in [
            "--tier fast",
            "--tier=fast",
            "--filter C-TOK",
            "--list",
            "--subject x",
        ] {
            assert!(!runs(not), "{not}");
        }
    }
}
