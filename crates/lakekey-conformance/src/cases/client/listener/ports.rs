//! Which port it is, and that nobody else can have it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use lakekey::Code;
use lakekey_mock::{Endpoint, Setup};
use tokio::net::TcpSocket;

use super::super::opener::Opener;
use super::super::support::failed_as;
use super::sockets::{LOOPBACK, free_port, hold, loopback, take};
use super::waiting::{LOGIN, Waiting};
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::doors;
use crate::probe::{Families, Probe};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-LST-01",
        &[
            ("one-taken", one_taken),
            ("all-taken", all_taken),
            ("explicit-taken", explicit_taken),
        ],
    ),
    Case::one("C-LST-05", no_squatting),
];

/// Whichever family the first port is taken at. In the machine's own network others may have ports, too.
fn one_taken(probe: &mut Probe) -> Finding {
    probe.apart_if_possible(|probe, alone| {
        let server = probe.listening(Setup::workspace())?;
        for taken in [&LOOPBACK[..], &LOOPBACK[..1], &LOOPBACK[1..]] {
            let _held = if alone {
                hold(FIRST, taken)?
            } else {
                take(FIRST, taken)
            };
            probe.fault_happened("env.port_taken");
            let waiting = Waiting::at(probe, &server, &[])?;
            let port = waiting.port()?;
            if alone {
                same("the port", port, FIRST + 1)?;
            } else {
                holds(
                    (FIRST + 1..=LAST).contains(&port),
                    format!("the port is {port}"),
                )?;
            }
            probe.count_from_here();
            waiting.finish(probe)?;
        }
        Ok(())
    })
}

fn all_taken(probe: &mut Probe) -> Finding {
    probe.apart(Families::Both, |probe| {
        // The last port is good when it is the only one that is left.
        let server = probe.listening(Setup::workspace())?;
        let held = (FIRST..LAST).map(|port| hold(port, &LOOPBACK));
        let _held = held.collect::<Finding<Vec<_>>>()?;
        let waiting = Waiting::at(probe, &server, &[])?;
        same("the port", waiting.port()?, LAST)?;
        waiting.finish(probe)?;
        probe.count_from_here();
        // One family is as good as both.
        let _last = hold(LAST, &LOOPBACK[1..])?;
        refused(probe, &["--host", server.url()])?;
        let requests = server.requests_for(Endpoint::Authorize);
        same("the requests of browsers", requests.len(), 1)
    })
}

/// Another port is free, and is not taken instead.
fn explicit_taken(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    for ip in loopback() {
        let held = doors::listen((ip, 0))?;
        let port = held.local_addr()?.port().to_string();
        let words = ["--host", server.url(), "--callback-port", &port];
        let said = refused(probe, &words)?;
        holds(said.contains(&port), "the port is not named")?;
    }
    Ok(())
}

/// Fails unless the sign-in fails for want of a port, before any browser; gives what it says.
fn refused(probe: &mut Probe, words: &[&str]) -> Finding<String> {
    let words = [&LOGIN[..], &["--output=json"], words].concat();
    let opener = Opener::that(probe.home()?, "exit 0")?;
    let started = doors::now();
    let outcome = opener.of(probe.lakekey(&words)?).run()?;
    let took = started.elapsed();
    failed_as(&outcome, Code::ListenerUnavailable)?;
    holds(took < super::PROMPT, format!("it took {took:?}"))?;
    same("the addresses opened", opener.addresses()?.len(), 0)?;
    holds(
        !outcome.stderr.contains("/authorize"),
        "an address was given out",
    )?;
    probe.fault_happened("env.port_taken");
    probe.saw(Code::ListenerUnavailable);
    Ok(outcome.stderr)
}

/// Options that share a port among those who all set them.
fn no_squatting(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let port = free_port()?.to_string();
    let waiting = Waiting::at(probe, &server, &["--callback-port", &port])?;
    let port = waiting.port()?;
    for ip in squats() {
        for option in [Sharing::Address, Sharing::Port] {
            let what = format!("{option:?} at {ip}");
            squat(ip, 0, option).map_err(|error| Wrong::from(error).during(&what))?;
            match squat(ip, port, option) {
                Ok(()) => return Err(Wrong::new(format!("{what} is possible"))),
                Err(error) => same(&what, error.kind(), TAKEN)?,
            }
            probe.fault_happened("env.port_squat");
        }
    }
    waiting.finish(probe)?;
    Ok(())
}

/// Where somebody might sit. Only Linux keeps those away from all addresses who want one that is taken.
fn squats() -> Vec<IpAddr> {
    let mut addresses = loopback();
    if cfg!(target_os = "linux") {
        let anywhere: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        addresses.extend_from_slice(&anywhere[..addresses.len()]);
    }
    addresses
}

#[derive(Clone, Copy, Debug)]
enum Sharing {
    Address,
    Port,
}

fn squat(ip: IpAddr, port: u16, option: Sharing) -> io::Result<()> {
    let socket = match ip {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    match option {
        Sharing::Address => socket.set_reuseaddr(true)?,
        Sharing::Port => share_port(&socket)?,
    }
    socket.bind(SocketAddr::new(ip, port))
}

#[cfg(unix)]
fn share_port(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

/// Windows has one option for both.
#[cfg(not(unix))]
fn share_port(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseaddr(true)
}

/// The ports that Databricks accepts.
const FIRST: u16 = 8020;
const LAST: u16 = 8040;
#[cfg(not(windows))]
const TAKEN: io::ErrorKind = io::ErrorKind::AddrInUse;
/// Windows says "denied" of a port that somebody holds exclusively.
#[cfg(windows)]
const TAKEN: io::ErrorKind = io::ErrorKind::PermissionDenied;
