//! The rows of all experiments.

use std::path::Path;

use super::row::Row;
use super::tally::Tally;
use crate::files;
use crate::terminal::{Failure, say};

/// The rows so far, each told as soon as it is known.
#[derive(Debug, Default)]
pub(super) struct Rows {
    experiment: &'static str,
    rows: Vec<Row>,
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
