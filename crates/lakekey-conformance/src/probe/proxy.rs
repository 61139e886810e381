//! A proxy that writes down what comes to it: CONNECT and absolute-form (RFC 9110 §9.3.6, RFC 9112 §3.2.2).

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Probe;
use crate::case::Finding;
use crate::doors;

/// What a proxy does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Connects every CONNECT to this address, whatever name it asks for.
    Tunnel(SocketAddr),
    /// Answers with these bytes and closes.
    Answer(&'static str),
    /// Never answers.
    Hang,
}

/// A proxy on loopback, until it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    visits: Visits,
    closing: Arc<AtomicBool>,
}

/// A request that came to a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    /// The request line.
    pub(crate) line: String,
    /// The value of `Proxy-Authorization`.
    pub(crate) authorization: Option<String>,
    /// What the client sent through the tunnel.
    pub(crate) sent: Vec<u8>,
}

impl Probe {
    /// Starts a proxy, which is the fault `env.proxy`.
    pub(crate) fn proxy(&mut self, manner: Manner) -> Finding<Proxy> {
        self.fault_happened("env.proxy");
        Proxy::new(manner)
    }
}

impl Proxy {
    fn new(manner: Manner) -> Finding<Self> {
        let socket = doors::listen(("127.0.0.1", 0))?;
        let proxy = Self {
            address: socket.local_addr()?,
            visits: Visits::default(),
            closing: Arc::default(),
        };
        let (visits, closing) = (proxy.visits.clone(), Arc::clone(&proxy.closing));
        thread::spawn(move || accept(&socket, manner, &visits, &closing));
        Ok(proxy)
    }

    /// The address, with these credentials in it: `user:password@`, or nothing.
    pub(crate) fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}{}", self.address)
    }

    /// The requests so far.
    pub(crate) fn visits(&self) -> Vec<Visit> {
        self.visits.lock().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts. If nobody can connect, it has ended.
        let _ = doors::connect(self.address);
    }
}

impl Visit {
    /// Whether all that went through the tunnel are TLS records (RFC 8446 §5.1).
    pub(crate) fn is_tls_only(&self) -> bool {
        let mut rest = self.sent.as_slice();
        while let [kind, 3, minor, high, low, body @ ..] = rest {
            if !(20..=23).contains(kind) || !(1..=3).contains(minor) {
                return false;
            }
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            rest = body.get(length..).unwrap_or_default();
        }
        rest.is_empty() && !self.sent.is_empty()
    }
}

#[derive(Clone, Debug, Default)]
struct Visits(Arc<Mutex<Vec<Visit>>>);

impl Visits {
    fn lock(&self) -> MutexGuard<'_, Vec<Visit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a visit down, and gives its number.
    fn add(&self, head: &str) -> usize {
        let mut lines = head.lines();
        let line = lines.next().unwrap_or_default().to_owned();
        let mut headers = lines.filter_map(|line| line.split_once(": "));
        let authorization =
            headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
        let mut visits = self.lock();
        visits.push(Visit {
            line,
            authorization: authorization.map(|(_, value)| value.to_owned()),
            sent: Vec::new(),
        });
        visits.len() - 1
    }
}

fn accept(socket: &TcpListener, manner: Manner, visits: &Visits, closing: &AtomicBool) {
    for stream in socket.incoming() {
        if closing.load(Ordering::SeqCst) {
            return;
        }
        if let Ok(stream) = stream {
            let visits = visits.clone();
            // A client that goes away has had enough.
            thread::spawn(move || serve(stream, manner, &visits));
        }
    }
}

fn serve(mut stream: TcpStream, manner: Manner, visits: &Visits) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = head(&mut stream)?;
    let number = visits.add(&head);
    match manner {
        Manner::Tunnel(address) if head.starts_with("CONNECT ") => {
            tunnel(stream, address, visits, number)
        }
        Manner::Tunnel(_) => stream.write_all(NOTHING.as_bytes()),
        Manner::Answer(answer) => stream.write_all(answer.as_bytes()),
        Manner::Hang => io::copy(&mut stream, &mut io::sink()).map(drop),
    }
}

/// Reads up to the empty line.
fn head(stream: &mut TcpStream) -> io::Result<String> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn tunnel(
    mut client: TcpStream,
    address: SocketAddr,
    visits: &Visits,
    number: usize,
) -> io::Result<()> {
    let mut server = doors::connect(address)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        // Whichever side ends, the other is told.
        let _ = io::copy(&mut from, &mut to);
        to.shutdown(Shutdown::Both)
    });
    let mut buffer = [0; 16 << 10];
    loop {
        let read = client.read(&mut buffer)?;
        if read == 0 {
            return server.shutdown(Shutdown::Write);
        }
        visits.lock()[number].sent.extend(&buffer[..read]);
        server.write_all(&buffer[..read])?;
    }
}

const NOTHING: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::Visit;

    #[test]
    fn only_records_are_tls() {
        let is_tls = |sent: &[u8]| {
            let sent = sent.to_vec();
            Visit {
                sent,
                ..Visit::default()
            }
            .is_tls_only()
        };
        assert!(is_tls(&[22, 3, 1, 0, 2, 1, 1, 23, 3, 3, 0, 1, 9]));
        assert!(is_tls(&[22, 3, 1, 0, 200, 1]), "the rest is on its way");
        assert!(!is_tls(b"GET / HTTP/1.1\r\n"));
        assert!(!is_tls(&[22, 3, 1, 0, 1, 1, b'G', b'E', b'T']));
        assert!(!is_tls(&[]));
    }
}
