//! The one place where this crate reads the time.

use std::time::{Duration, SystemTime};

use lakekey_core::{BoxFuture, Clock, sabotage};

/// The clock of the operating system.
///
/// On Linux [`glance`](Clock::glance) and [`elapsed`](Clock::elapsed) read the coarse clocks: they
/// tick every few milliseconds, which is exact enough to judge a token's age and costs a fifth of
/// the precise ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        sabotage::clock(wall())
    }

    #[cfg(target_os = "linux")]
    fn glance(&self) -> SystemTime {
        sabotage::clock(coarse())
    }

    fn elapsed(&self) -> Duration {
        monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock's door")]
fn wall() -> SystemTime {
    SystemTime::now()
}

#[cfg(target_os = "linux")]
fn coarse() -> SystemTime {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
    SystemTime::UNIX_EPOCH + since_start(time)
}

#[cfg(target_os = "linux")]
fn monotonic() -> Duration {
    since_start(rustix::time::clock_gettime(
        rustix::time::ClockId::MonotonicCoarse,
    ))
}

#[cfg(target_os = "linux")]
fn since_start(time: rustix::time::Timespec) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "the clock's door")]
fn monotonic() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}
