//! Sockets that do no HTTP, or too much of it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::case::{Finding, Wrong};
use crate::doors;

/// A socket that takes one connection and does something with it.
#[derive(Debug)]
pub(super) struct Rough<T> {
    address: SocketAddr,
    served: JoinHandle<io::Result<T>>,
}

impl<T: Send + 'static> Rough<T> {
    fn new(serve: impl FnOnce(TcpStream) -> io::Result<T> + Send + 'static) -> Finding<Self> {
        let socket = doors::listen(LOOPBACK)?;
        let address = socket.local_addr()?;
        let served = thread::spawn(move || {
            let (stream, _) = socket.accept()?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            serve(stream)
        });
        Ok(Self { address, served })
    }

    /// The origin under this scheme.
    pub(super) fn origin(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// What came of the connection. The client must have made one.
    pub(super) fn served(self) -> Finding<T> {
        let outcome = self
            .served
            .join()
            .map_err(|_| Wrong::new("the socket panicked"))?;
        Ok(outcome?)
    }
}

/// Never says anything; what is served are the bytes that came until the client closed the connection.
pub(super) fn silent() -> Finding<Rough<usize>> {
    Rough::new(|mut stream| {
        let mut heard = Vec::new();
        match stream.read_to_end(&mut heard) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(heard.len()),
        }
    })
}

/// Answers with a JSON body of these pieces; what is served is how many bytes of it left before the client closed.
pub(super) fn flood(
    pieces: impl Iterator<Item = String> + Send + 'static,
) -> Finding<Rough<usize>> {
    Rough::new(move |mut stream| {
        let mut request = [0; 16 << 10];
        let _ = stream.read(&mut request)?;
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
        )?;
        let mut left = 0;
        for piece in pieces {
            if stream.write_all(piece.as_bytes()).is_err() {
                break;
            }
            left += piece.len();
        }
        Ok(left)
    })
}

/// An origin where nobody listens.
pub(super) fn closed() -> Finding<String> {
    Ok(format!("http://{}", doors::listen(LOOPBACK)?.local_addr()?))
}

/// A socket that nobody serves and whose queue is full, so that no further connection is made.
///
/// Where a full queue refuses instead, the last place is left free: a connection is made there and never served.
#[derive(Debug)]
pub(super) struct BlackHole {
    socket: TcpListener,
    waiting: Vec<TcpStream>,
}

impl BlackHole {
    pub(super) fn new() -> Finding<Self> {
        let mut hole = Self {
            socket: doors::listen(LOOPBACK)?,
            waiting: Vec::new(),
        };
        let address = hole.socket.local_addr()?;
        loop {
            match TcpStream::connect_timeout(&address, MOMENT) {
                Ok(stream) if hole.waiting.len() < LONGEST_QUEUE => hole.waiting.push(stream),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(hole),
                _ => {
                    hole.waiting.pop();
                    return Ok(hole);
                }
            }
        }
    }

    pub(super) fn origin(&self) -> Finding<String> {
        Ok(format!("http://{}", self.socket.local_addr()?))
    }
}

const LOOPBACK: (&str, u16) = ("127.0.0.1", 0);
/// How long a single read or write may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// On loopback a connection that can be made at all is made in a hundredth of it.
const MOMENT: Duration = Duration::from_millis(100);
const LONGEST_QUEUE: usize = 8192;
