use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_endpoints::Target;
use lakekey_oauth::{Grant, Pending, RedirectUri};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::connection::Patience;
use super::gate::{Decision, Gate};
use super::listener::{Bound, Listener};
use super::outcome::Outcome;
use super::{Finish, Inbox, SignedIn};

/// A sign-in under way: the address is ready, and the answer may come.
///
/// Dropping it ends the sign-in and closes the listener. Once the answer has come, the exchange
/// is carried through all the same, so that no token is lost.
pub struct Attempt {
    target: Target,
    url: Url,
    redirect_uri: RedirectUri,
    gate: Arc<Gate>,
    decision: oneshot::Receiver<Decision>,
    listener: Option<Listener>,
    finish: Finish,
    timeout: Duration,
    deadline: Option<Instant>,
}

impl Attempt {
    pub(super) fn new(target: Target, url: Url, pending: Pending, finish: Finish) -> Self {
        let redirect_uri = pending.redirect_uri().clone();
        let (gate, decision) = Gate::new(pending);
        Self {
            target,
            url,
            redirect_uri,
            gate: Arc::new(gate),
            decision,
            listener: None,
            finish,
            timeout: Duration::MAX,
            deadline: None,
        }
    }

    pub(super) fn listening_on(mut self, bound: Option<Bound>, patience: Patience) -> Self {
        self.listener = bound.map(|bound| bound.serve(Arc::clone(&self.gate), patience));
        self
    }

    pub(super) fn ending_after(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self.deadline = Instant::now().checked_add(timeout);
        self
    }

    /// The address to open in a browser. It holds the state of this sign-in and no secret.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the browser is sent back to, `http://localhost:<port>`.
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }

    /// Whether this process listens there; otherwise the answer has to be pasted.
    pub fn listening(&self) -> bool {
        self.listener.is_some()
    }

    /// What is signed in to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Where an address copied from the browser can be handed in.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(Arc::clone(&self.gate))
    }

    /// Waits for the answer, has it exchanged for a token that is then kept, and returns once the
    /// browser has its page.
    ///
    /// A caller that goes away during the exchange loses nothing: exchange, keeping and page run
    /// on a task of their own.
    ///
    /// # Errors
    ///
    /// [`Code::CallbackTimeout`] with a note on all that was refused meanwhile;
    /// [`Code::AuthDenied`], [`Code::AuthError`], [`Code::InvalidCallback`] and
    /// [`Code::IssuerMismatch`] from the answer; the errors of the exchange and of the store.
    pub async fn wait(mut self) -> Result<SignedIn, Error> {
        match self.decision().await {
            Some(Ok(grant)) => self.carry_through(grant).await,
            Some(Err(error)) => {
                self.deliver().await;
                Err(error)
            }
            None => Err(self.gate.timed_out(self.timeout)),
        }
    }

    /// The decision of the gate, or `None` when the time is up.
    async fn decision(&mut self) -> Option<Decision> {
        let decided = match self.deadline {
            Some(deadline) => timeout_at(deadline, &mut self.decision).await,
            None => Ok((&mut self.decision).await),
        };
        match decided {
            Ok(decision) => decision.ok(),
            Err(_elapsed) => {
                self.gate.close();
                // The answer may have come in the very last moment.
                self.decision.try_recv().ok()
            }
        }
    }

    async fn carry_through(self, grant: Grant) -> Result<SignedIn, Error> {
        let Self {
            gate,
            listener,
            finish,
            ..
        } = self;
        let task = tokio::spawn(async move {
            let result = finish(grant).await;
            gate.publish(Outcome::from(&result));
            if let Some(listener) = listener {
                listener.finish().await;
            }
            result
        });
        task.await.unwrap_or_else(|stopped| {
            let message = "the exchange was interrupted, and nobody knows how it ended";
            Err(Error::new(Code::LoginFailed, message)
                .with_hint("sign in again")
                .caused_by(stopped))
        })
    }

    /// Lets the browser have its page.
    async fn deliver(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.finish().await;
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attempt")
            .field("target", &self.target)
            .field("redirect_uri", &self.redirect_uri)
            .field("listening", &self.listening())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
