//! The program: arguments in, reports out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, ValueEnum};

use crate::case::{Finding, Wrong};
use crate::doors;
use crate::report::{self, Facts, Run, terminal};
use crate::runner;
use crate::sabotage::matrix;
use crate::subject;
use crate::suite::{Suite, Verdict};
use crate::trial::Trial;

/// Runs the conformance cases of lakekey.
#[derive(Debug, Parser)]
#[command(name = "lakekey-conformance")]
struct Args {
    /// Only cases whose name (`C-TOK-05/num`) or area contains this text. May be given more than once.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// How many cases run at a time. Default: as many as the machine has processors, and at least two.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Print the names of the cases instead of running them.
    #[arg(long)]
    list: bool,
    /// Only cases that are this fast.
    #[arg(long, value_enum, default_value = "all")]
    tier: Speed,
    /// Judge this program in the place of `lakekey`: a path or a name, and arguments, separated by blanks. Cases
    /// that start no command are skipped.
    #[arg(long, value_name = "COMMAND")]
    subject: Option<String>,
    /// Where report.json, junit.xml and report.html go. Default: conformance/ in the target folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Switch these protections off, one after the other, and see that the cases notice; all if none is named.
    /// Only in a build with the feature `sabotage`: `cargo xtask sabotage`.
    #[arg(long, value_name = "SWITCH", num_args = 0..)]
    sabotage: Option<Vec<String>>,
    /// Rewrite the tables in docs/conformance.md instead of running anything.
    #[arg(long)]
    bless: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Speed {
    Fast,
    Slow,
    All,
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(wrong) => {
            terminal::talk(format_args!("error: {}", wrong.0));
            ExitCode::FAILURE
        }
    }
}

/// Whether everything is well.
fn run(args: &Args) -> Finding<bool> {
    let suite = Suite::get();
    if args.bless {
        report::docs::bless()?;
        return Ok(true);
    }
    if let Some(words) = &args.subject {
        subject::set(words)?;
    }
    if let Some(names) = &args.sabotage {
        return matrix::main(names);
    }
    let chosen: Vec<_> = suite
        .trials
        .iter()
        .copied()
        .filter(|trial| is_chosen(trial, args))
        .collect();
    if args.list {
        for trial in &chosen {
            terminal::say(trial.name());
        }
        return Ok(true);
    }
    if chosen.is_empty() {
        return Err(Wrong::new("no case has such a name; `--list` prints them"));
    }
    perform(&chosen, args)
}

/// Runs the trials and reports.
fn perform(chosen: &[Trial], args: &Args) -> Finding<bool> {
    let whole = chosen.len() == Suite::get().trials.len() && args.subject.is_none();
    let started = doors::now();
    let progress = terminal::Progress::new(chosen);
    let jobs = args.jobs.unwrap_or_else(processors);
    let records = runner::run(chosen, jobs, |trial, record| progress.done(trial, record));
    progress.end();
    let verdict = if whole {
        Verdict::of_all(&records)
    } else {
        Verdict::of_some()
    };
    let facts = Facts::now(args.subject.clone());
    let run = Run::new(&records, &verdict, whole, started.elapsed(), facts);
    terminal::say(report::table::of(&run));
    let folder = args.report.clone().unwrap_or_else(report::folder);
    report::write(&run, &folder)?;
    terminal::talk(format_args!(
        "report: {}",
        folder.join("report.html").display()
    ));
    Ok(run.is_good())
}

fn is_chosen(trial: &Trial, args: &Args) -> bool {
    let speed = if trial.is_slow() {
        Speed::Slow
    } else {
        Speed::Fast
    };
    let name = trial.name();
    let wanted = |text: &String| name.contains(text.as_str()) || trial.entry.area == *text;
    (args.tier == Speed::All || args.tier == speed)
        && (args.filter.is_empty() || args.filter.iter().any(wanted))
}

/// Two at least: cases wait for processes and sockets more than they compute.
fn processors() -> usize {
    thread::available_parallelism().map_or(2, |number| number.get().max(2))
}
