//! Client cases of the area `tls-proxy`: whom the client trusts, and how it gets there.

mod authorities;
mod broken;
mod certificates;
mod exceptions;
mod proxies;
mod secure;

use crate::case::Case;

pub(super) const CERTIFICATES: &[Case] = certificates::CASES;
pub(super) const AUTHORITIES: &[Case] = authorities::CASES;
pub(super) const PROXIES: &[Case] = proxies::CASES;
pub(super) const BROKEN_PROXIES: &[Case] = broken::CASES;
