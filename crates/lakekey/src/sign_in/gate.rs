use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_oauth::{CallbackError, Grant, Mismatch, Pending};
use tokio::sync::{oneshot, watch};

use super::outcome::Outcome;

/// The one place where a callback decides an attempt, whichever way it came: through the listener
/// or pasted on a terminal.
///
/// Only a callback with the right `state` decides, and only the first; anything else is counted
/// with its reason, and the wait goes on.
#[derive(Debug)]
pub(super) struct Gate {
    inner: Mutex<Inner>,
    outcome: watch::Sender<Option<Outcome>>,
}

#[derive(Debug)]
struct Inner {
    /// What the callback is compared with, and who waits for the decision; gone once decided.
    waiting: Option<(Pending, oneshot::Sender<Decision>)>,
    refused: BTreeMap<Reason, usize>,
}

/// The grant of the callback, or why there will be none.
pub(super) type Decision = Result<Grant, Error>;

/// What a knock led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not for this attempt; it waits on.
    Refused(Reason),
    /// This one decides the attempt; its outcome will be known soon.
    Decided,
    /// Another one came first, or the attempt is over.
    AlreadyHandled,
}

/// Why a request does not end the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    Framing,
    Method,
    Path,
    Host,
    Target,
    Headers,
    Decoding,
    Address,
    State,
    Empty,
}

impl Gate {
    /// A gate, and where its decision will arrive.
    pub(super) fn new(pending: Pending) -> (Self, oneshot::Receiver<Decision>) {
        let (decided, decision) = oneshot::channel();
        let inner = Inner {
            waiting: Some((pending, decided)),
            refused: BTreeMap::new(),
        };
        (
            Self {
                inner: Mutex::new(inner),
                outcome: watch::Sender::new(None),
            },
            decision,
        )
    }

    /// Puts a callback to the attempt: a redirect URL, or a request target such as `/?code=…`.
    pub(super) fn knock(&self, callback: &str) -> Verdict {
        let mut inner = self.lock();
        let Some((pending, decided)) = inner.waiting.take() else {
            return Verdict::AlreadyHandled;
        };
        let decision = match pending.finish(callback) {
            Err(CallbackError::NotOurs { reason, pending }) => {
                inner.waiting = Some((*pending, decided));
                inner.count(reason.into());
                return Verdict::Refused(reason.into());
            }
            decision => decision.map_err(Error::from),
        };
        drop(inner);
        if let Err(error) = &decision {
            self.publish(Outcome::from(error));
        }
        // When the attempt was dropped, nobody is left to be told.
        let _ = decided.send(decision);
        Verdict::Decided
    }

    /// Counts a request that was refused before it could knock.
    pub(super) fn count(&self, reason: Reason) {
        self.lock().count(reason);
    }

    /// Ends the wait: from now on everything is already handled.
    pub(super) fn close(&self) {
        self.lock().waiting = None;
    }

    /// Says how the attempt ended.
    pub(super) fn publish(&self, outcome: Outcome) {
        self.outcome.send_replace(Some(outcome));
    }

    /// How the attempt ended, once it is known; `None` when it never will be.
    pub(super) async fn outcome(&self) -> Option<Outcome> {
        let mut outcome = self.outcome.subscribe();
        let known = outcome.wait_for(Option::is_some).await.ok()?;
        known.clone()
    }

    /// The error for an attempt that nobody came back to in time, with all that did not count.
    pub(super) fn timed_out(&self, waited: Duration) -> Error {
        let inner = self.lock();
        let message = format!("no answer came back from the browser within {waited:?}");
        let error = Error::new(Code::CallbackTimeout, message).with_note(inner.summary());
        let error = if inner.refused.contains_key(&Reason::Empty) {
            error.with_note(EMPTY_SEEN)
        } else {
            error
        };
        error
            .with_hint("start the sign-in again, and open its address in a browser on this machine")
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn count(&mut self, reason: Reason) {
        let times = self.refused.entry(reason).or_default();
        *times = times.saturating_add(1);
    }

    /// For example `rejected_callbacks=3 (state: 2, empty: 1)`.
    fn summary(&self) -> String {
        let total: usize = self.refused.values().sum();
        let reasons: Vec<_> = self
            .refused
            .iter()
            .map(|(reason, times)| format!("{}: {times}", reason.as_str()))
            .collect();
        match total {
            0 => "rejected_callbacks=0".to_owned(),
            _ => format!("rejected_callbacks={total} ({})", reasons.join(", ")),
        }
    }
}

impl Reason {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Framing => "framing",
            Self::Method => "method",
            Self::Path => "path",
            Self::Host => "host",
            Self::Target | Self::Headers => "size",
            Self::Decoding => "decoding",
            Self::Address => "address",
            Self::State => "state",
            Self::Empty => "empty",
        }
    }
}

impl From<Mismatch> for Reason {
    fn from(mismatch: Mismatch) -> Self {
        match mismatch {
            Mismatch::Empty => Self::Empty,
            Mismatch::TooLong => Self::Target,
            Mismatch::Undecodable => Self::Decoding,
            Mismatch::OtherAddress => Self::Address,
            _ => Self::State,
        }
    }
}

const EMPTY_SEEN: &str = "an empty callback was seen: the server may have put its answer after a \
    `#`, which browsers keep to themselves";
