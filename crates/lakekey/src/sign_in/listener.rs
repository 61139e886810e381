use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Error};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::connection::{Patience, Service};
use super::gate::Gate;

/// Which loopback port the browser is sent back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ports {
    /// The first free one of 8020 to 8040, the ports Databricks accepts for its built-in client.
    #[default]
    Default,
    /// This one and no other.
    Exactly(u16),
    /// Any free one, for clients registered with any port, and for tests.
    Any,
}

impl Ports {
    /// The port that is named to the server when nothing listens.
    pub(super) fn preferred(self) -> u16 {
        match self {
            Self::Exactly(port) => port,
            Self::Default | Self::Any => *DEFAULT_PORTS.start(),
        }
    }
}

/// The sockets of one port, on every loopback family this machine has.
///
/// A family without addresses is left out. A port that somebody else holds on either family is
/// not used at all, because the browser might ask there first.
#[derive(Debug)]
pub(super) struct Bound {
    v4: Option<TcpListener>,
    v6: Option<TcpListener>,
    port: u16,
}

impl Bound {
    /// Opens the sockets.
    ///
    /// # Errors
    ///
    /// [`Code::ListenerUnavailable`] when none of the ports is free.
    pub(super) async fn open(ports: Ports) -> Result<Self, Error> {
        let opened = match ports {
            Ports::Default => Self::open_first(DEFAULT_PORTS).await,
            Ports::Exactly(port) => Self::open_one(port).await,
            // The system names a port for one family, and the other may find it taken.
            Ports::Any => Self::open_first([0; TRIES]).await,
        };
        opened.map_err(|error| unavailable(ports, error))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Starts to answer.
    pub(super) fn serve(self, gate: Arc<Gate>, patience: Patience) -> Listener {
        let service = Arc::new(Service::new(gate, self.port, patience));
        let (stop, stopped) = oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(self.run(service, stopped));
        Listener { stop, tasks }
    }

    /// The first of the ports that is free.
    pub(super) async fn open_first(ports: impl IntoIterator<Item = u16>) -> io::Result<Self> {
        let mut last = io::ErrorKind::AddrInUse.into();
        for port in ports {
            match Self::open_one(port).await {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn open_one(port: u16) -> io::Result<Self> {
        let v4 = unless_absent(bind(Ipv4Addr::LOCALHOST.into(), port).await)?;
        let port = bound_port(v4.as_ref())?.unwrap_or(port);
        let v6 = unless_absent(bind(Ipv6Addr::LOCALHOST.into(), port).await)?;
        match bound_port(v4.as_ref().or(v6.as_ref()))? {
            Some(port) => Ok(Self { v4, v6, port }),
            None => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }

    /// Accepts until told to stop, then lets the answers out that are under way. Dropping the
    /// future closes every socket.
    async fn run(self, service: Arc<Service>, mut stopped: oneshot::Receiver<()>) {
        let mut connections = JoinSet::new();
        let mut reading = VecDeque::new();
        loop {
            let accepted = tokio::select! {
                accepted = accept(self.v4.as_ref()) => accepted,
                accepted = accept(self.v6.as_ref()) => accepted,
                Some(_) = connections.join_next() => continue,
                _ = &mut stopped => break,
            };
            let Ok(stream) = accepted else {
                sleep(PAUSE).await;
                continue;
            };
            let evicted = make_room(&mut reading);
            let service = Arc::clone(&service);
            connections.spawn(async move { service.serve(stream, evicted).await });
        }
        drop(self);
        let _ = timeout(DELIVERY, service.all_answered()).await;
    }
}

/// The running listener; dropping it closes its sockets at once.
#[derive(Debug)]
pub(super) struct Listener {
    stop: oneshot::Sender<()>,
    tasks: JoinSet<()>,
}

impl Listener {
    /// Stops to accept, and returns when the pages under way are delivered, at the latest after
    /// two seconds.
    pub(super) async fn finish(mut self) {
        let _ = self.stop.send(());
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Makes room for one more connection whose request is still to be read, by closing the one that
/// has been at it the longest; the result resolves when it is this one's turn to go.
fn make_room(reading: &mut VecDeque<oneshot::Sender<()>>) -> oneshot::Receiver<()> {
    reading.retain(|evict| !evict.is_closed());
    while reading.len() >= MOST_READING {
        reading.pop_front();
    }
    let (evict, evicted) = oneshot::channel();
    reading.push_back(evict);
    evicted
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}

/// The door to the sockets. Nobody else can bind the same address and port: `SO_REUSEPORT` is not
/// set, and `SO_REUSEADDR`, which on Unix only skips the wait after an earlier sign-in, is not set
/// on Windows, where it would share the port.
async fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the door through which the callback comes in"
    )]
    TcpListener::bind((address, port)).await
}

/// `None` for a family that this machine does not have.
fn unless_absent(bound: io::Result<TcpListener>) -> io::Result<Option<TcpListener>> {
    match bound {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if is_taken(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Windows says "denied" of a port that somebody holds exclusively.
fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

fn bound_port(listener: Option<&TcpListener>) -> io::Result<Option<u16>> {
    listener
        .map(|listener| Ok(listener.local_addr()?.port()))
        .transpose()
}

fn unavailable(ports: Ports, source: io::Error) -> Error {
    let which = match ports {
        Ports::Default => {
            format!(
                "none of the ports {} to {} is",
                DEFAULT_PORTS.start(),
                DEFAULT_PORTS.end()
            )
        }
        Ports::Exactly(port) => format!("port {port} is not"),
        Ports::Any => "no port is".to_owned(),
    };
    Error::new(
        Code::ListenerUnavailable,
        format!("{which} free on the loopback interface"),
    )
    .with_hint(
        "free a port, or sign in with `--no-browser` and paste the address the browser ends on",
    )
    .caused_by(source)
}

const DEFAULT_PORTS: RangeInclusive<u16> = 8020..=8040;
/// How often another free port is asked for.
const TRIES: usize = 16;
/// As many connections may be sending their request; one more closes the oldest.
const MOST_READING: usize = 64;
/// After a failure to accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(20);
const DELIVERY: Duration = Duration::from_secs(2);
