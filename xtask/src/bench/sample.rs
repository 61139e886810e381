//! Repeated measurements of one thing.

use std::time::Duration;

/// How long each run took.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The smallest, the median, and the one that 95 of 100 are not above, in milliseconds.
    pub(super) fn cells(mut self) -> [String; 3] {
        self.0.sort_unstable();
        [0, 50, 95].map(|percent| format!("{:.2}", self.at(percent).as_secs_f64() * 1000.0))
    }

    /// The value at a percentage of the sorted sample.
    fn at(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at.min(last)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_95th_percentile_are_values_of_the_sample() {
        let mut sample = Sample::default();
        for milliseconds in (1..=100).rev() {
            sample.add(Duration::from_millis(milliseconds));
        }
        assert_eq!(sample.cells(), ["1.00", "50.00", "95.00"]);
    }

    #[test]
    fn one_run_is_its_own_median() {
        let mut sample = Sample::default();
        sample.add(Duration::from_millis(7));
        assert_eq!(sample.cells(), ["7.00", "7.00", "7.00"]);
    }
}
