//! What the store promises, checked from outside against a `redis-server` of each test's own.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod contract;
mod failures;
mod leases;
mod redis;
mod sealing;
mod secrets;
