//! Client cases of the area `api`: calls of the REST API with a token.

mod reach;
mod refusals;

use crate::case::Case;

pub(super) const REACH: &[Case] = reach::CASES;
pub(super) const REFUSALS: &[Case] = refusals::CASES;
