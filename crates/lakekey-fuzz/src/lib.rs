//! What every fuzz target shares: being a program for libFuzzer, and being a test of its seeds.
#![doc = include_str!("../README.md")]

pub mod answer;
mod message;
mod seeds;
pub mod sign_in;
mod target;

#[cfg(fuzzing)]
pub use libfuzzer_sys;
pub use message::check_message;
pub use seeds::{replay, replay_seeds};
