//! A clock that can be put forward.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use lakekey::{Clock, SystemClock};

/// The system's clock, ahead by a number of seconds.
#[derive(Debug, Default)]
pub(super) struct AheadClock(AtomicU64);

impl AheadClock {
    /// Lets that much time pass at once.
    pub(super) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    fn ahead(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Clock for AheadClock {
    fn now(&self) -> SystemTime {
        SystemClock.now() + self.ahead()
    }

    fn elapsed(&self) -> Duration {
        SystemClock.elapsed() + self.ahead()
    }

    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        SystemClock.sleep(duration)
    }
}
