//! What the strategies of Azure ask, and what they make of the answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(unix)]
mod cli;
mod client_secret;
mod github;
mod managed_identity;
mod order;
mod world;
