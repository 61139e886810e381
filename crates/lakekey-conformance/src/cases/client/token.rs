//! Client cases of the area `token`: what is sent to the token endpoint, and what is made of its answers.

mod expiry;
mod limits;
mod request;
mod response;
mod retry;
mod scope;
mod sockets;

use crate::case::Case;

pub(super) const REQUESTS: &[Case] = request::CASES;
pub(super) const RESPONSES: &[Case] = response::CASES;
pub(super) const SCOPES: &[Case] = scope::CASES;
pub(super) const EXPIRIES: &[Case] = expiry::CASES;
pub(super) const RETRIES: &[Case] = retry::CASES;
pub(super) const LIMITS: &[Case] = limits::CASES;
