//! The mock behind sockets.

mod connection;
mod gates;
mod namespace;
mod namespaces;
mod tap;
mod watch;

use std::{
    fmt,
    io::{Error, ErrorKind, Result},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use rand::{TryRng, rngs::SysRng};
use tokio::runtime::{Builder, Runtime};

pub(crate) use gates::Gates;
pub use namespace::Namespace;
pub(crate) use namespace::Shared;
pub(crate) use namespaces::Namespaces;
pub(crate) use watch::Watch;

use crate::{Mock, Setup, dice::base64url, inspector, tls};

/// A mock that answers on loopback sockets, until it is dropped.
///
/// It runs on two threads of its own, so it can be used from a test with or without an async runtime.
/// It is its namespace `default`; [`Listening::open`] adds others, each a mock on a port of its own.
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
    namespaces: Arc<Namespaces>,
    default: Namespace,
    tls: Option<Arc<tls::Identity>>,
    runtime: Option<Runtime>,
    closed: Mutex<mpsc::Receiver<()>>,
}

impl Listening {
    pub(crate) fn start(mock: Mock) -> Result<Self> {
        let setup = &mock.world.setup;
        let tls = if setup.tls {
            Some(Arc::new(tls::Identity::new(setup)?))
        } else {
            None
        };
        let control = open_control()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("lakekey-mock")
            .enable_all()
            .build()?;
        let (open, closed) = mpsc::channel();
        let namespaces = Arc::new(Namespaces::new(
            token()?,
            control.local_addr()?.port(),
            tls.clone(),
            runtime.handle().clone(),
            open.clone(),
        ));
        let default = namespaces.open_default(mock)?;
        let _inside = runtime.enter();
        runtime.spawn(connection::accept_control(
            tokio::net::TcpListener::from_std(control)?,
            Arc::clone(&namespaces),
            open,
        ));
        Ok(Self {
            namespaces,
            default,
            tls,
            runtime: Some(runtime),
            closed: Mutex::new(closed),
        })
    }

    /// Opens a namespace: another mock in this server, on a port of its own. Nothing is shared with other
    /// namespaces but the two threads and, with TLS, the certificate. One of that name starts over with
    /// the new setup and keeps its port.
    ///
    /// Of the setup, `tls`, `tls_names` and `namespace` are the server's to say.
    ///
    /// # Errors
    ///
    /// If the name is `default` or not made of 1 to 64 of `a-z`, `A-Z`, `0-9`, `-` and `_`, if there are
    /// 1,000 already, or if no socket can be opened.
    pub fn open(&self, name: &str, setup: Setup) -> Result<Namespace> {
        Ok(self.namespaces.open(name, setup)?.0)
    }

    /// Closes a namespace: its port and all its connections. `false` if there is none of that name, or it
    /// is `default`.
    pub fn close(&self, name: &str) -> bool {
        self.namespaces.close(name)
    }

    /// The address, for instance `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        self.default.url()
    }

    /// The address under another name, for instance `accounts.localhost`.
    pub fn url_of(&self, host: &str) -> String {
        self.default.url_of(host)
    }

    /// The port; the same one for IPv4 and, where there is one, IPv6.
    pub fn port(&self) -> u16 {
        self.default.port()
    }

    /// The root of the control API, for instance `http://127.0.0.1:41235/ns/default`.
    pub fn control_url(&self) -> String {
        self.default.control_url()
    }

    /// The address of the inspector, a page for people. It holds the control API's token.
    pub fn inspector_url(&self) -> String {
        inspector::address(&self.control_url(), self.control_token())
    }

    /// The bearer token that the control API asks for, in every namespace. Another one for every start.
    pub fn control_token(&self) -> &str {
        &self.namespaces.control_token
    }

    /// The certificate of the authority that signed the server's, as PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_deref().map(|tls| tls.ca_pem.as_str())
    }

    /// The certificate that the server shows, as PEM; `None` without TLS. No client needs it: it is no authority.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.tls.as_deref().map(|tls| tls.certificate_pem.as_str())
    }

    /// Lends the mock. Requests wait meanwhile.
    pub fn with<T>(&self, use_it: impl FnOnce(&mut Mock) -> T) -> T {
        self.default.with(use_it)
    }

    /// Waits until `happened` is true, looking whenever something changed. `false` after `timeout`.
    pub fn wait_until(&self, timeout: Duration, happened: impl FnMut(&Mock) -> bool) -> bool {
        self.default.wait_until(timeout, happened)
    }

    /// Waits until `count` requests stand at that barrier. `false` after `timeout`.
    pub fn wait_until_held(&self, barrier: &str, count: usize, timeout: Duration) -> bool {
        self.default.wait_until_held(barrier, count, timeout)
    }

    /// Lets one request pass that barrier, now or when it comes.
    pub fn release(&self, barrier: &str) {
        self.default.release(barrier);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.namespaces.end();
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

/// A socket for the control API, on the family that there is.
fn open_control() -> Result<std::net::TcpListener> {
    match bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0) {
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            bind(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)
        }
        bound => bound,
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

/// The namespace a server has from the start.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";
const WORKERS: usize = 2;
const CLOSING: Duration = Duration::from_secs(2);
