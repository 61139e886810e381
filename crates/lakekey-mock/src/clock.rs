//! The mock's own time.

use std::time::{Duration, SystemTime};

/// The clock a mock lives by: the computer's, until it is told otherwise.
///
/// Expiry of codes and tokens, `iat`, `exp` and the `Date` header all follow it. It ends with the
/// year 9999.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use lakekey_mock::MockClock;
///
/// let mut clock = MockClock::fixed(SystemTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(60));
/// clock.skew(-10);
/// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(50));
/// ```
#[derive(Debug, Clone, Default)]
pub struct MockClock {
    fixed: Option<SystemTime>,
    advanced: Duration,
    skew: i64,
}

impl MockClock {
    /// A clock that stands still at `moment` until it is advanced.
    pub fn fixed(moment: SystemTime) -> Self {
        Self {
            fixed: Some(moment),
            ..Self::default()
        }
    }

    /// What the mock believes the time to be.
    pub fn now(&self) -> SystemTime {
        let base = self.fixed.unwrap_or_else(computer);
        let base = base
            .checked_add(self.advanced)
            .map_or_else(end, |moment| moment.min(end()));
        let skew = Duration::from_secs(self.skew.unsigned_abs());
        if self.skew < 0 {
            base.checked_sub(skew).unwrap_or(SystemTime::UNIX_EPOCH)
        } else {
            base.checked_add(skew)
                .map_or_else(end, |moment| moment.min(end()))
        }
    }

    /// Moves the clock forward; adds to earlier advances.
    pub fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }

    /// Stops the clock at `moment` and forgets earlier advances. A skew stays.
    pub fn set(&mut self, moment: SystemTime) {
        self.fixed = Some(moment);
        self.advanced = Duration::ZERO;
    }

    /// Puts the clock `seconds` beside the right time; replaces an earlier skew.
    pub fn skew(&mut self, seconds: i64) {
        self.skew = seconds.clamp(-MAX_SKEW, MAX_SKEW);
    }

    /// The skew in force, in seconds.
    pub(crate) fn skewed(&self) -> i64 {
        self.skew
    }

    /// Whether it follows the computer's clock, however far from it.
    pub(crate) fn runs(&self) -> bool {
        self.fixed.is_none()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the mock reads the computer's clock"
)]
fn computer() -> SystemTime {
    SystemTime::now()
}

/// The last second that HTTP can write.
fn end() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799)
}

const MAX_SKEW: i64 = 100 * 366 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_moved_too_far_stands_at_its_end() {
        let mut clock = MockClock::fixed(end());
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        clock.skew(i64::MAX);
        assert_eq!(clock.now(), end());
        clock.set(SystemTime::UNIX_EPOCH);
        assert!(clock.now() > SystemTime::UNIX_EPOCH);
    }
}
