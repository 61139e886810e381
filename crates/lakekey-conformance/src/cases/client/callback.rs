//! Client cases of the area `callback`: what reaches the port that the browser is sent back to.

mod answers;
mod framing;
mod genuine;
mod issuers;
mod large;
mod pages;
mod port;
mod races;
mod requests;
mod slow;
mod states;
mod waiting;
mod weight;

use crate::case::Case;

pub(super) const ANSWERS: &[Case] = answers::CASES;
pub(super) const STATES: &[Case] = states::CASES;
pub(super) const REQUESTS: &[Case] = requests::CASES;
pub(super) const FRAMING: &[Case] = framing::CASES;
pub(super) const PAGES: &[Case] = pages::CASES;
pub(super) const RACES: &[Case] = races::CASES;
pub(super) const ISSUERS: &[Case] = issuers::CASES;
pub(super) const SLOWNESS: &[Case] = slow::CASES;
pub(super) const SIZES: &[Case] = large::CASES;
