//! What was counted of one condition of an experiment.

use serde::Serialize;

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

impl Row {
    /// Whether the row says what it should.
    pub(super) fn holds(&self) -> bool {
        self.missing.is_some() || (self.failures > 0) == self.is_control
    }

    /// The share of failures that is not exceeded, with 95 % confidence, by what was seen.
    pub(super) fn bound(&self) -> String {
        match (self.runs, self.failures) {
            (0, _) => "–".to_owned(),
            (runs, 0) => percent(1.0 - 0.05_f64.powf(1.0 / float(runs))),
            (runs, failures) => format!("seen: {}", percent(float(failures) / float(runs))),
        }
    }

    pub(super) fn line(&self) -> String {
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
