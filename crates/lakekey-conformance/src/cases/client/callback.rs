//! Client cases of the area `callback`: what reaches the port that the browser is sent back to.

mod answers;
mod states;
mod waiting;

use crate::case::Case;

pub(super) const ANSWERS: &[Case] = answers::CASES;
pub(super) const STATES: &[Case] = states::CASES;
