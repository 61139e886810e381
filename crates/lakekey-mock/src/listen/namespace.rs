//! One mock of a server, and how the owner of the server reaches it.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::Mock;

/// A mock in a server: its own port, faults, clock, keys, people, codes, tokens and journal.
///
/// Made by [`Listening::open`](crate::Listening::open), so that tests that run at the same time share one
/// process. Cloning gives another handle; dropping the handle closes nothing.
///
/// ```no_run
/// use lakekey_mock::{Mock, Setup};
///
/// let server = Mock::new(Setup::workspace()).listen()?;
/// let mine = server.open("my-test", Setup::workspace())?;
/// mine.with(|mock| mock.inject("token:http.status=503".parse()?))?;
/// // … only clients of `mine.url()` are refused …
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Namespace {
    pub(super) shared: Arc<Shared>,
    pub(super) name: Arc<str>,
    pub(super) scheme: &'static str,
    pub(super) port: u16,
    pub(super) control_port: u16,
}

impl Namespace {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address, for instance `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        self.url_of("127.0.0.1")
    }

    /// The address under another name, for instance `accounts.localhost`.
    pub fn url_of(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.port)
    }

    /// The port; the same one for IPv4 and, where there is one, IPv6.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The root of its control API, for instance `http://127.0.0.1:41235/ns/my-test`.
    pub fn control_url(&self) -> String {
        format!("http://127.0.0.1:{}/ns/{}", self.control_port, self.name)
    }

    /// Lends the mock. Its requests wait meanwhile.
    pub fn with<T>(&self, use_it: impl FnOnce(&mut Mock) -> T) -> T {
        let answer = use_it(&mut self.shared.lock());
        self.shared.notify();
        answer
    }

    /// Waits until `happened` is true, looking whenever something changed. `false` after `timeout`.
    pub fn wait_until(&self, timeout: Duration, mut happened: impl FnMut(&Mock) -> bool) -> bool {
        let waited = self
            .shared
            .changed
            .wait_timeout_while(self.shared.lock(), timeout, |mock| !happened(mock));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Waits until `count` requests stand at that barrier. `false` after `timeout`.
    pub fn wait_until_held(&self, barrier: &str, count: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |mock| mock.gates.held(barrier) >= count)
    }

    /// Lets one request pass that barrier, now or when it comes.
    pub fn release(&self, barrier: &str) {
        self.with(|mock| mock.gates.release(barrier));
    }
}

/// What the sockets of a namespace and its owner share.
#[derive(Debug)]
pub(crate) struct Shared {
    mock: Mutex<Mock>,
    changed: Condvar,
    connections: AtomicU64,
}

impl Shared {
    pub(super) fn new(mock: Mock) -> Self {
        Self {
            mock: Mutex::new(mock),
            changed: Condvar::new(),
            connections: AtomicU64::new(0),
        }
    }

    /// The mock, whatever happened to the one who held it before.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Mock> {
        self.mock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everybody who waits for something to have happened.
    pub(crate) fn notify(&self) {
        self.changed.notify_all();
    }

    /// The number of the next connection; the first is 1.
    pub(super) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }
}
