//! What is counted: a row for each condition of an experiment.

use std::path::Path;

use serde::Serialize;

use crate::files;
use crate::stopwatch::Stopwatch;
use crate::terminal::{Failure, say};

/// One condition of an experiment while it is counted.
#[derive(Debug)]
pub(super) struct Tally {
    cell: String,
    is_control: bool,
    runs: usize,
    failures: usize,
    complaint: Option<String>,
    watch: Stopwatch,
}

/// One condition of an experiment, counted.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) experiment: &'static str,
    pub(super) cell: String,
    /// Whether a protection was switched off, so that failures must show.
    pub(super) is_control: bool,
    pub(super) runs: usize,
    pub(super) failures: usize,
    /// What the first failure was.
    pub(super) complaint: Option<String>,
    /// What else was seen.
    pub(super) figures: String,
    pub(super) seconds: f64,
    /// Why it could not be run here.
    pub(super) missing: Option<String>,
}

/// The rows so far, each told as soon as it is known.
#[derive(Debug, Default)]
pub(super) struct Rows {
    experiment: &'static str,
    rows: Vec<Row>,
}

impl Tally {
    /// Begins to count.
    pub(super) fn of(cell: impl Into<String>) -> Self {
        Self {
            cell: cell.into(),
            is_control: false,
            runs: 0,
            failures: 0,
            complaint: None,
            watch: Stopwatch::start(),
        }
    }

    /// Begins to count what must fail.
    pub(super) fn of_control(cell: impl Into<String>) -> Self {
        Self {
            is_control: true,
            ..Self::of(cell)
        }
    }

    /// Counts one run; says whether it was good.
    pub(super) fn count(&mut self, complaints: &[String]) -> bool {
        self.runs += 1;
        if complaints.is_empty() {
            return true;
        }
        self.failures += 1;
        self.complaint.get_or_insert_with(|| complaints.join("; "));
        false
    }

    /// Counts one run.
    pub(super) fn judge(&mut self, holds: bool, complaint: &str) {
        let mut complaints = Complaints::default();
        complaints.unless(holds, || complaint.to_owned());
        self.count(&complaints);
    }

    /// Counts a failure that is known only after the runs.
    pub(super) fn fail(&mut self, complaint: &str) {
        self.failures += 1;
        self.complaint.get_or_insert_with(|| complaint.to_owned());
    }

    /// Adds what another has counted of the same.
    pub(super) fn absorb(&mut self, other: Self) {
        self.runs += other.runs;
        self.failures += other.failures;
        self.complaint = self.complaint.take().or(other.complaint);
    }
}

impl Row {
    /// Whether the row says what it should.
    pub(super) fn holds(&self) -> bool {
        self.missing.is_some() || (self.failures > 0) == self.is_control
    }

    /// The share of failures that is not exceeded, with 95 % confidence, by what was seen.
    pub(super) fn bound(&self) -> String {
        match (self.runs, self.failures) {
            (0, _) => "–".to_owned(),
            (runs, 0) => percent(3.0 / float(runs)),
            (runs, failures) => format!("seen: {}", percent(float(failures) / float(runs))),
        }
    }

    fn line(&self) -> String {
        let Self {
            cell,
            runs,
            failures,
            figures,
            seconds,
            ..
        } = self;
        let mark = match &self.missing {
            Some(reason) => return format!("  {cell:<52} not run here: {reason}"),
            None if !self.holds() => "BROKEN",
            None if self.is_control => "control",
            None => "ok",
        };
        let complaint = match &self.complaint {
            Some(complaint) if !self.is_control => format!("\n      first failure: {complaint}"),
            _ => String::new(),
        };
        format!(
            "  {cell:<52} {runs:>6} runs {failures:>5} failures {seconds:>6.1} s  {mark:<7} {figures}{complaint}"
        )
    }
}

impl Rows {
    /// The rows that follow are of this experiment.
    pub(super) fn of(&mut self, experiment: &'static str) {
        self.experiment = experiment;
    }

    /// Adds a row and tells it.
    pub(super) fn add(&mut self, tally: Tally, figures: impl Into<String>) {
        let Tally {
            cell,
            is_control,
            runs,
            failures,
            complaint,
            watch,
        } = tally;
        self.push(Row {
            experiment: self.experiment,
            cell,
            is_control,
            runs,
            failures,
            complaint,
            figures: figures.into(),
            seconds: watch.elapsed().as_secs_f64(),
            missing: None,
        });
    }

    /// Adds a row for what this machine cannot do.
    pub(super) fn miss(&mut self, cell: &str, reason: &str) {
        self.push(Row {
            missing: Some(reason.to_owned()),
            ..self.empty(cell)
        });
    }

    /// Adds a row for an experiment that could not be brought to its end.
    pub(super) fn broke_off(&mut self, failure: &Failure) {
        self.push(Row {
            failures: 1,
            complaint: Some(failure.to_string()),
            ..self.empty("broke off")
        });
    }

    pub(super) fn about(&self, experiment: &str) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(move |row| row.experiment == experiment)
    }

    /// Writes them down for programs to read.
    pub(super) fn save(&self, folder: &Path) -> Result<(), Failure> {
        let json = serde_json::to_string_pretty(&self.rows);
        let json = json.map_err(|error| Failure::new(format!("no JSON of the rows: {error}")))?;
        files::write(&folder.join("results.json"), &json)
    }

    /// Fails if a row does not hold.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let broken = self.rows.iter().filter(|row| !row.holds());
        let complaints: Vec<_> = broken
            .map(|row| match &row.complaint {
                Some(complaint) => format!("{}, {}: {complaint}", row.experiment, row.cell),
                None => format!(
                    "{}, {}: the control shows no failure",
                    row.experiment, row.cell
                ),
            })
            .collect();
        Failure::unless_empty(&complaints)
    }

    fn push(&mut self, row: Row) {
        say(row.line());
        self.rows.push(row);
    }

    fn empty(&self, cell: &str) -> Row {
        Row {
            experiment: self.experiment,
            cell: cell.to_owned(),
            is_control: false,
            runs: 0,
            failures: 0,
            complaint: None,
            figures: String::new(),
            seconds: 0.0,
            missing: None,
        }
    }
}

/// Complaints about one run.
#[derive(Debug, Default)]
pub(super) struct Complaints(Vec<String>);

impl Complaints {
    /// Complains unless `holds`.
    pub(super) fn unless(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.0.push(complaint());
        }
    }
}

impl std::ops::Deref for Complaints {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

/// A share as a person reads it, to two digits.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        _ if percent >= 10.0 => format!("{percent:.0} %"),
        _ if percent >= 1.0 => format!("{percent:.1} %"),
        _ => format!("{percent:.2} %"),
    }
}

/// A count for a division.
pub(super) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tally: Tally) -> Row {
        let mut rows = Rows::default();
        rows.add(tally, "");
        rows.rows.remove(0)
    }

    #[test]
    fn no_failure_in_a_thousand_runs_shows_less_than_three_in_a_thousand() {
        let mut tally = Tally::of("cell");
        for _ in 0..1000 {
            tally.count(&[]);
        }
        let row = row(tally);
        assert!(row.holds());
        assert_eq!(row.bound(), "0.30 %");
    }

    #[test]
    fn a_failure_breaks_a_row_and_makes_a_control() {
        for (mut tally, holds) in [
            (Tally::of("cell"), false),
            (Tally::of_control("cell"), true),
        ] {
            tally.count(&[]);
            tally.count(&["lost".to_owned()]);
            let row = row(tally);
            assert_eq!(row.holds(), holds);
            assert_eq!(row.bound(), "seen: 50 %");
            assert_eq!(row.complaint.as_deref(), Some("lost"));
        }
    }

    #[test]
    fn a_control_without_failure_is_reported() {
        let mut rows = Rows::default();
        rows.of("race");
        let mut tally = Tally::of_control("no lock");
        tally.count(&[]);
        rows.add(tally, "");
        let said = rows.verdict().map_err(|failure| failure.to_string());
        assert_eq!(
            said,
            Err("race, no lock: the control shows no failure".to_owned())
        );
    }
}
