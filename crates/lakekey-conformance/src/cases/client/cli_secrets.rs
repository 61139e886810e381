//! Client cases of the area `cli-secrets`: what the command prints, how it fails, and where secrets must not be.

mod arguments;
mod children;
mod kinds;
mod leaks;
mod output;
mod panics;
mod silence;
mod types;

use crate::case::Case;

pub(super) const OUTPUT: &[Case] = output::CASES;
pub(super) const KINDS: &[Case] = kinds::CASES;
pub(super) const SILENCE: &[Case] = silence::CASES;
pub(super) const ARGUMENTS: &[Case] = arguments::CASES;
pub(super) const LEAKS: &[Case] = leaks::CASES;
pub(super) const TYPES: &[Case] = types::CASES;
pub(super) const CHILDREN: &[Case] = children::CASES;
