use std::fmt;
use std::time::Duration;

use lakekey_core::{BoxFuture, Error};
use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{Client, Grant, RedirectUri, Scopes, authorize};

use super::connection::Patience;
use super::listener::Bound;
use super::{Attempt, Ports, SignedIn};

/// A sign-in to begin: what to ask for, where to listen, how long to wait.
pub struct SignIn {
    prepare: Prepare,
    scopes: Option<Scopes>,
    ports: Ports,
    timeout: Duration,
    paste: bool,
}

/// What discovery and configuration contribute to a sign-in.
pub(crate) struct Parts {
    pub(crate) target: Target,
    pub(crate) endpoints: Endpoints,
    pub(crate) client: Client,
    /// As they are requested, `offline_access` included.
    pub(crate) scopes: Scopes,
    pub(crate) finish: Finish,
}

/// Exchanges the grant and keeps the token.
pub(crate) type Finish =
    Box<dyn FnOnce(Grant) -> BoxFuture<'static, Result<SignedIn, Error>> + Send>;

type Prepare = Box<dyn FnOnce(Option<Scopes>) -> BoxFuture<'static, Result<Parts, Error>> + Send>;

impl SignIn {
    /// A sign-in whose parts are made by `prepare` from the scopes asked for, if any were.
    pub(crate) fn new(
        prepare: impl FnOnce(Option<Scopes>) -> BoxFuture<'static, Result<Parts, Error>>
        + Send
        + 'static,
    ) -> Self {
        Self {
            prepare: Box::new(prepare),
            scopes: None,
            ports: Ports::default(),
            timeout: TIMEOUT,
            paste: false,
        }
    }

    /// Asks for these scopes in place of the configured ones.
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// Listens on these ports; [`Ports::Default`] unless said otherwise.
    pub fn ports(mut self, ports: Ports) -> Self {
        self.ports = ports;
        self
    }

    /// Waits no longer than this for the browser, counted from [`SignIn::start`]; five minutes
    /// unless said otherwise. Time is that of the monotonic clock.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Says that somebody can paste the address into an [`Inbox`](super::Inbox), so that the
    /// sign-in goes on without a listener when no port is free; not so unless said.
    pub fn paste(mut self, possible: bool) -> Self {
        self.paste = possible;
        self
    }

    /// Opens the listener, learns the endpoints and makes the address for the browser.
    ///
    /// The listener is there before the address is, so no answer can come too early.
    ///
    /// # Errors
    ///
    /// [`Code::ListenerUnavailable`](lakekey_core::Code::ListenerUnavailable) when no port is
    /// free, and whatever stands in the way of knowing the endpoints.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, and when the operating system has no random numbers to give.
    pub async fn start(self) -> Result<Attempt, Error> {
        let bound = match Bound::open(self.ports).await {
            Ok(bound) => Some(bound),
            Err(_) if self.paste => None,
            Err(error) => return Err(error),
        };
        let Parts {
            target,
            endpoints,
            client,
            scopes,
            finish,
        } = (self.prepare)(self.scopes).await?;
        let port = bound.as_ref().map_or(self.ports.preferred(), Bound::port);
        let (url, pending) = authorize(&endpoints, &client, RedirectUri::loopback(port), &scopes);
        Ok(Attempt::new(target, url, pending, finish)
            .listening_on(bound, Patience::default())
            .ending_after(self.timeout))
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            prepare: _,
            scopes,
            ports,
            timeout,
            paste,
        } = self;
        formatter
            .debug_struct("SignIn")
            .field("scopes", scopes)
            .field("ports", ports)
            .field("timeout", timeout)
            .field("paste", paste)
            .finish_non_exhaustive()
    }
}

const TIMEOUT: Duration = Duration::from_secs(300);
