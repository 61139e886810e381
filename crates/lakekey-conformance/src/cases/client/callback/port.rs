//! Ports for sign-ins.

use std::io;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::case::{Finding, there};
use crate::doors;

/// A port that is free, and that the operating system gives to nobody who does not ask for it. The ports
/// that the command takes by itself are left to checks that are about them.
pub(super) fn free_port() -> Finding<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % u32::from(PORTS))?;
    let tries = (0..PORTS).map(|_| NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(own) % PORTS);
    let mut free = tries
        .map(|number| FIRST_PORT + number)
        .filter(|port| is_free(*port));
    there("a free port", free.next())
}

fn is_free(port: u16) -> bool {
    let absent = |error: &io::Error| error.kind() == io::ErrorKind::AddrNotAvailable;
    ["127.0.0.1", "::1"].into_iter().all(|family| {
        let bound = doors::listen((family, port));
        bound.map_or_else(|error| absent(&error), |_| true)
    })
}

/// Below what systems choose from for themselves, and away from well-known ports.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 10_000;
