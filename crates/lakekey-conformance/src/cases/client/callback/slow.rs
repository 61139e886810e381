//! Browsers that read slowly, and connections that do not come to an end.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::waiting::{Waiting, claims_success, until};
use super::weight::Weight;
use crate::case::{Case, Finding, Wrong, holds};
use crate::doors;
use crate::probe::{Probe, connection};

pub(super) const CASES: &[Case] = &[
    Case::one("C-CB-14", slow_reader),
    Case::one("C-CB-16", slow_writers),
];

/// The browser takes a piece a second; the command does not wait for it, and the page arrives whole.
fn slow_reader(probe: &mut Probe) -> Finding {
    let waiting = Waiting::anywhere(probe)?;
    let target = waiting.target(probe)?;
    let mut stream = connection::open_narrow(waiting.port)?;
    stream.write_all(&waiting.request(&target))?;
    let mut answer = vec![0];
    stream.read_exact(&mut answer)?;
    // The page tells how it ended, so the token is stored by now.
    let stored = doors::now();
    // Browsers ask for more on a connection; bytes that nobody reads must not cost them the page.
    stream.write_all(&waiting.request("/favicon.ico"))?;
    let reader = thread::spawn(move || read_slowly(stream, answer));
    waiting.has_succeeded(probe)?;
    let took = stored.elapsed();
    holds(took <= EXIT, format!("the command went on for {took:?}"))?;
    let (answer, read_in) = reader
        .join()
        .map_err(|_| Wrong::new("the browser fell"))??;
    holds(read_in > took, "the page was read before the command ended")?;
    let page = connection::read(&answer)?;
    holds(
        page.headers().contains_key("content-length"),
        "the page does not say how long it is",
    )?;
    claims_success(&page)
}

/// Everything, and how long it took.
fn read_slowly(mut stream: TcpStream, mut answer: Vec<u8>) -> Finding<(Vec<u8>, Duration)> {
    let (begun, mut piece) = (doors::now(), [0; 1024]);
    loop {
        thread::sleep(PACE);
        match stream.read(&mut piece)? {
            0 => return Ok((answer, begun.elapsed())),
            read => answer.extend_from_slice(&piece[..read]),
        }
    }
}

/// They are all closed in time; while as many more are there, the redirect is served.
fn slow_writers(probe: &mut Probe) -> Finding {
    let waiting = Waiting::anywhere(probe)?;
    let target = waiting.target(probe)?;
    waiting.get(probe, "/favicon.ico")?;
    let before = Weight::of(&waiting)?;
    let mut drips = open_many(waiting.port)?;
    bounded(&waiting, before)?;
    while drips.iter().any(Drip::is_open) {
        thread::sleep(PACE);
        drips.iter_mut().for_each(Drip::drip);
        in_time(&drips)?;
    }
    let _still_there = open_many(waiting.port)?;
    let begun = doors::now();
    let page = waiting.get(probe, &target)?;
    let took = begun.elapsed();
    claims_success(&page)?;
    holds(
        took <= ANSWER,
        format!("the redirect was answered after {took:?}"),
    )?;
    waiting.has_succeeded(probe).map(drop)
}

/// A connection on which a header comes byte by byte.
#[derive(Debug)]
struct Drip {
    stream: TcpStream,
    opened: Instant,
    closed: Option<Duration>,
}

impl Drip {
    fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Sends a byte, and looks whether the other side is still there.
    fn drip(&mut self) {
        if !self.is_open() {
            return;
        }
        let sent = self.stream.write_all(b"x");
        let waits = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let open = sent.is_ok()
            && self
                .stream
                .read(&mut [0; 64])
                .is_err_and(|error| waits(&error));
        if !open {
            self.closed = Some(self.opened.elapsed());
        }
    }
}

fn open_many(port: u16) -> Finding<Vec<Drip>> {
    let open = |_| -> Finding<Drip> {
        let mut stream = connection::open(("127.0.0.1", port))?;
        stream.write_all(b"GET / HTTP/1.1\r\nX: ")?;
        stream.set_nonblocking(true)?;
        let opened = doors::now();
        Ok(Drip {
            stream,
            opened,
            closed: None,
        })
    };
    (0..SLOW).map(open).collect()
}

fn in_time(drips: &[Drip]) -> Finding {
    let longest = drips
        .iter()
        .map(|drip| drip.closed.unwrap_or_else(|| drip.opened.elapsed()));
    let longest = longest.max().unwrap_or_default();
    holds(
        longest <= DEADLINE + SLACK,
        format!("a connection was open for {longest:?}"),
    )
}

/// Fails if the connections cost more than they may; those that had to give way are closed in a moment.
fn bounded(waiting: &Waiting, before: Option<Weight>) -> Finding {
    let Some(before) = before else {
        return Ok(());
    };
    until("the slow connections give way", SLACK, || {
        let now = Weight::of(waiting)?.unwrap_or(before);
        Ok(now.files <= before.files + MOST_OPEN)
    })?;
    let now = Weight::of(waiting)?.unwrap_or(before);
    holds(now.threads <= before.threads, "it takes more threads")?;
    now.within(before, 20 * 1024)
}

/// Slow connections at a time.
const SLOW: usize = 200;
/// Descriptors they may take: as many as may send their request at a time, and a few that just go.
const MOST_OPEN: usize = 64 + 4;
/// A browser or a connection that is slow does something this often.
const PACE: Duration = Duration::from_secs(1);
/// How long a header may take; and what a busy machine adds.
const DEADLINE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(5);
/// How long the command may go on once the token is stored.
const EXIT: Duration = Duration::from_secs(3);
/// How long the redirect may take beside the slow connections.
const ANSWER: Duration = Duration::from_secs(2);
