//! The door to Redis: connections, how long they may take, and what goes wrong with them.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lakekey_core::{Code, Error, Secret};
use redis::{
    Client, Cmd, Connection, ConnectionAddr, ConnectionInfo, FromRedisValue, IntoConnectionInfo,
    RedisResult, TlsCertificates,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::machine;

mod failure;

use failure::Failure;

/// One Redis, and the connections to it that are not in use.
pub(crate) struct Server {
    client: Client,
    address: String,
    timeouts: Timeouts,
    idle: Mutex<Vec<(Instant, Connection)>>,
}

/// How long to wait for a connection, and for each answer on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) response: Duration,
}

impl Server {
    /// The Redis at this URL. Nothing is sent yet.
    pub(crate) fn new(
        url: &Secret,
        roots: Option<Vec<u8>>,
        timeouts: Timeouts,
    ) -> Result<Self, Error> {
        let info = url.expose().into_connection_info().map_err(|_| no_url())?;
        let settings = info.redis_settings().clone();
        let settings = settings.set_lib_name(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let info = info.set_redis_settings(settings);
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(unchecked());
        }
        let address = info.addr().to_string();
        let client = match roots {
            Some(roots) => with_roots(info, roots).ok_or_else(no_roots)?,
            None => Client::open(info).map_err(|_| no_url())?,
        };
        Ok(Self {
            client,
            address,
            timeouts,
            idle: Mutex::default(),
        })
    }

    /// Host and port, or the path of a socket.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a command and waits for the answer.
    ///
    /// If an idle connection turns out to be closed, as all are after a restart of the server, the
    /// command is sent once more on a new one.
    pub(crate) fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Error> {
        if let Some(connection) = self.idle_connection() {
            match self.ask_on(connection, command) {
                Err(error) if error.is_connection_dropped() => self.idle().clear(),
                outcome => return outcome.map_err(|error| self.failed(Failure::Asked(error))),
            }
        }
        let connection = self
            .connect()
            .map_err(|error| self.failed(Failure::Connecting(error)))?;
        self.ask_on(connection, command)
            .map_err(|error| self.failed(Failure::Asked(error)))
    }

    /// Keeps the connection for the next command only if this one was answered as it should be.
    fn ask_on<T: FromRedisValue>(
        &self,
        mut connection: Connection,
        command: &Cmd,
    ) -> RedisResult<T> {
        let answer = command.query(&mut connection)?;
        let mut idle = self.idle();
        if idle.len() < MOST_IDLE {
            idle.push((machine::instant(), connection));
        }
        Ok(answer)
    }

    fn connect(&self) -> RedisResult<Connection> {
        let info = self.client.get_connection_info();
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            provide_tls();
        }
        let connection = self
            .client
            .get_connection_with_timeout(self.timeouts.connect)?;
        connection.set_read_timeout(Some(self.timeouts.response))?;
        connection.set_write_timeout(Some(self.timeouts.response))?;
        Ok(connection)
    }

    /// The connection used last, unless that is so long ago that something on the way may have
    /// forgotten it without a word.
    fn idle_connection(&self) -> Option<Connection> {
        let mut idle = self.idle();
        let (used, connection) = idle.pop()?;
        if used.elapsed() < LONGEST_IDLE {
            return Some(connection);
        }
        idle.clear();
        None
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Instant, Connection)>> {
        // No code runs under this lock that could leave the list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, failure: Failure) -> Error {
        failure.into_error(&self.address, self.timeouts)
    }
}

impl fmt::Debug for Server {
    /// The address, without user and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

/// Sees that the process has a provider of cryptography for TLS, as the first use of rustls would,
/// which however panics when features of other crates leave it a choice.
fn provide_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error says that another thread was faster, and there is one now.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

/// A client that trusts these certificates and no others; `None` if there are none, or no TLS.
fn with_roots(info: ConnectionInfo, roots: Vec<u8>) -> Option<Client> {
    let mut certificates = CertificateDer::pem_slice_iter(&roots).peekable();
    certificates.peek()?;
    if !certificates.all(|certificate| certificate.is_ok()) {
        return None;
    }
    let roots = TlsCertificates {
        client_tls: None,
        root_cert: Some(roots),
    };
    Client::build_with_tls(info, roots).ok()
}

fn no_url() -> Error {
    Error::new(Code::Config, "the URL of Redis cannot be used").with_hint(
        "write rediss://[user:password@]host[:port][/database], redis://… without TLS, or \
         redis+unix:///path",
    )
}

fn unchecked() -> Error {
    Error::new(
        Code::Config,
        "the URL of Redis asks not to check its certificate",
    )
    .with_hint("remove `#insecure`, and trust the server's own authority with `root_certificates`")
}

fn no_roots() -> Error {
    Error::new(
        Code::Config,
        "the root certificates for Redis cannot be used",
    )
    .with_hint("give certificates in PEM, and a URL that begins with rediss://")
}

/// More than that many callers at once, and some of them connect anew.
const MOST_IDLE: usize = 8;
/// Less than the shortest time after which load balancers forget a connection.
const LONGEST_IDLE: Duration = Duration::from_secs(30);
