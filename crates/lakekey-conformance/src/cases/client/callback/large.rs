//! Requests that are too large.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use http::StatusCode;

use super::genuine::Genuine;
use super::waiting::{Page, Waiting, claims_nothing};
use super::weight::Weight;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, connection};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-CB-20",
    &[
        ("query-64k", |probe| long_query(probe, 64 * KIB)),
        ("query-1m", |probe| long_query(probe, 1024 * KIB)),
        ("query-100m", |probe| long_query(probe, 100 * 1024 * KIB)),
        ("10k-headers", |probe| oversized(probe, many_headers)),
        ("1m-header", |probe| oversized(probe, long_header)),
    ],
)];

/// A request that is written piece by piece: how it begins, how many bytes follow, and how it ends.
#[derive(Debug)]
struct Flood {
    begin: Vec<u8>,
    length: usize,
    end: Vec<u8>,
}

fn long_query(probe: &mut Probe, length: usize) -> Finding {
    oversized(probe, |genuine| Flood {
        begin: format!("GET {}&blob=", genuine.target).into_bytes(),
        length,
        end: format!(" HTTP/1.1\r\nHost: {}\r\n\r\n", genuine.host()).into_bytes(),
    })
}

fn many_headers(genuine: &Genuine) -> Flood {
    let headers = (0..10_000).map(|number| format!("X-{number}: a\r\n"));
    Flood {
        begin: genuine.by("GET", &genuine.target, &headers.collect::<String>()),
        length: 0,
        end: Vec::new(),
    }
}

fn long_header(genuine: &Genuine) -> Flood {
    let mut begin = genuine.by("GET", &genuine.target, "X: ");
    begin.truncate(begin.len() - 2);
    Flood {
        begin,
        length: 1024 * KIB,
        end: b"\r\n\r\n".to_vec(),
    }
}

/// Sends the redirect with far too much in it. It is refused or the connection is closed, for little memory;
/// the redirect itself then succeeds.
fn oversized(probe: &mut Probe, flood: impl FnOnce(&Genuine) -> Flood) -> Finding {
    let waiting = Waiting::anywhere(probe)?;
    let genuine = Genuine {
        target: waiting.target(probe)?,
        port: waiting.port,
    };
    waiting.get(probe, "/favicon.ico")?;
    let before = Weight::of(&waiting)?;
    if let Some(page) = flood(&genuine).answer(waiting.port)? {
        let refused = TOO_LARGE.contains(&page.status());
        holds(refused, format!("the status is {}", page.status()))?;
        claims_nothing(&page)?;
    }
    if let (Some(before), Some(now)) = (before, Weight::of(&waiting)?) {
        now.within(before, 4 * 1024)?;
    }
    let posts = waiting.server.token_posts().len();
    same("token requests so far", posts, 0)?;
    waiting
        .succeeds_with(probe, &genuine.to(&genuine.target))
        .map(drop)
}

impl Flood {
    /// What is answered; `None` if the connection is closed without a word that can be read.
    fn answer(&self, port: u16) -> Finding<Option<Page>> {
        let mut stream = connection::open(("127.0.0.1", port))?;
        // Who refuses early need not read everything.
        let _ = self.pour(&mut stream);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        if !answer.is_empty() {
            return connection::read(&answer).map(Some);
        }
        let waited = |error: io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            )
        };
        holds(!read.is_err_and(waited), "nothing was answered")?;
        Ok(None)
    }

    fn pour(&self, stream: &mut TcpStream) -> io::Result<()> {
        let piece = vec![b'a'; 64 * KIB];
        stream.write_all(&self.begin)?;
        let mut left = self.length;
        while left > 0 {
            let now = left.min(piece.len());
            stream.write_all(&piece[..now])?;
            left -= now;
        }
        stream.write_all(&self.end)
    }
}

const KIB: usize = 1024;
const TOO_LARGE: [StatusCode; 3] = [
    StatusCode::BAD_REQUEST,
    StatusCode::URI_TOO_LONG,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
];
