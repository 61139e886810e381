//! Signing in interactively: an address for the browser, a listener for its answer, a page for
//! the person.
//!
//! 1. [`SignIn::start`] opens the loopback sockets, learns the endpoints and makes the address.
//! 2. The program shows the address, or has a [`Browser`] open it.
//! 3. A callback comes in through the listener (`listener`, `connection`, `head`, `request`) or
//!    through an [`Inbox`]; both knock at the one `gate`, which lets the first one pass that
//!    carries the right `state`.
//! 4. [`Attempt::wait`] has the code exchanged, lets the browser have the truthful page (`page`,
//!    `style`, `answer`), and returns who signed in.

mod answer;
mod attempt;
mod browser;
mod connection;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod gate;
mod head;
mod inbox;
mod listener;
mod outcome;
mod page;
mod request;
mod scrub;
mod signed_in;
mod start;
mod style;
#[cfg(test)]
mod tests;

pub use self::attempt::Attempt;
pub use self::browser::Browser;
pub use self::inbox::Inbox;
pub use self::listener::Ports;
pub use self::signed_in::SignedIn;
pub use self::start::SignIn;
pub(crate) use self::start::{Finish, Parts};
