//! S-CT-03: the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lakekey_mock::{Fault, Setup};
use serde_json::Value;

use super::super::peer::text;
use super::desk::Desk;
use crate::case::{Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::{Probe, Server};

/// Whatever comes on a connection, and however it ends, is in the journal once.
pub(super) fn is_complete_and_raw(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let desk = Desk::of(&server)?;
    let mut seen = Cursor::default();
    say(&server, GOOD, true)?;
    say(&server, MALFORMED, true)?;
    say(&server, PIPELINED, true)?;
    wait_for(&server, 5)?;
    seen.read(&desk)?;
    say(&server, HALF_A_HEAD, false)?;
    say(&server, HALF_A_BODY, false)?;
    wait_for(&server, 7)?;
    seen.read(&desk)?;
    server.inject(
        Fault::new("http.reset")
            .param("when", "after_commit")
            .times(1),
    )?;
    say(&server, CHUNKED, true)?;
    server.inject(Fault::new("http.barrier").param("name", "b").times(1))?;
    give_up(&server)?;
    wait_for(&server, 9)?;
    seen.read(&desk)?;
    seen.read(&desk)?;
    judge(&seen)?;
    probe.saw(200);
    Ok(())
}

/// What reading on from the last place has given so far.
#[derive(Default)]
struct Cursor {
    entries: Vec<Value>,
    next: u64,
}

impl Cursor {
    fn read(&mut self, desk: &Desk) -> Finding {
        let page = desk.get(&format!("/journal?since={}", self.next))?;
        self.entries
            .extend(there("the entries", page["entries"].as_array())?.clone());
        self.next = there("the next place", page["next"].as_u64())?;
        Ok(())
    }
}

fn judge(seen: &Cursor) -> Finding {
    let numbers = seen
        .entries
        .iter()
        .filter_map(|entry| entry["sequence"].as_u64());
    holds(numbers.eq(1..=9), "not every entry came once and in order")?;
    let mut said: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for entry in &seen.entries {
        let connection = there("the connection", entry["connection"].as_u64())?;
        let raw = STANDARD.decode(text(entry, "raw")?)?;
        said.entry(connection).or_default().extend(raw);
        times_are_in_order(entry)?;
    }
    let said: BTreeSet<_> = said.into_values().collect();
    let wanted = [
        GOOD,
        MALFORMED,
        PIPELINED,
        HALF_A_HEAD,
        HALF_A_BODY,
        CHUNKED,
        GIVEN_UP,
    ];
    let wanted: BTreeSet<_> = wanted.map(|text| text.as_bytes().to_vec()).into();
    same("the bytes of all connections", said == wanted, true)?;
    let aborted = seen.entries.iter().filter(|entry| entry["aborted"] == true);
    let aborted: Vec<_> = aborted.filter_map(|entry| entry["uri"].as_str()).collect();
    same(
        "the aborted",
        BTreeSet::from_iter(aborted),
        BTreeSet::from(["/half-head", "/half-body", "/given-up"]),
    )?;
    let reset = seen.entries.iter().filter(|entry| entry["cut"] == "Reset");
    same("the resets", reset.count(), 1)
}

/// Accept, last byte, commit and end of the answer follow each other, as far as there was each.
fn times_are_in_order(entry: &Value) -> Finding {
    let times = ["accepted_at", "at", "committed_at", "ended_at"].map(|name| entry[name].as_f64());
    let [accepted, at, committed, ended] = times;
    holds(
        accepted.is_some() && at.is_some(),
        "an entry does not say when it came",
    )?;
    let is_refused = entry["status"] == 400;
    let is_whole = entry["aborted"] == false;
    same("an end", ended.is_some(), is_whole)?;
    same("a commit", committed.is_some(), is_whole && !is_refused)
        .map_err(|wrong| wrong.during(&entry["uri"]))?;
    let known: Vec<f64> = times.into_iter().flatten().collect();
    holds(
        known.is_sorted(),
        format!("the times are not in order: {known:?}"),
    )
}

/// Says this on a connection of its own. Reads until the server is done, or hangs up at once.
fn say(server: &Server, text: &str, listens: bool) -> Finding {
    let mut stream = connect(server)?;
    stream.write_all(text.as_bytes())?;
    if listens {
        // A fault may reset the connection; the journal is what counts here.
        let _ = stream.read_to_end(&mut Vec::new());
    } else {
        stream.shutdown(Shutdown::Both)?;
    }
    Ok(())
}

/// Sends a whole request and leaves while it is being answered.
fn give_up(server: &Server) -> Finding {
    let mut stream = connect(server)?;
    stream.write_all(GIVEN_UP.as_bytes())?;
    server.wait_until_held("b", 1)?;
    Ok(stream.shutdown(Shutdown::Both)?)
}

fn connect(server: &Server) -> Finding<TcpStream> {
    let address = server.url().trim_start_matches("http://").to_owned();
    let stream = doors::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Until so many requests are there and over.
fn wait_for(server: &Server, count: usize) -> Finding {
    let is_over = |entry: &lakekey_mock::Recorded| entry.aborted || entry.ended_at.is_some();
    let all = |mock: &lakekey_mock::Mock| {
        mock.requests().len() >= count && mock.requests().iter().all(is_over)
    };
    if server.wait_until(all) {
        return Ok(());
    }
    let found = server.requests().len();
    Err(Wrong::new(format!("{found} requests of {count} are over")))
}

const GOOD: &str = "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Odd:  kept \r\n\r\n";
const MALFORMED: &str = "GET /malformed\r\nthis is not HTTP\r\n\r\n";
const PIPELINED: &str = "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody\
    GET /two HTTP/1.1\r\nhost: a\r\n\r\nGET /three HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
const HALF_A_HEAD: &str = "GET /half-head HTTP/1.1\r\nHost";
const HALF_A_BODY: &str = "POST /half-body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";
const CHUNKED: &str = "POST /chunked HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
    Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\n\r\n";
const GIVEN_UP: &str = "GET /given-up HTTP/1.1\r\nHost: a\r\n\r\n";
/// How long what must happen may take.
const PATIENCE: Duration = Duration::from_secs(20);
