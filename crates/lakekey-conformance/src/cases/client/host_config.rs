//! Client cases of the area `host-config`: hosts, where settings come from, and the profile file.

mod hosts;
mod precedence;
mod profile_file;
mod refusals;

use crate::case::Case;

pub(super) const CASES: &[Case] = &[
    hosts::CASE,
    refusals::CASE,
    precedence::CASE,
    profile_file::CASE,
];
