//! What the store in the keyring promises, checked from outside: against keyrings that misbehave,
//! and against a real secret service.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod fake;
mod faults;
mod items;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(target_os = "linux")]
mod session;
