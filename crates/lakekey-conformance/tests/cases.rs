//! Every case as a named test: `cargo test -p lakekey-conformance -- C-TOK`.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use lakekey_conformance::{Record, Suite, Verdict};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = Suite::get();
    let all = suite.trials.len();
    let records = Arc::new(Mutex::new(Vec::with_capacity(all)));
    let mut tests: Vec<_> = suite
        .trials
        .iter()
        .map(|trial| test(*trial, Arc::clone(&records)))
        .collect();
    tests.push(Trial::test("catalogue/covered", || {
        report(&Suite::complaints())
    }));
    let conclusion = libtest_mimic::run(&arguments, tests);
    let records = records
        .lock()
        .expect("no test panics while it holds the records");
    // What only a run of all cases can show: faults that never happened, rules that nobody broke.
    if records.len() == all {
        let complaints = Verdict::of_all(&records).complaints;
        if let Err(failed) = report(&complaints) {
            complain(failed.message().unwrap_or_default());
            return ExitCode::FAILURE;
        }
    }
    conclusion.exit_code()
}

fn test(trial: lakekey_conformance::Trial, records: Arc<Mutex<Vec<Record>>>) -> Trial {
    let ignored = trial.is_for_another_platform();
    let test = Trial::test(trial.name(), move || {
        let record = trial.perform();
        let outcome = match (record.status.is_bad(), &record.detail) {
            (true, detail) => Err(Failed::from(detail.clone().unwrap_or_default())),
            (false, _) => Ok(()),
        };
        records
            .lock()
            .expect("no test panics while it holds the records")
            .push(record);
        outcome
    });
    test.with_ignored_flag(ignored)
}

#[expect(clippy::print_stderr, reason = "this is a test program")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn report(complaints: &[String]) -> Result<(), Failed> {
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(complaints.join("\n")))
    }
}
