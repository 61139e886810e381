//! Taking a protection away, so that a test can show that it is missed.
//!
//! Nothing here does anything without the feature `sabotage`, which only the project's own
//! experiments turn on. With it, `LAKEKEY_SABOTAGE` names the protections to switch off, separated
//! by commas.

/// Whether a test has switched this protection off; never without the feature `sabotage`.
#[cfg(feature = "sabotage")]
#[expect(clippy::disallowed_methods, reason = "the door of test builds")]
pub(crate) fn is_off(protection: &str) -> bool {
    std::env::var("LAKEKEY_SABOTAGE")
        .is_ok_and(|list| list.split(',').any(|name| name == protection))
}

/// Whether a test has switched this protection off; never without the feature `sabotage`.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub(crate) const fn is_off(_: &str) -> bool {
    false
}
