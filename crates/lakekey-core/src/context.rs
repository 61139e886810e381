use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{Request, Response};

use crate::{Demand, Error};

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The doors to the outside, handed to every [`TokenSource`](crate::TokenSource).
///
/// Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Context {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
    demand: Demand,
    patience: Duration,
}

impl Context {
    /// How long to wait for another process unless told otherwise: 90 s, longer than one renewal
    /// may take with all its retries.
    pub const PATIENCE: Duration = Duration::from_secs(90);

    /// A context with these doors, demanding no more than a usable token.
    pub fn new(http: Arc<dyn HttpClient>, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            clock,
            observer: Arc::new(()),
            demand: Demand::Usable,
            patience: Self::PATIENCE,
        }
    }

    /// The same doors, telling `observer` what went wrong without stopping anything.
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The same doors, with another demand.
    pub fn demanding(&self, demand: Demand) -> Self {
        Self {
            demand,
            ..self.clone()
        }
    }

    /// The same doors, waiting this long for another process that renews the same login.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The HTTP client.
    pub fn http(&self) -> &dyn HttpClient {
        &*self.http
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The observer of errors that were survived.
    pub fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    /// How new a token must be.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// How long to wait for another process that renews the same login.
    pub fn patience(&self) -> Duration {
        self.patience
    }
}

/// The door to the network: sends one request, returns one response.
///
/// An implementation follows no redirect, sends no cookie, verifies certificates, reads at most
/// [`Limits::body`] decoded bytes, gives up connecting after [`Limits::connect`] and the whole
/// exchange after [`Limits::total`]. The limits of a request are among its extensions;
/// [`Limits::default`] holds otherwise.
pub trait HttpClient: Debug + Send + Sync {
    /// Sends the request and reads the whole response.
    ///
    /// # Errors
    ///
    /// [`Code::Transport`](crate::Code::Transport), [`Tls`](crate::Code::Tls),
    /// [`Timeout`](crate::Code::Timeout) or
    /// [`ResponseTooLarge`](crate::Code::ResponseTooLarge); marked [`Error::unsent`] when no byte
    /// of the request can have reached the server, and [`Error::answered`] when the response had
    /// begun. Any status is a response, not an error.
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>>;
}

/// How much a request may cost; put among the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest decoded body to read, in bytes; 1 MiB by default.
    pub body: usize,
    /// The time to have a connection, name look-up and TLS handshake included; 5 s by default.
    /// A connection that is kept from an earlier request needs none.
    pub connect: Duration,
    /// The time for the whole exchange; 30 s by default.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The same limits with another bound on the body, in bytes.
    pub fn with_body(self, body: usize) -> Self {
        Self { body, ..self }
    }

    /// The same limits with another bound on the time to have a connection.
    pub fn with_connect(self, connect: Duration) -> Self {
        Self { connect, ..self }
    }

    /// The same limits with another bound on the whole exchange.
    pub fn with_total(self, total: Duration) -> Self {
        Self { total, ..self }
    }
}

/// Is told of errors that did not stop anything, such as a store that could not be written
/// while a good token was in hand. `()` ignores them.
pub trait Observer: Debug + Send + Sync {
    /// Takes note of an error that was survived.
    fn survived(&self, error: &Error);
}

impl Observer for () {
    fn survived(&self, _: &Error) {}
}

/// The door to the time.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock, which may jump.
    fn now(&self) -> SystemTime;

    /// The wall clock as it was at most some milliseconds ago, for a look on every call, where a
    /// cheaper clock will do. As provided, the same as [`now`](Self::now).
    fn glance(&self) -> SystemTime {
        self.now()
    }

    /// Time since some fixed moment of this process, which never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits for `duration`; a test clock may return at once.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}
