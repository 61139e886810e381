//! Client cases of the area `listener`: its port, who reaches it, what opens the browser, how the wait ends.

mod openers;
mod ports;
mod reach;
mod signals;
mod sockets;
mod together;
mod waiting;
mod waits;

use std::time::Duration;

use crate::case::Case;

pub(super) const PORTS: &[Case] = ports::CASES;
pub(super) const REACH: &[Case] = reach::CASES;
pub(super) const OPENERS: &[Case] = openers::CASES;
pub(super) const WAITS: &[Case] = waits::CASES;
pub(super) const SIGNALS: &[Case] = signals::CASES;
pub(super) const TOGETHER: &[Case] = together::CASES;

/// What is done at once takes no longer, on a busy machine.
const PROMPT: Duration = Duration::from_secs(10);
