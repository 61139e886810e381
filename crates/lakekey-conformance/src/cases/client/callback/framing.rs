//! Bytes that are no request, or could be read in two ways.

use super::genuine::{Genuine, refused, refused_first};
use super::waiting::claims_success;
use crate::case::{Case, Finding, same};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-CB-21",
        &[
            ("non-utf8", |probe| undecodable(probe, b"%FF%FE")),
            ("nul", |probe| undecodable(probe, b"%00")),
            ("bad-percent", |probe| undecodable(probe, b"%zz")),
            ("trailing-percent", |probe| undecodable(probe, b"%")),
            ("overlong", |probe| undecodable(probe, b"%C0%AF")),
            ("raw-high-bytes", |probe| {
                undecodable(probe, &(0x80..=0xff).collect::<Vec<_>>())?;
                probe.count_from_here();
                undecodable(probe, "é".as_bytes())
            }),
            ("bare-cr", |probe| {
                undecodable(probe, b"\r")?;
                probe.count_from_here();
                refused_first(probe, &[400], bare_cr).map(drop)
            }),
            ("lf-only", |probe| {
                refused_first(probe, &[400], other_line_ends).map(drop)
            }),
        ],
    ),
    Case::each(
        "C-CB-24",
        &[
            ("two-hosts", |probe| {
                refused_first(probe, &[400], two_hosts).map(drop)
            }),
            ("absolute-form", |probe| {
                refused_first(probe, &[400], absolute_form).map(drop)
            }),
            ("cl-te", |probe| {
                refused_first(probe, &[400], two_lengths).map(drop)
            }),
            ("obs-fold", |probe| {
                refused_first(probe, &[400], folded).map(drop)
            }),
            ("pipelined", pipelined),
        ],
    ),
];

/// These bytes at the end of the state, and at the end of the code; the rest is right.
fn undecodable(probe: &mut Probe, bytes: &[u8]) -> Finding {
    let requests = |genuine: &Genuine| {
        ["state", "code"]
            .map(|name| bent(genuine, name, bytes))
            .to_vec()
    };
    refused_first(probe, &[400], requests)?;
    probe.fault_happened("authz.state");
    probe.fault_happened("authz.code");
    Ok(())
}

/// The redirect with that parameter last, and the bytes behind it.
fn bent(genuine: &Genuine, name: &str, bytes: &[u8]) -> Vec<u8> {
    let query = genuine.query().trim_start_matches('?');
    let is_it = |pair: &&str| pair.split('=').next() == Some(name);
    let (last, first): (Vec<_>, Vec<_>) = query.split('&').partition(is_it);
    let pairs = [first, last].concat().join("&");
    let host = genuine.host();
    [
        format!("GET /?{pairs}").as_bytes(),
        bytes,
        format!(" HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes(),
    ]
    .concat()
}

fn bare_cr(genuine: &Genuine) -> Vec<Vec<u8>> {
    let host = genuine.host();
    ["X: a\rb\r\n", "X: a\r\rb\r\n", "\rX: a\r\n"]
        .map(|header| genuine.headed(&format!("Host: {host}\r\n{header}")))
        .to_vec()
}

/// All of them, only the first, and only the last.
fn other_line_ends(genuine: &Genuine) -> Vec<Vec<u8>> {
    let right = genuine.to(&genuine.target);
    let text = String::from_utf8_lossy(&right);
    let beginning = text.trim_end_matches("\r\n");
    [
        text.replace("\r\n", "\n"),
        text.replacen("\r\n", "\n", 1),
        format!("{beginning}\r\n\n"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

fn two_hosts(genuine: &Genuine) -> Vec<Vec<u8>> {
    let own = format!("Host: {}\r\n", genuine.host());
    let evil = format!("Host: evil.example:{}\r\n", genuine.port);
    [
        format!("{own}{evil}"),
        format!("{evil}{own}"),
        format!("{own}{own}"),
    ]
    .map(|headers| genuine.headed(&headers))
    .to_vec()
}

fn absolute_form(genuine: &Genuine) -> Vec<Vec<u8>> {
    let own = genuine.host();
    ["evil.example", "evil.example:80", &own]
        .map(|host| genuine.to(&format!("http://{host}{}", genuine.target)))
        .to_vec()
}

/// What one reader takes for a body is the redirect for another.
fn two_lengths(genuine: &Genuine) -> Vec<Vec<u8>> {
    let inner = genuine.to(&genuine.target);
    let length = format!("Content-Length: {}\r\n", inner.len() + 5);
    let chunked = "Transfer-Encoding: chunked\r\n";
    let with = |headers: String| {
        let outer = genuine.by("GET", &genuine.target, &headers);
        [&outer[..], b"0\r\n\r\n", &inner].concat()
    };
    vec![
        with(format!("{length}{chunked}")),
        with(format!("{chunked}{length}")),
        with(chunked.to_owned()),
        with(length.clone()),
        with(format!("Content-Length: 0\r\n{length}")),
    ]
}

fn folded(genuine: &Genuine) -> Vec<Vec<u8>> {
    let host = genuine.host();
    [
        format!("Host: {host}\r\nX: a\r\n b\r\n"),
        format!("Host: {host}\r\nX: a\r\n\tb\r\n"),
        format!("Host:\r\n {host}\r\n"),
    ]
    .map(|headers| genuine.headed(&headers))
    .to_vec()
}

/// The redirect comes right behind another request; if it is not served, it comes again.
fn pipelined(probe: &mut Probe) -> Finding {
    let (waiting, genuine, _) = refused(probe, &[], |_| Vec::new())?;
    let redirect = genuine.to(&genuine.target);
    let both = [genuine.to("/favicon.ico"), redirect.clone()].concat();
    let first = waiting.send(probe, &both)?;
    if claims_success(&first).is_ok() {
        return waiting.has_succeeded(probe).map(drop);
    }
    same("the status of the first answer", first.status(), 404)?;
    waiting.succeeds_with(probe, &redirect).map(drop)
}
