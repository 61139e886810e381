//! What a token request may cost at most, in bytes and in time.

use std::iter;
use std::time::Duration;

use lakekey::{Code, Limits};
use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::machine::{Machine, body, fine, posts, untouched};
use super::super::steered::Steered;
use super::super::support::refused;
use super::sockets::{self, BlackHole};
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-TOK-10",
        &[
            ("gzip-ok", compressed_as_asked),
            ("gzip-unasked", compressed_unasked),
            ("br", |probe| undecodable(probe, coded("br"))),
            ("mislabelled", |probe| undecodable(probe, coded("mislabel"))),
            ("bomb", bomb),
            ("100m", |probe| flooded(probe, blanks())),
            ("deep", deep),
            ("wide", |probe| flooded(probe, members())),
        ],
    ),
    Case::each(
        "C-TOK-11",
        &[
            ("slow-ok", slow_but_in_time),
            ("hang", hanging),
            ("drip", |probe| {
                late(probe, Fault::new("http.drip").param("bytes_per_sec", 1))
            }),
            ("tcp-silence", silent),
            ("blackhole", unreachable),
            ("tls-stall", stalled),
        ],
    ),
];

fn compressed_as_asked(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.inject(coded("gzip"))?;
    fine(probe, machine.sign_in()?)?;
    fine(probe, machine.token()?)?;
    let sent = there("the token request", machine.server.token_posts().pop())?;
    let asked = there("the accept-encoding header", sent.header("accept-encoding"))?;
    holds(
        asked.contains("gzip"),
        format!("gzip came, and `{asked}` was asked for"),
    )?;
    let coding = there("the coding", sent.response_headers.get("content-encoding"))?;
    same("the coding", coding, "gzip")
}

/// Without a socket there is an HTTP client that asks for no coding and decodes none.
fn compressed_unasked(probe: &mut Probe) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(coded("gzip"))?;
    refused(probe, machine.sign_in()?, Code::InvalidTokenResponse)?;
    let sent = there("the token request", machine.server.token_posts().pop())?;
    same(
        "the accept-encoding header",
        sent.header("accept-encoding"),
        None,
    )?;
    untouched(&machine, None)
}

fn undecodable(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    machine.inject(fault)?;
    refused(probe, machine.sign_in()?, Code::InvalidTokenResponse)?;
    posts(&machine, 1)?;
    untouched(&machine, before.as_deref())
}

/// 64 MiB in half a megabyte.
fn bomb(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.inject(coded("bomb").param("bytes", 64 << 20))?;
    refused(probe, machine.sign_in()?, Code::ResponseTooLarge)?;
    posts(&machine, 1)?;
    untouched(&machine, None)
}

/// However much there is, reading stops soon after the limit.
fn flooded(probe: &mut Probe, pieces: impl Iterator<Item = String> + Send + 'static) -> Finding {
    let flood = sockets::flood(pieces)?;
    let origin = flood.origin("http");
    let machine = Machine::wired(probe)?.through(|http| Steered::new(http).past(&origin));
    refused(probe, machine.sign_in()?, Code::ResponseTooLarge)?;
    let left = flood.served()?;
    holds(left <= MOST_TAKEN, format!("{left} bytes were taken"))?;
    posts(&machine, 0)?;
    probe.counts(1);
    untouched(&machine, None)
}

/// Depth costs nothing: beside what is needed it is passed over, around it there is no token.
fn deep(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    machine.inject(body(&"[".repeat(DEPTH), "application/json")?.times(1))?;
    refused(probe, machine.sign_in()?, Code::InvalidTokenResponse)?;
    probe.count_from_here();
    machine.inject(Fault::new("http.pad").param("depth", DEPTH))?;
    fine(probe, machine.sign_in()?)?;
    fine(probe, machine.token()?)?;
    posts(&machine, 1)
}

fn slow_but_in_time(probe: &mut Probe) -> Finding {
    holds(
        Limits::default().total <= Duration::from_secs(30),
        "more than 30 s are allowed by default",
    )?;
    let machine =
        Machine::wired(probe)?.through(|http| Steered::new(http).within(Duration::from_secs(2)));
    machine.inject(Fault::new("http.delay").param("ms", 200))?;
    fine(probe, machine.sign_in()?)?;
    posts(&machine, 1)
}

/// A refresh is tried once more, each time within the limit.
fn hanging(probe: &mut Probe) -> Finding {
    let hang = || Fault::new("http.hang").param("where", "before_headers");
    late(probe, hang())?;
    let machine = Machine::wired(probe)?.through(|http| Steered::new(http).within(TOTAL));
    let before = machine.settled(probe)?;
    machine.server.advance(Duration::from_secs(2 * 60 * 60));
    machine.inject(hang())?;
    let started = doors::now();
    refused(probe, machine.token()?, Code::Timeout)?;
    holds(
        started.elapsed() <= 2 * TOTAL + SLACK,
        format!("it took {:?}", started.elapsed()),
    )?;
    posts(&machine, 2)?;
    untouched(&machine, before.as_deref())?;
    probe.counts(2);
    Ok(())
}

fn late(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::wired(probe)?.through(|http| Steered::new(http).within(TOTAL));
    let before = machine.settled(probe)?;
    machine.inject(fault)?;
    timed_out(probe, &machine)?;
    posts(&machine, 1)?;
    untouched(&machine, before.as_deref())
}

/// The connection is made, and nothing is ever said on it.
fn silent(probe: &mut Probe) -> Finding {
    let silence = sockets::silent()?;
    let origin = silence.origin("http");
    late_elsewhere(probe, &origin)?;
    let heard = silence
        .served()
        .map_err(|wrong| wrong.during("waiting for the connection to be closed"))?;
    holds(heard > 0, "the request was not sent")
}

fn unreachable(probe: &mut Probe) -> Finding {
    let hole = BlackHole::new()?;
    late_elsewhere(probe, &hole.origin()?)
}

/// The connection is made, and the TLS handshake never ends.
fn stalled(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.tls = true;
    let server = probe.listening(setup)?;
    server.inject(Fault::new("tls.bad").param("kind", "stall"))?;
    late_elsewhere(probe, server.url())?;
    same(
        "the requests after no handshake",
        server.requests_for(Endpoint::Token).len(),
        0,
    )
}

fn late_elsewhere(probe: &mut Probe, origin: &str) -> Finding {
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    let machine = machine.through(|http| Steered::new(http).within(TOTAL).past(origin));
    timed_out(probe, &machine)?;
    posts(&machine, 0)?;
    untouched(&machine, before.as_deref())
}

fn timed_out(probe: &mut Probe, machine: &Machine) -> Finding {
    let started = doors::now();
    refused(probe, machine.sign_in()?, Code::Timeout)?;
    let took = started.elapsed();
    holds(took >= TOTAL, format!("it took only {took:?}"))?;
    holds(took <= TOTAL + SLACK, format!("it took {took:?}"))
}

fn coded(kind: &str) -> Fault {
    Fault::new("http.encoding").param("kind", kind)
}

/// 100 MiB of nothing.
fn blanks() -> impl Iterator<Item = String> + Send {
    iter::repeat_with(|| " ".repeat(64 << 10)).take(1600)
}

/// An object of a million members.
fn members() -> impl Iterator<Item = String> + Send {
    let thousand = |index: usize| {
        let members = 1000 * index..1000 * (index + 1);
        members.fold(String::new(), |text, member| {
            text + &format!("\"m{member}\":0,")
        })
    };
    iter::once("{".to_owned()).chain((0..1000).map(thousand))
}

const DEPTH: usize = 100_000;
/// Some of what left is still in the buffers of the system.
const MOST_TAKEN: usize = 10 << 20;
/// What a token request gets in these cases.
const TOTAL: Duration = Duration::from_millis(300);
/// What a busy machine may need on top.
const SLACK: Duration = Duration::from_millis(1700);
