//! Client cases of the area `store`: the token cache, whatever became of it, its folder and its locks.

mod concurrency;
mod damage;
mod failures;
mod links;
mod locks;
mod logout;
mod modes;
mod read_only;

use crate::case::Case;

pub(super) const PERMISSIONS: &[Case] = modes::CASES;
pub(super) const CONTENTS: &[Case] = damage::CASES;
pub(super) const LINKS: &[Case] = links::CASES;
pub(super) const READ_ONLY: &[Case] = read_only::CASES;
pub(super) const FAILURES: &[Case] = failures::CASES;
pub(super) const CONCURRENCY: &[Case] = concurrency::CASES;
pub(super) const LOCKS: &[Case] = locks::CASES;
pub(super) const LOGOUTS: &[Case] = logout::CASES;
