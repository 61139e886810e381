use std::sync::Arc;

use lakekey_core::{Code, Error};

use super::gate::{Gate, Reason, Verdict};

/// Where an address copied from the browser is handed in, for a browser that runs on another
/// machine than the listener.
///
/// Cloning is cheap, and any thread may use it. What comes in here and what comes in through the
/// listener are judged alike, and the first right one counts.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<Gate>);

impl Inbox {
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self(gate)
    }

    /// Hands in what the browser ended on: `http://localhost:8020/?code=…&state=…`, or the part
    /// from the question mark on. Blanks and quotes around it do not matter.
    ///
    /// An answer that arrives after another one was taken is fine, too.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidCallback`] when the text does not belong to this sign-in: it says why, and
    /// the wait goes on.
    pub fn offer(&self, pasted: &str) -> Result<(), Error> {
        let text = pasted
            .trim_matches(|c: char| c.is_whitespace() || c.is_control() || QUOTES.contains(c));
        if text.is_empty() {
            return Err(refused(Reason::Empty));
        }
        let is_bare = !text.contains('?') && text.contains('=');
        let verdict = if is_bare {
            self.0.knock(&format!("?{text}"))
        } else {
            self.0.knock(text)
        };
        match verdict {
            Verdict::Decided | Verdict::AlreadyHandled => Ok(()),
            Verdict::Refused(reason) => Err(refused(reason)),
        }
    }
}

fn refused(reason: Reason) -> Error {
    let message = match reason {
        Reason::Empty => "the text holds no answer: there is no `code=` and no `state=` in it",
        Reason::State => "the address belongs to another sign-in: its `state` is not this one's",
        Reason::Address => "the address is not the one that the browser is sent back to",
        Reason::Decoding => "the address cannot be read: some of its characters do not decode",
        _ => "the text is not the address that the browser ended on",
    };
    Error::new(Code::InvalidCallback, message).with_hint(
        "copy the whole address from the browser after signing in; it begins with `http://localhost:`",
    )
}

const QUOTES: &str = "\"'`<>";
