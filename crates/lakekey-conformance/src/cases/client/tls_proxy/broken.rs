//! Proxies that do not work: an error, and neither a way around them nor a word about their passwords.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use lakekey::{Code, Environment, Http, HttpClient, Limits};

use super::super::machine::Machine;
use super::super::support::{failed_as, refused};
use super::secure::{NOT_LOOPBACK, Secure};
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::{Manner, Probe, Proxy};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-PXY-02",
    &[
        ("refused", closed),
        ("407", |probe| answered(probe, UNAUTHENTICATED).map(drop)),
        ("403-html", |probe| answered(probe, FORBIDDEN).map(drop)),
        ("hang", hanging),
        ("credentials", credentials),
        ("malformed", malformed),
    ],
)];

/// Nobody listens there.
fn closed(probe: &mut Probe) -> Finding {
    let proxy = format!("http://{}", doors::listen(("127.0.0.1", 0))?.local_addr()?);
    probe.fault_happened("env.proxy");
    stopped(probe, &proxy, Code::Transport)
}

fn answered(probe: &mut Probe, answer: &'static str) -> Finding<Proxy> {
    let proxy = probe.proxy(Manner::Answer(answer))?;
    let url = proxy.url("");
    stopped(probe, &url, Code::Transport)?;
    asked(&proxy)?;
    Ok(proxy)
}

fn hanging(probe: &mut Probe) -> Finding {
    let secure = reachable(probe)?;
    let before = secure.server.requests().len();
    let proxy = probe.proxy(Manner::Hang)?;
    let http = Http::in_environment(Environment::from([("HTTPS_PROXY", proxy.url(""))]));
    let mut request = Request::get(secure.server.url_of(NOT_LOOPBACK)).body(Vec::new())?;
    let limits = Limits::default().with_connect(Duration::from_secs(2));
    request.extensions_mut().insert(limits);
    let machine = Machine::near(probe)?;
    refused(probe, machine.wait(http.send(request)), Code::Timeout)?;
    asked(&proxy)?;
    let heard = secure.server.requests().len() - before;
    same("the requests that went past the proxy", heard, 0)
}

/// They go to the proxy, and nowhere else.
fn credentials(probe: &mut Probe) -> Finding {
    let both = format!("person:{CANARY}");
    let encoded = STANDARD.encode(&both);
    probe.secret(CANARY);
    probe.secret(&encoded);
    let proxy = probe.proxy(Manner::Answer(UNAUTHENTICATED))?;
    let url = proxy.url(&format!("{both}@"));
    stopped(probe, &url, Code::Transport)?;
    let visit = there("a visit to the proxy", proxy.visits().pop())?;
    same(
        "the credentials that the proxy got",
        visit.authorization,
        Some(format!("Basic {encoded}")),
    )?;
    for command in ["explain", "profiles", "env"] {
        let lakekey = probe.lakekey(&["auth", command, "--output=json"])?;
        lakekey.env("HTTPS_PROXY", &url).run()?;
    }
    let http = Http::in_environment(Environment::from([("HTTPS_PROXY", url)]));
    let shown = http.proxy_for(&"https://workspace.example.com".parse()?)?;
    probe.printed("the proxy that is shown", format!("{shown:?} {http:?}"));
    Ok(())
}

fn malformed(probe: &mut Probe) -> Finding {
    probe.secret(CANARY);
    probe.fault_happened("env.proxy");
    let values = [
        format!("http://person:{CANARY}@"),
        format!("http://person:{CANARY}@proxy:port"),
        format!("http://person:{CANARY}@[::1"),
        format!("socks5://person:{CANARY}@127.0.0.1:1080"),
        format!("person {CANARY}"),
    ];
    for value in values {
        stopped(probe, &value, Code::Config)?;
    }
    Ok(())
}

/// A sign-in ends with that error, whichever variable names the proxy, and the mock hears nothing, though it could be
/// reached.
fn stopped(probe: &mut Probe, proxy: &str, code: Code) -> Finding {
    let secure = reachable(probe)?;
    let host = secure.server.url_of(NOT_LOOPBACK);
    for variable in ["HTTPS_PROXY", "all_proxy"] {
        let login = secure.trusting_login(probe, &host)?;
        let outcome = secure.kept_out(login.env(variable, proxy))?;
        failed_as(&outcome, code)?;
        holds(
            outcome.stderr.contains(variable),
            format!("it does not name the variable:\n{}", outcome.stderr),
        )?;
    }
    probe.saw(code);
    Ok(())
}

/// A mock that is reached without the proxy too, at an address that is not loopback. Windows has none of that kind.
fn reachable(probe: &mut Probe) -> Finding<Secure> {
    let secure = Secure::new(probe)?;
    if !cfg!(windows) {
        let http = Http::in_environment(Environment::default()).trusting(secure.server.ca_pem()?);
        let request = Request::get(secure.server.url_of(NOT_LOOPBACK)).body(Vec::new())?;
        Machine::near(probe)?.wait(http.send(request))?;
    }
    Ok(secure)
}

fn asked(proxy: &Proxy) -> Finding {
    holds(!proxy.visits().is_empty(), "the proxy was not asked")
}

const UNAUTHENTICATED: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n\
    Content-Length: 0\r\nConnection: close\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\
    Connection: close\r\n\r\n<html>not for you.</html>\n";
const CANARY: &str = "canary-of-the-proxy-1";
