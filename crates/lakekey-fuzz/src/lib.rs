//! What every fuzz target shares: being a program for libFuzzer, and being a test of its seeds.
#![doc = include_str!("../README.md")]

mod seeds;
mod target;

#[cfg(fuzzing)]
pub use libfuzzer_sys;
pub use seeds::{replay, replay_seeds};
