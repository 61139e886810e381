//! What can be seen of sockets from outside.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::case::{Finding, Wrong, holds};
use crate::doors;

/// The loopback addresses.
pub(super) const LOOPBACK: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The loopback addresses that this machine has.
pub(super) fn loopback() -> Vec<IpAddr> {
    let has = |ip: &IpAddr| doors::listen((*ip, 0)).is_ok();
    LOOPBACK.into_iter().filter(has).collect()
}

/// A port that nobody has. It is not tried by listening: a process that another check starts in that
/// moment would have the socket, too, for as long as it takes to start.
pub(super) fn free_port() -> Finding<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PORTS.len() {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let number = std::process::id().wrapping_mul(64).wrapping_add(number);
        let port = PORTS.start + u16::try_from(usize::try_from(number)? % PORTS.len())?;
        if loopback().into_iter().all(|ip| is_closed(ip, port).is_ok()) {
            return Ok(port);
        }
    }
    Err(Wrong::new("no port is free"))
}

/// Takes a port at all of these addresses, as soon as it is free.
pub(super) fn hold(port: u16, addresses: &[IpAddr]) -> Finding<Vec<TcpListener>> {
    let deadline = doors::now() + PATIENCE;
    while doors::now() < deadline {
        let held = take(port, addresses);
        if held.len() == addresses.len() {
            return Ok(held);
        }
        thread::sleep(BETWEEN_TRIES);
    }
    Err(Wrong::new(format!("port {port} was never free")))
}

/// Takes a port at these addresses; what somebody else has already is left out.
pub(super) fn take(port: u16, addresses: &[IpAddr]) -> Vec<TcpListener> {
    let taken = addresses.iter().map(|ip| doors::listen((*ip, port)));
    taken.filter_map(Result::ok).collect()
}

/// Fails unless somebody listens there.
pub(super) fn is_open(ip: IpAddr, port: u16) -> Finding {
    doors::connect((ip, port)).map_err(|error| Wrong::from(error).during(ip))?;
    Ok(())
}

/// Fails if anybody listens there.
pub(super) fn is_closed(ip: IpAddr, port: u16) -> Finding {
    let refusal = match doors::connect((ip, port)) {
        Ok(_) => return Err(Wrong::new(format!("{ip} answers on port {port}"))),
        Err(error) => error.kind(),
    };
    holds(
        refusal == io::ErrorKind::ConnectionRefused,
        format!("{ip}, port {port}: {refusal}"),
    )
}

/// Ports that no system gives to those who take any.
const PORTS: Range<u16> = 20_000..30_000;
/// How long a port may be in the hands of a process that is just being started.
const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_TRIES: Duration = Duration::from_millis(5);
