#![doc = include_str!("../README.md")]

mod challenge;
mod verifier;

pub use crate::challenge::{Challenge, ChallengeError};
pub use crate::verifier::{Verifier, VerifierError};
