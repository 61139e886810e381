//! Credentials against the mock, without a socket and without waiting.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod calls;
mod federation;
mod google;
mod hosts;
mod machines;
mod refresh;
#[cfg(feature = "keyring")]
mod ring;
mod scripted;
#[cfg(feature = "keyring")]
mod storage;
mod turns;
mod world;
