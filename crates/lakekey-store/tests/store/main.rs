//! What the stores of this crate promise, checked from outside.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod common;
mod contract;
mod format;
mod hosts;
mod model;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod trust;
