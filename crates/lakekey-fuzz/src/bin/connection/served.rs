//! What a connection comes to, whole and in pieces.

use std::fmt;

use lakekey_core::{Code, Error};
use lakekey_fuzz::sign_in::{PORT, STATE, pending, target};
use lakekey_oauth::Grant;
use url::form_urlencoded::parse;

use crate::page;
use crate::wire::{End, Wire};

/// Holds for every input.
pub(crate) fn property(input: &[u8]) {
    let line = input.iter().position(|byte| *byte == b'\n');
    let (cuts, rest) = input.split_at(line.unwrap_or_default());
    let sent = expanded(rest.strip_prefix(b"\n").unwrap_or(rest));
    let end = if cuts.len() % 2 == 1 {
        End::Close
    } else {
        End::Reset
    };
    let whole = Served::of(Wire::new(vec![sent.clone()], end));
    let pieces = Served::of(Wire::new(cut(&sent, cuts), end));
    assert!(
        pieces == whole,
        "how the bytes are cut does not matter: {pieces:?} and {whole:?}"
    );
    page::property(&whole.page, &sent);
    if let Outcome::Redeems(code) = &whole.outcome {
        is_the_redirect(&sent, code);
        assert!(whole.page.starts_with(b"HTTP/1.1 200 "));
    }
}

/// What a connection came to.
#[derive(PartialEq, Eq)]
struct Served {
    page: Vec<u8>,
    outcome: Outcome,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Waits,
    Redeems(String),
    Ends(Code),
}

impl Served {
    fn of(mut wire: Wire) -> Self {
        let served = lakekey::fuzzing::serve(&mut wire, pending(false), target(), PORT);
        let outcome = match RUNTIME.with(|runtime| runtime.block_on(served)) {
            None => Outcome::Waits,
            Some(decision) => Outcome::of(decision),
        };
        let page = wire.written;
        Self { page, outcome }
    }
}

impl fmt::Debug for Served {
    /// The page is told by its first line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = String::from_utf8_lossy(&self.page);
        let line = page.lines().next().unwrap_or_default();
        write!(formatter, "{line:?} {:?}", self.outcome)
    }
}

impl Outcome {
    fn of(decision: Result<Grant, Error>) -> Self {
        match decision {
            Ok(Grant::AuthorizationCode { code, .. }) => Self::Redeems(code.expose().to_owned()),
            Ok(other) => panic!("a callback brings a code, not {other:?}"),
            Err(error) => Self::Ends(error.code()),
        }
    }
}

/// Only a `GET` of the root of this listener with the right state brings its code.
fn is_the_redirect(sent: &[u8], code: &str) {
    let end = sent.windows(4).position(|window| window == b"\r\n\r\n");
    let head = String::from_utf8_lossy(&sent[..end.expect("the head has an end")]);
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default();
    let query = line.strip_prefix("GET /?").and_then(|rest| {
        let rest = rest.strip_suffix(" HTTP/1.1");
        rest.or_else(|| line.strip_prefix("GET /?")?.strip_suffix(" HTTP/1.0"))
    });
    let query = query.unwrap_or_else(|| panic!("{line:?} is the redirect"));
    let one = |name: &str| {
        let mut values = parse(query.as_bytes()).filter(|(own, _)| own == name);
        let value = values.next().map(|(_, value)| value.into_owned());
        value.filter(|_| values.next().is_none())
    };
    assert_eq!(one("state").as_deref(), Some(STATE), "{line}");
    assert_eq!(one("code").as_deref(), Some(code), "{line}");
    let hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host")
            .then(|| value.trim().to_ascii_lowercase())
    });
    let hosts: Vec<_> = hosts.collect();
    let own = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{PORT}"));
    assert!(hosts.len() == 1 && own.contains(&hosts[0]), "{hosts:?}");
}

fn expanded(bytes: &[u8]) -> Vec<u8> {
    let mut expanded = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'~' => expanded.extend([b'a'; 1000]),
            other => expanded.push(other),
        }
    }
    expanded
}

/// The pieces, of sizes that go round; without sizes each byte is one, unless there are too many.
fn cut(sent: &[u8], cuts: &[u8]) -> Vec<Vec<u8>> {
    let smallest = sent.len() / MOST_PIECES + 1;
    let sizes = cuts.iter().map(|size| usize::from(*size).pow(2) % 5000);
    let sizes: Vec<_> = sizes.map(|size| smallest + size).collect();
    let mut sizes = sizes.into_iter().cycle();
    let (mut pieces, mut rest) = (Vec::new(), sent);
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(smallest).min(rest.len());
        let (piece, others) = rest.split_at(size);
        pieces.push(piece.to_vec());
        rest = others;
    }
    pieces
}

const MOST_PIECES: usize = 300;

thread_local! {
    static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime of one thread");
}
