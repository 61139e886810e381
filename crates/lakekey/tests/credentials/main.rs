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
mod scripted;
mod world;
