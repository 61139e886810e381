//! xtask's one clock.

use std::time::{Duration, Instant};

/// What `work` gives, and how long it took.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one clock: how long something took"
)]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
