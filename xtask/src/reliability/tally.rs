//! Counting the runs of one condition.

use crate::stopwatch::Stopwatch;

/// One condition of an experiment while it is counted.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) cell: String,
    pub(super) is_control: bool,
    pub(super) runs: usize,
    pub(super) failures: usize,
    pub(super) complaint: Option<String>,
    pub(super) watch: Stopwatch,
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
