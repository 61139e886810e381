//! A bus of a session on which nobody answers.

use std::os::unix::net::UnixListener;

use lakekey::Code;

use super::super::support::failed_as;
use crate::case::{Finding, holds};
use crate::probe::{Home, Lakekey, Outcome, PROFILES, Probe};

/// A socket that takes connections and says nothing.
#[derive(Debug)]
pub(super) struct Silent {
    socket: UnixListener,
    address: String,
}

impl Silent {
    pub(super) fn new(home: &Home) -> Finding<Self> {
        home.remove(BUS)?;
        let path = home.file(BUS);
        let socket = UnixListener::bind(&path)?;
        socket.set_nonblocking(true)?;
        let address = format!("unix:path={}", path.display());
        Ok(Self { socket, address })
    }

    /// The command in this session.
    pub(super) fn around(&self, lakekey: Lakekey) -> Lakekey {
        lakekey.env("DBUS_SESSION_BUS_ADDRESS", &self.address)
    }

    /// Whether anybody came since it was asked last.
    pub(super) fn was_called(&self) -> bool {
        self.socket.accept().is_ok()
    }
}

/// Fails unless the command says that the keyring is late, and ends.
pub(super) fn ends(probe: &mut Probe, words: &[&str]) -> Finding {
    let home = probe.home()?;
    home.write(PROFILES, "[dev]\nhost = https://w.example.test\n")?;
    let bus = Silent::new(home)?;
    let lakekey = probe.lakekey(words)?.env(MODE, "secure");
    let outcome = bus.around(lakekey).run()?;
    late(&outcome)?;
    holds(bus.was_called(), "nobody asked for the keyring")
}

/// Fails unless the keyring was waited for, and no address was given out.
pub(super) fn late(outcome: &Outcome) -> Finding {
    failed_as(outcome, Code::KeyringTimeout)?;
    holds(
        !outcome.stderr.contains("/authorize"),
        "a browser was to be opened",
    )
}

const BUS: &str = "bus";
pub(super) const MODE: &str = "DATABRICKS_AUTH_STORAGE";
