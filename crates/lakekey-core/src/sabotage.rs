//! Taking a protection away, so that a test can show that it is missed.
//!
//! Nothing here does anything without the feature `sabotage`, which only the project's own
//! experiments turn on. With it, four variables of the environment are obeyed:
//!
//! - `LAKEKEY_SABOTAGE` names protections to switch off, separated by commas;
//! - `LAKEKEY_KILL` names the point at which the process ends as if it were killed;
//! - `LAKEKEY_PANIC` names the point at which the code panics, with all that it has at hand;
//! - `LAKEKEY_CLOCK` says by how many seconds the wall clock is wrong, with its sign.

use std::fmt::Debug;
use std::time::SystemTime;

/// Whether a test has switched this protection off; never without the feature `sabotage`.
#[cfg(feature = "sabotage")]
pub fn is_off(protection: &str) -> bool {
    variable("LAKEKEY_SABOTAGE").is_some_and(|list| list.split(',').any(|name| name == protection))
}

/// Ends the process here, without any cleaning up, if a test asks for it.
#[cfg(feature = "sabotage")]
pub fn reach(point: &str) {
    if variable("LAKEKEY_KILL").is_some_and(|name| name == point) {
        std::process::abort();
    }
}

/// Panics here and says what is at hand, if a test asks for it.
///
/// # Panics
///
/// As a test asks for it; never without the feature `sabotage`.
#[cfg(feature = "sabotage")]
pub fn panic_with(point: &str, at_hand: &dyn Debug) {
    assert!(
        variable("LAKEKEY_PANIC").is_none_or(|name| name != point),
        "a test asked for it at {point}: {at_hand:?} {at_hand:#?}"
    );
}

/// The time as a wrong clock shows it, if a test asks for one.
#[cfg(feature = "sabotage")]
pub fn clock(now: SystemTime) -> SystemTime {
    let Some(seconds) = variable("LAKEKEY_CLOCK").and_then(|text| text.parse::<i64>().ok()) else {
        return now;
    };
    let by = std::time::Duration::from_secs(seconds.unsigned_abs());
    let wrong = if seconds < 0 {
        now.checked_sub(by)
    } else {
        now.checked_add(by)
    };
    wrong.unwrap_or(now)
}

/// Whether a test has switched this protection off; never without the feature `sabotage`.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub const fn is_off(_: &str) -> bool {
    false
}

/// Ends the process here, without any cleaning up, if a test asks for it.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub const fn reach(_: &str) {}

/// Panics here and says what is at hand, if a test asks for it.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub const fn panic_with(_: &str, _: &dyn Debug) {}

/// The time as a wrong clock shows it, if a test asks for one.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub const fn clock(now: SystemTime) -> SystemTime {
    now
}

#[cfg(feature = "sabotage")]
#[expect(clippy::disallowed_methods, reason = "the door of test builds")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
