//! Who reaches the listener, and when.

use std::net::{IpAddr, UdpSocket};

use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};
use url::Url;

use super::sockets::{LOOPBACK, free_port, is_closed, is_open, loopback};
use super::waiting::{LOGIN, Waiting, good};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Families, Probe, STRANGERS, Server, Signal};

pub(super) const CASES: &[Case] = &[
    Case::one("C-LST-02", only_here_and_only_now),
    Case::each(
        "C-LST-03",
        &[
            ("v4", |probe| through(probe, LOOPBACK[0])),
            ("v6", |probe| through(probe, LOOPBACK[1])),
            ("no-v6", |probe| alone(probe, Families::V4)),
            ("only-v6", |probe| alone(probe, Families::V6)),
        ],
    ),
];

fn only_here_and_only_now(probe: &mut Probe) -> Finding {
    probe.apart_if_possible(|probe, alone| {
        let server = probe.listening(Setup::workspace())?;
        let strangers = strangers(alone)?;
        for end in End::ALL {
            one_life(probe, &server, &strangers, end)
                .map_err(|wrong| wrong.during(format_args!("{end:?}")))?;
        }
        probe.saw("ok");
        Ok(())
    })
}

/// Closed before the start, open for this machine alone, closed after the end.
fn one_life(probe: &mut Probe, server: &Server, strangers: &[IpAddr], end: End) -> Finding {
    let port = free_port()?;
    let everywhere = || loopback().into_iter().chain(strangers.iter().copied());
    everywhere().try_for_each(|ip| is_closed(ip, port))?;
    let text = port.to_string();
    let timeout = if end == End::Late { "1s" } else { "1m" };
    let words = ["--callback-port", &text, "--timeout", timeout];
    let waiting = Waiting::at(probe, server, &words)?;
    loopback()
        .into_iter()
        .try_for_each(|ip| is_open(ip, port))?;
    strangers.iter().try_for_each(|ip| is_closed(*ip, port))?;
    bound_to_loopback(port)?;
    end.comes(probe, server, waiting)?;
    everywhere().try_for_each(|ip| is_closed(ip, port))
}

/// How a sign-in ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Good,
    Denied,
    Late,
    Interrupted,
}

impl End {
    const ALL: [Self; 4] = [Self::Good, Self::Denied, Self::Late, Self::Interrupted];

    fn comes(self, probe: &mut Probe, server: &Server, waiting: Waiting) -> Finding {
        let exit = match self {
            Self::Good => return waiting.finish(probe).map(|_| ()),
            Self::Denied => {
                let denial = Fault::new("authz.error").param("code", "access_denied");
                server.inject(denial.on(Endpoint::Authorize).times(1))?;
                probe.browser().open(waiting.address.as_str())?;
                Code::AuthDenied.exit_status().into()
            }
            Self::Late => Code::CallbackTimeout.exit_status().into(),
            Self::Interrupted if cfg!(unix) => {
                waiting.running.signal(Signal::Interrupt)?;
                Signal::Interrupt.exit()
            }
            Self::Interrupted => return waiting.running.kill().map(|_| ()),
        };
        same("the exit code", waiting.running.finish()?.exit, Some(exit))
    }
}

/// Addresses that lead to this machine and are not those of the listener.
fn strangers(alone: bool) -> Finding<Vec<IpAddr>> {
    if alone {
        let own = STRANGERS.iter().map(|ip| ip.parse());
        let other = cfg!(target_os = "linux").then(|| "127.0.0.2".parse());
        return Ok(own.chain(other).collect::<Result<_, _>>()?);
    }
    Ok(outward().into_iter().collect())
}

/// The address that this machine has for others, if it has a network. Nothing is sent.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect((STRANGERS[0], 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Fails unless the sockets of this port are at loopback addresses, as the kernel has it.
fn bound_to_loopback(port: u16) -> Finding {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let mut found = Vec::new();
    for (table, address) in [("tcp", V4), ("tcp6", V6)] {
        let path = format!("/proc/thread-self/net/{table}");
        let text = crate::doors::read(path.as_ref())?.unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines().skip(1) {
            let mut words = line.split_whitespace().skip(1);
            let local = there("an address", words.next())?;
            let (ip, its_port) = there("a port", local.split_once(':'))?;
            if u16::from_str_radix(its_port, 16) == Ok(port) && words.nth(1) == Some(LISTEN) {
                same("where it listens", ip, address)?;
                found.push(table);
            }
        }
    }
    holds(!found.is_empty(), "the kernel knows of no such socket")
}

/// The browser takes this address for `localhost`.
fn through(probe: &mut Probe, ip: IpAddr) -> Finding {
    if !loopback().contains(&ip) {
        probe.lacks(&format!("the loopback address {ip}"));
        return Ok(());
    }
    let server = probe.listening(Setup::workspace())?;
    let waiting = Waiting::at(probe, &server, &[])?;
    let callback = waiting.callback(probe)?;
    comes_back(probe, waiting, &callback, ip)
}

/// A machine with one family.
fn alone(probe: &mut Probe, families: Families) -> Finding {
    probe.apart(families, |probe| {
        let ips = loopback();
        same("the loopback addresses", ips.len(), 1)?;
        probe.fault_happened("env.netns");
        let server = probe.listening(Setup::workspace())?;
        let host = server.url_of(match families {
            Families::V6 => "[::1]",
            Families::V4 | Families::Both => "127.0.0.1",
        });
        let words = [&LOGIN[..], &["--no-browser", "--host", &host]].concat();
        let waiting = Waiting::start(probe.lakekey(&words)?)?;
        let callback = waiting.callback(probe)?;
        comes_back(probe, waiting, &callback, ips[0])
    })
}

fn comes_back(probe: &mut Probe, waiting: Waiting, callback: &Url, ip: IpAddr) -> Finding {
    same(
        "where the browser goes",
        callback.host_str(),
        Some("localhost"),
    )?;
    same("its port", callback.port(), Some(waiting.port()?))?;
    let page = probe.browser().look_at(ip, callback)?;
    same("the status of the last page", page.status(), 200)?;
    good(probe, waiting.running)?;
    Ok(())
}

/// 127.0.0.1 and `::1` as Linux writes them, in its own order of bytes.
#[cfg(target_endian = "little")]
const V4: &str = "0100007F";
#[cfg(target_endian = "little")]
const V6: &str = "00000000000000000000000001000000";
#[cfg(target_endian = "big")]
const V4: &str = "7F000001";
#[cfg(target_endian = "big")]
const V6: &str = "00000000000000000000000000000001";
/// The state of a socket that listens.
const LISTEN: &str = "0A";
