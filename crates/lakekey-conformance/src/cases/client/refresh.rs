//! Client cases of the area `refresh`: a login that lives on, whoever else renews it and whatever goes wrong.

mod clocks;
mod failures;
mod keyring;
mod losses;
mod processes;
mod races;
mod refusals;
mod renewals;
mod stored;
mod tasks;

use crate::case::Case;

pub(super) const RENEWALS: &[Case] = renewals::CASES;
pub(super) const REFUSALS: &[Case] = refusals::CASES;
pub(super) const FAILURES: &[Case] = failures::CASES;
pub(super) const RACES: &[Case] = races::CASES;
pub(super) const TASKS: &[Case] = tasks::CASES;
pub(super) const LOSSES: &[Case] = losses::CASES;
pub(super) const CLOCKS: &[Case] = clocks::CASES;
pub(super) const STORED: &[Case] = stored::CASES;
