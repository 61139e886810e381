//! `cargo xtask ci`: every check, one after the other, to the end.

mod checks;
mod step;
mod steps;

use std::time::Duration;

use clap::builder::PossibleValuesParser;

use self::step::{Outcome, Step};
use self::steps::STEPS;
use crate::stopwatch::timed;
use crate::terminal::{Failure, begin, say};

/// Which steps to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only this step; give it again for more.
    #[arg(long, value_name = "STEP", value_parser = step_names())]
    only: Vec<String>,
    /// Leave this step out; give it again for more.
    #[arg(long, value_name = "STEP", value_parser = step_names(), conflicts_with = "only")]
    skip: Vec<String>,
    /// List the steps and stop.
    #[arg(long)]
    list: bool,
}

/// Runs the chosen steps, all of them even when one fails, and sums up.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let chosen: Vec<_> = STEPS.iter().filter(|step| args.choose(step)).collect();
    if args.list {
        for step in chosen {
            say(format_args!("{:<12} {}", step.name, step.about));
        }
        return Ok(());
    }
    let results: Vec<_> = chosen.into_iter().map(run_step).collect();
    say(summary(&results));
    let failed: Vec<_> = results.iter().filter(|result| !result.passed()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let names = failed
        .iter()
        .map(|result| result.name)
        .collect::<Vec<_>>()
        .join(", ");
    Err(Failure::new(format!(
        "{} of {} steps failed: {names}",
        failed.len(),
        results.len()
    )))
}

/// What became of a step.
struct StepResult {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

impl StepResult {
    fn passed(&self) -> bool {
        self.outcome.is_ok()
    }

    /// A row of the summary, and the line a step ends with.
    fn row(&self) -> String {
        let word = if self.passed() { "ok" } else { "FAILED" };
        let note = self.outcome.as_deref().unwrap_or_default();
        let row = format!("{word:<7} {:>7.1}  {note}", self.took.as_secs_f64());
        row.trim_end().to_owned()
    }
}

impl Args {
    fn choose(&self, step: &Step) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step.name);
        if self.only.is_empty() {
            !named(&self.skip)
        } else {
            named(&self.only)
        }
    }
}

fn run_step(step: &Step) -> StepResult {
    begin(format_args!("{:<12} ", step.name));
    let (outcome, took) = timed(|| step.run());
    let result = StepResult {
        name: step.name,
        outcome,
        took,
    };
    say(result.row());
    if let Err(failure) = &result.outcome {
        say(format_args!("\n{failure}\n"));
    }
    result
}

fn summary(results: &[StepResult]) -> String {
    let mut lines = vec![format!("\n{:<12} {:<7} {:>7}", "step", "result", "seconds")];
    lines.extend(
        results
            .iter()
            .map(|result| format!("{:<12} {}", result.name, result.row())),
    );
    let passed = results.iter().filter(|result| result.passed()).count();
    let took: Duration = results.iter().map(|result| result.took).sum();
    lines.push(format!(
        "\n{passed} of {} steps passed in {:.0} s",
        results.len(),
        took.as_secs_f64()
    ));
    lines.join("\n")
}

fn step_names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_passed() {
        let results = [
            StepResult {
                name: "fmt",
                outcome: Ok(String::new()),
                took: Duration::from_millis(940),
            },
            StepResult {
                name: "size",
                outcome: Ok("lakekey 5.2 MiB".into()),
                took: Duration::ZERO,
            },
            StepResult {
                name: "doc",
                outcome: Err(Failure::new("no")),
                took: Duration::from_secs(61),
            },
        ];
        let expected = "
step         result  seconds
fmt          ok          0.9
size         ok          0.0  lakekey 5.2 MiB
doc          FAILED     61.0

2 of 3 steps passed in 62 s";
        assert_eq!(summary(&results), expected);
    }

    #[test]
    fn only_and_skip_choose_by_name() {
        let names = |only: &[&str], skip: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
            let args = Args {
                only: owned(only),
                skip: owned(skip),
                list: false,
            };
            STEPS
                .iter()
                .filter(|step| args.choose(step))
                .map(|step| step.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&["doc", "fmt"], &[]), ["fmt", "doc"]);
        assert!(!names(&[], &["doc"]).contains(&"doc"));
        assert_eq!(names(&[], &[]).len(), STEPS.len());
    }
}
