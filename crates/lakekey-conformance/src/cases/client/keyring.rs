//! Client cases of the area `keyring`: what a keyring does, and what becomes of it.

mod backends;
#[cfg(target_os = "linux")]
mod bus;
pub(super) mod fake;
mod late;
mod modes;

use crate::case::Case;

pub(super) const BACKENDS: &[Case] = backends::CASES;
pub(super) const LATE: &[Case] = late::CASES;
pub(super) const MODES: &[Case] = modes::CASES;
