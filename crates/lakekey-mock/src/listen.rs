//! The mock behind sockets.

mod connection;
mod gates;

use std::{
    fmt,
    io::{Error, ErrorKind, Result},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use rand::{TryRng, rngs::SysRng};
use tokio::runtime::{Builder, Runtime};

pub(crate) use gates::Gates;

use crate::{Mock, dice::base64url, tls};

/// A mock that answers on loopback sockets, until it is dropped.
///
/// It runs on two threads of its own, so it can be used from a test with or without an async runtime.
///
/// ```no_run
/// use lakekey_mock::{Mock, Setup};
///
/// let mock = Mock::new(Setup::workspace()).listen()?;
/// let host = mock.url();
/// // … let a client sign in at `host` …
/// assert_eq!(mock.with(|mock| mock.counters().issued), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Listening {
    shared: Arc<Shared>,
    scheme: &'static str,
    port: u16,
    control_port: u16,
    ca_pem: Option<String>,
    runtime: Option<Runtime>,
    closed: Mutex<mpsc::Receiver<()>>,
}

/// What the sockets and the owner share.
#[derive(Debug)]
pub(crate) struct Shared {
    mock: Mutex<Mock>,
    changed: Condvar,
    pub(crate) control_token: String,
}

impl Shared {
    /// The mock, whatever happened to the one who held it before.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Mock> {
        self.mock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everybody who waits for something to have happened.
    pub(crate) fn notify(&self) {
        self.changed.notify_all();
    }
}

impl Listening {
    pub(crate) fn start(mock: Mock) -> Result<Self> {
        let setup = &mock.world.setup;
        let tls = if setup.tls {
            Some(tls::Identity::new(setup)?)
        } else {
            None
        };
        let sockets = loopback(setup.port)?;
        let control = bind(sockets[0].local_addr()?.ip(), 0)?;
        let port = sockets[0].local_addr()?.port();
        let control_port = control.local_addr()?.port();
        let shared = Arc::new(Shared {
            mock: Mutex::new(mock),
            changed: Condvar::new(),
            control_token: token()?,
        });
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("lakekey-mock")
            .enable_all()
            .build()?;
        let (open, closed) = mpsc::channel();
        let _inside = runtime.enter();
        for socket in sockets {
            let socket = tokio::net::TcpListener::from_std(socket)?;
            let acceptor = tls.as_ref().map(|identity| identity.acceptor.clone());
            runtime.spawn(connection::accept(
                socket,
                Arc::clone(&shared),
                acceptor,
                open.clone(),
            ));
        }
        runtime.spawn(connection::accept_control(
            tokio::net::TcpListener::from_std(control)?,
            Arc::clone(&shared),
            open,
        ));
        let ca_pem = tls.map(|identity| identity.ca_pem);
        let scheme = if ca_pem.is_some() { "https" } else { "http" };
        Ok(Self {
            shared,
            scheme,
            port,
            control_port,
            ca_pem,
            runtime: Some(runtime),
            closed: Mutex::new(closed),
        })
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

    /// The root of the control API, for instance `http://127.0.0.1:41235/ns/default`.
    pub fn control_url(&self) -> String {
        format!("http://127.0.0.1:{}/ns/default", self.control_port)
    }

    /// The bearer token that the control API asks for. Another one for every start.
    pub fn control_token(&self) -> &str {
        &self.shared.control_token
    }

    /// The certificate of the authority that signed the server's, as PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Lends the mock. Requests wait meanwhile.
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

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        // Ends when the last socket is closed, so that its port is free afterwards.
        let closed = self
            .closed
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let _ = closed.recv_timeout(CLOSING);
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// Sockets on one port of both loopback families, or of the one that there is.
fn loopback(port: u16) -> Result<Vec<std::net::TcpListener>> {
    let attempts = if port == 0 { 20 } else { 1 };
    let mut taken = Error::from(ErrorKind::AddrInUse);
    for _ in 0..attempts {
        let v4 = match bind(IpAddr::V4(Ipv4Addr::LOCALHOST), port) {
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                return Ok(vec![bind(IpAddr::V6(Ipv6Addr::LOCALHOST), port)?]);
            }
            bound => bound?,
        };
        match bind(IpAddr::V6(Ipv6Addr::LOCALHOST), v4.local_addr()?.port()) {
            Ok(v6) => return Ok(vec![v4, v6]),
            Err(error) if error.kind() == ErrorKind::AddrInUse => taken = error,
            Err(_) => return Ok(vec![v4]),
        }
    }
    Err(taken)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the mock opens sockets"
)]
fn bind(ip: IpAddr, port: u16) -> Result<std::net::TcpListener> {
    let address = SocketAddr::new(ip, port);
    let socket = std::net::TcpListener::bind(address).map_err(|error| {
        Error::new(
            error.kind(),
            format!("can not listen on {address}: {error}"),
        )
    })?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Drawn from the operating system: the generator of aws-lc takes 20 ms for its first number.
fn token() -> Result<String> {
    let mut bytes = [0; 24];
    SysRng.try_fill_bytes(&mut bytes).map_err(Error::other)?;
    Ok(base64url(&bytes))
}

const WORKERS: usize = 2;
const CLOSING: Duration = Duration::from_secs(2);
