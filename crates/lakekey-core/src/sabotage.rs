//! Taking a protection away, so that a test can show that it is missed.
//!
//! Nothing here does anything without the feature `sabotage`, which only the project's own
//! experiments turn on. With it, two variables of the environment are obeyed:
//!
//! - `LAKEKEY_SABOTAGE` names protections to switch off, separated by commas;
//! - `LAKEKEY_KILL` names the point at which the process ends as if it were killed.

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

/// Whether a test has switched this protection off; never without the feature `sabotage`.
#[cfg(not(feature = "sabotage"))]
pub const fn is_off(_: &str) -> bool {
    false
}

/// Ends the process here, without any cleaning up, if a test asks for it.
#[cfg(not(feature = "sabotage"))]
pub const fn reach(_: &str) {}

#[cfg(feature = "sabotage")]
#[expect(clippy::disallowed_methods, reason = "the door of test builds")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
