//! Proxies that work: gone through where the environment says, and never on the way to this machine.

use std::net::{Ipv4Addr, SocketAddr};

use http::Request;
use lakekey::{Environment, Http, HttpClient};

use super::super::machine::Machine;
use super::exceptions;
use super::secure::{HOST, NOT_LOOPBACK, Secure};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Manner, Probe, Proxy};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-PXY-01",
    &[
        ("upper", |probe| through(probe, "HTTPS_PROXY").map(drop)),
        ("lower", |probe| through(probe, "https_proxy").map(drop)),
        ("all", for_everything),
        ("no-proxy-table", past_the_proxy),
        ("loopback", loopback),
    ],
)];

/// All of a sign-in goes through the proxy, which sees a name and a port and nothing else.
fn through(probe: &mut Probe, variable: &str) -> Finding<Proxy> {
    let secure = Secure::new(probe)?;
    let proxy = to(probe, &secure)?;
    let login = secure.trusting_login(probe, &format!("https://{HOST}"))?;
    secure.signed_in(probe, login.env(variable, &proxy.url("")))?;
    probe.saw("ok");
    let visits = proxy.visits();
    holds(!visits.is_empty(), "the proxy was not asked")?;
    for visit in visits {
        same(
            "what the proxy was asked",
            visit.line.as_str(),
            format!("CONNECT {HOST}:443 HTTP/1.1"),
        )?;
        same("the credentials for it", visit.authorization.clone(), None)?;
        holds(visit.is_tls_only(), "not all that went through is TLS")?;
    }
    Ok(proxy)
}

/// `ALL_PROXY` is for `http` too, where the whole address is what the proxy is asked for.
fn for_everything(probe: &mut Probe) -> Finding {
    let proxy = through(probe, "ALL_PROXY")?;
    let http = Http::in_environment(Environment::from([("all_proxy", proxy.url(""))]));
    let request = Request::get("http://plain.example.com/path?query").body(Vec::new())?;
    let machine = Machine::near(probe)?;
    let response = machine.wait(http.send(request))?;
    same("the status of the proxy's answer", response.status(), 204)?;
    let visit = there("the request for it", proxy.visits().pop())?;
    same(
        "what the proxy was asked",
        visit.line.as_str(),
        "GET http://plain.example.com/path?query HTTP/1.1",
    )
}

/// The table holds, and a sign-in at a host of `NO_PROXY` takes no notice of the proxy.
fn past_the_proxy(probe: &mut Probe) -> Finding {
    exceptions::hold()?;
    let secure = Secure::new(probe)?;
    let proxy = to(probe, &secure)?;
    let port = secure.server.port()?;
    for exception in EXCEPTIONS {
        let exception = exception.replace("PORT", &port.to_string());
        let http = Http::in_environment(Environment::from([
            ("HTTPS_PROXY", proxy.url("")),
            ("NO_PROXY", exception.clone()),
        ]));
        let http = http.trusting(secure.server.ca_pem()?);
        let url = format!("{}/oidc/v1/none", secure.server.url_of(direct()));
        let machine = Machine::near(probe)?;
        let response = machine.wait(http.send(Request::get(url).body(Vec::new())?));
        response.map_err(|error| Wrong::from(error).during(&exception))?;
    }
    let login = secure.trusting_login(probe, &secure.server.url_of(direct()))?;
    let login = login.env("HTTPS_PROXY", &proxy.url(""));
    secure.signed_in(probe, login.env("NO_PROXY", direct()))?;
    probe.saw("ok");
    same("the visits to the proxy", proxy.visits().len(), 0)
}

fn loopback(probe: &mut Probe) -> Finding {
    let secure = Secure::new(probe)?;
    let proxy = to(probe, &secure)?;
    let login = secure.trusting_login(probe, secure.server.url())?;
    let variables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"];
    let login = variables
        .into_iter()
        .fold(login, |login, name| login.env(name, &proxy.url("")));
    secure.signed_in(probe, login)?;
    probe.saw("ok");
    for name in ["localhost", "accounts.localhost"] {
        let http = Http::in_environment(Environment::from([("ALL_PROXY", proxy.url(""))]));
        let http = http.trusting(secure.server.ca_pem()?);
        let request = Request::get(secure.server.url_of(name)).body(Vec::new())?;
        let machine = Machine::near(probe)?;
        machine.wait(http.send(request))?;
    }
    same("the visits to the proxy", proxy.visits().len(), 0)
}

/// A proxy that leads to this mock, whatever it is asked for.
fn to(probe: &mut Probe, secure: &Secure) -> Finding<Proxy> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, secure.server.port()?));
    probe.proxy(Manner::Tunnel(address))
}

/// A host that could be proxied and can be reached. Windows has no address of that kind.
fn direct() -> &'static str {
    if cfg!(windows) {
        "127.0.0.1"
    } else {
        NOT_LOOPBACK
    }
}

const EXCEPTIONS: [&str; 4] = ["0.0.0.0", "0.0.0.0:PORT", "0.0.0.0/8", "*"];
