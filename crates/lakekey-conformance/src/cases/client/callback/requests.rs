//! Requests for another path or host, or with another method: they are refused, and the redirect then
//! succeeds.

use super::genuine::{Genuine, refused, refused_first};
use super::waiting::{Page, text_of};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, header};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-CB-11",
        &[
            ("favicon", |probe| {
                elsewhere(probe, &["/favicon.ico", "/apple-touch-icon.png"])
            }),
            ("robots", |probe| {
                elsewhere(probe, &["/robots.txt", "/index.html"])
            }),
            ("wrong-path-good-state", |probe| {
                elsewhere(probe, &["/callback2", "/callback", "/;", "/index.html"])
            }),
            ("dot-segments", |probe| {
                elsewhere(probe, &["/%2e%2e/", "/../", "/./", "/a/.."])
            }),
            ("double-slash", |probe| {
                elsewhere(probe, &["//", "///", "/%2f"])
            }),
        ],
    ),
    Case::each(
        "C-CB-12",
        &[
            ("HEAD", has_no_body),
            ("OPTIONS", preflight),
            ("POST-body", form_post),
            ("POST-query", |probe| {
                other_method(probe, "POST", "Content-Length: 0\r\n").map(drop)
            }),
            ("PUT", |probe| other_method(probe, "PUT", "").map(drop)),
            ("TRACE", echoes_nothing),
            ("CONNECT", connect),
            ("garbage", |probe| {
                other_method(probe, "G E T", "").map(drop)
            }),
        ],
    ),
    Case::each(
        "C-CB-23",
        &[
            ("foreign", |probe| {
                other_host(probe, |port| format!("evil.example:{port}"), "localhost")
            }),
            ("lookalike", |probe| {
                other_host(
                    probe,
                    |port| format!("localhost.evil.example:{port}"),
                    "127.0.0.1",
                )
            }),
            ("wrong-port", |probe| {
                other_host(probe, |port| format!("127.0.0.1:{}", port ^ 1), "[::1]")
            }),
            ("empty", |probe| {
                other_host(probe, |_| String::new(), "localhost")
            }),
            ("absent", no_host),
        ],
    ),
];

/// With the query of the redirect and without.
fn elsewhere(probe: &mut Probe, paths: &[&str]) -> Finding {
    let requests = |genuine: &Genuine| {
        let bare = paths.iter().map(|path| genuine.to(path));
        let asking = paths
            .iter()
            .map(|path| format!("{path}{}", genuine.query()));
        bare.chain(asking.map(|target| genuine.to(&target)))
            .collect()
    };
    refused_first(probe, &[404], requests).map(drop)
}

fn other_method(probe: &mut Probe, method: &str, headers: &str) -> Finding<Page> {
    unserved(probe, |genuine| {
        genuine.by(method, &genuine.target, headers)
    })
}

/// Fails unless the request is refused for its method, or as none, and no page may read the answer.
fn unserved(probe: &mut Probe, request: impl FnOnce(&Genuine) -> Vec<u8>) -> Finding<Page> {
    let pages = refused_first(probe, &[405, 400], |genuine| vec![request(genuine)])?;
    let page = there("the page", pages.into_iter().next())?;
    if page.status() == 405 {
        same("the methods", header(&page, "allow"), "GET")?;
    }
    for name in page.headers().keys() {
        holds(
            !name.as_str().starts_with("access-control-"),
            format!("the answer has the header `{name}`"),
        )?;
    }
    Ok(page)
}

fn has_no_body(probe: &mut Probe) -> Finding {
    let page = other_method(probe, "HEAD", "")?;
    same("the length of the body", page.body().len(), 0)
}

/// Of a page on the internet that looks for something on this machine.
fn preflight(probe: &mut Probe) -> Finding {
    let headers = "Origin: https://evil.example\r\n\
        Access-Control-Request-Method: GET\r\n\
        Access-Control-Request-Private-Network: true\r\n\
        Access-Control-Request-Local-Network: true\r\n";
    other_method(probe, "OPTIONS", headers).map(drop)
}

/// As a server answers that was asked for `response_mode=form_post`.
fn form_post(probe: &mut Probe) -> Finding {
    let request = |genuine: &Genuine| {
        let body = genuine.query().trim_start_matches('?');
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            body.len()
        );
        let mut request = genuine.by("POST", "/", &headers);
        request.extend(body.as_bytes());
        request
    };
    unserved(probe, request).map(drop)
}

fn echoes_nothing(probe: &mut Probe) -> Finding {
    let page = other_method(probe, "TRACE", "X-Canary: canary-of-trace\r\n")?;
    holds(
        !text_of(&page).contains("canary-of-trace"),
        "the request is sent back",
    )
}

/// In the form of RFC 9112 §3.2.3, and with a target.
fn connect(probe: &mut Probe) -> Finding {
    other_method(probe, "CONNECT", "")?;
    probe.count_from_here();
    let tunnel = |genuine: &Genuine| genuine.by("CONNECT", &genuine.host(), "");
    unserved(probe, tunnel).map(drop)
}

/// And then a name under which the redirect has to be served, with the port.
fn other_host(probe: &mut Probe, foreign: fn(u16) -> String, own: &str) -> Finding {
    let request = |genuine: &Genuine| {
        let host = foreign(genuine.port);
        vec![genuine.headed(&format!("Host: {host}\r\n"))]
    };
    let (waiting, genuine, _) = refused(probe, &[421, 403, 400], request)?;
    let host = format!("Host: {own}:{}\r\n", genuine.port);
    waiting
        .succeeds_with(probe, &genuine.headed(&host))
        .map(drop)
}

fn no_host(probe: &mut Probe) -> Finding {
    let request = |genuine: &Genuine| vec![genuine.headed("")];
    refused_first(probe, &[421, 403, 400], request).map(drop)
}
