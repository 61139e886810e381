//! A mock, as a value or behind a socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request, Response};
use lakekey_core::{Clock, HttpClient};
use lakekey_mock::{Endpoint, Fault, FaultReport, Listening, Mock, Recorded};

use super::wire::{SharedClock, Wire};
use super::{Form, connection};
use crate::case::{Finding, Wrong, holds};

/// A mock. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mock: Source,
    url: String,
    /// The number of the last request that does not count.
    counted_from: Mutex<u64>,
    /// What became of faults that are no longer in force.
    cleared: Mutex<Vec<FaultReport>>,
}

#[derive(Debug)]
enum Source {
    Value(Box<Mutex<Mock>>),
    Socket(Listening),
}

impl Server {
    pub(super) fn value(mut mock: Mock) -> Self {
        mock.clock().set(noon());
        Self::of(
            Source::Value(Box::new(Mutex::new(mock))),
            VALUE_URL.to_owned(),
        )
    }

    pub(super) fn listening(mock: Mock) -> Finding<Self> {
        let listening = mock.listen()?;
        let url = listening.url();
        Ok(Self::of(Source::Socket(listening), url))
    }

    fn of(mock: Source, url: String) -> Self {
        let (counted_from, cleared) = (Mutex::new(0), Mutex::default());
        Self(Arc::new(Inner {
            mock,
            url,
            counted_from,
            cleared,
        }))
    }

    /// The address: `http://127.0.0.1:41234`, or that of a workspace that exists for this value only.
    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// The address under another name, for instance `accounts.localhost`.
    pub(crate) fn url_of(&self, host: &str) -> String {
        match &self.0.mock {
            Source::Value(_) => format!("https://{host}"),
            Source::Socket(listening) => listening.url_of(host),
        }
    }

    /// Lends the mock: its clock, its setup, its counters.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&mut Mock) -> T) -> T {
        match &self.0.mock {
            Source::Value(mock) => use_it(&mut lock(mock)),
            Source::Socket(listening) => listening.with(use_it),
        }
    }

    /// Moves the mock's clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        self.with(|mock| mock.clock().advance(by));
    }

    /// Puts a fault in force and gives its id. A fault that is never hit makes the check vacuous.
    pub(crate) fn inject(&self, fault: Fault) -> Finding<String> {
        Ok(self.with(|mock| mock.inject(fault))?)
    }

    /// Takes all faults out of force. Their hits still count.
    pub(crate) fn clear_faults(&self) {
        let reports = self.with(|mock| {
            let reports = mock.faults();
            mock.clear_faults(None);
            reports
        });
        lock(&self.0.cleared).extend(reports);
    }

    /// Every fault there was, with its hits.
    pub(crate) fn faults(&self) -> Vec<FaultReport> {
        let cleared = lock(&self.0.cleared).clone();
        cleared
            .into_iter()
            .chain(self.with(|mock| mock.faults()))
            .collect()
    }

    /// Waits until `happened` is true. `false` if it never is.
    pub(crate) fn wait_until(&self, happened: impl FnMut(&Mock) -> bool) -> bool {
        let mut happened = happened;
        match &self.0.mock {
            Source::Value(mock) => happened(&lock(mock)),
            Source::Socket(listening) => listening.wait_until(PATIENCE, happened),
        }
    }

    /// The address of the control API and the token it wants.
    pub(crate) fn control(&self) -> Finding<(String, String)> {
        match &self.0.mock {
            Source::Value(_) => Err(Wrong::new("a mock without a socket has no control API")),
            Source::Socket(mock) => Ok((mock.control_url(), mock.control_token().to_owned())),
        }
    }

    /// Waits until so many requests stand at that barrier. A mock without a socket has none.
    pub(crate) fn wait_until_held(&self, barrier: &str, count: usize) -> Finding {
        let held = match &self.0.mock {
            Source::Value(_) => false,
            Source::Socket(mock) => mock.wait_until_held(barrier, count, PATIENCE),
        };
        holds(held, format!("{count} requests never came to `{barrier}`"))
    }

    /// Lets one request pass that barrier, now or when it comes.
    pub(crate) fn release(&self, barrier: &str) {
        if let Source::Socket(mock) = &self.0.mock {
            mock.release(barrier);
        }
    }

    /// The requests so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.with(|mock| mock.requests().to_vec())
    }

    /// The requests so far for that endpoint.
    pub(crate) fn requests_for(&self, endpoint: Endpoint) -> Vec<Recorded> {
        let mut requests = self.requests();
        requests.retain(|request| request.endpoint == endpoint);
        requests
    }

    /// The token requests since the last `count_from_here`.
    pub(crate) fn token_posts(&self) -> Vec<Recorded> {
        let from = *lock(&self.0.counted_from);
        let mut posts = self.requests_for(Endpoint::Token);
        posts.retain(|request| request.sequence > from && request.method() == Method::POST);
        posts
    }

    /// Sends a request; its URI is absolute.
    pub(crate) fn send(&self, request: Request<Vec<u8>>) -> Finding<Response<Vec<u8>>> {
        match &self.0.mock {
            Source::Value(mock) => Ok(lock(mock).handle(request)),
            Source::Socket(_) => connection::send(&request),
        }
    }

    /// `GET url`.
    pub(crate) fn get(&self, url: &str) -> Finding<Response<Vec<u8>>> {
        self.send(Request::get(url).body(Vec::new())?)
    }

    /// `POST url` with a form.
    pub(crate) fn post(&self, url: &str, form: &Form) -> Finding<Response<Vec<u8>>> {
        let request = Request::post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json");
        self.send(request.body(form.encoded().into_bytes())?)
    }

    /// The door to this mock for the library: no socket is used, and whatever a fault does to the
    /// connection becomes the transport error it stands for.
    pub(crate) fn wire(&self) -> Arc<dyn HttpClient> {
        Arc::new(Wire(self.clone()))
    }

    /// The mock's clock as the library's: both agree, and waiting moves it on without waiting.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SharedClock(self.clone()))
    }

    pub(super) fn count_from_here(&self) {
        let last = self.requests().last().map_or(0, |request| request.sequence);
        *lock(&self.0.counted_from) = last;
    }

    /// How many requests there were.
    pub(super) fn received(&self) -> u64 {
        self.with(|mock| mock.requests().last().map_or(0, |request| request.sequence))
    }

    pub(super) fn has_socket(&self) -> bool {
        matches!(self.0.mock, Source::Socket(_))
    }
}

/// Where the clock of a mock without a socket stands at first.
pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOON)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a request that must come may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// 2026-06-01 12:00:00 UTC, in seconds since 1970.
const NOON: u64 = 1_780_315_200;
/// The workspace a mock without a socket is called at.
const VALUE_URL: &str = "https://workspace.example.com";
