//! A keyring of its own: gnome-keyring on a bus that nobody else uses.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::case::{Finding, holds, there};
use crate::doors;
use crate::probe::{Home, Lakekey};

/// A session bus with an unlocked keyring on it. Both end when it is dropped.
#[derive(Debug)]
pub(super) struct Keyring {
    daemon: Child,
    bus: String,
    /// In memory where the system has such a place: gnome-keyring answers nobody while it waits
    /// for its file to be on a disk, which can take seconds on a machine that builds.
    files: TempDir,
}

impl Keyring {
    /// Starts one with its files in this home folder; `None` where it is not installed.
    pub(super) fn start(home: &Home) -> Finding<Option<Self>> {
        if !cfg!(target_os = "linux") {
            return Ok(None);
        }
        let Some(bus) = Self::bus(home)? else {
            return Ok(None);
        };
        Ok(bus.unlock(home)?.then_some(bus))
    }

    /// The command in this session, with its logins in the keyring.
    pub(super) fn around(&self, lakekey: Lakekey) -> Lakekey {
        lakekey
            .env("DATABRICKS_AUTH_STORAGE", "secure")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
    }

    fn bus(home: &Home) -> Finding<Option<Self>> {
        let mut command = program("dbus-daemon", home);
        command.args(["--session", "--nofork", "--print-address"]);
        let Some(daemon) = installed(command.stdout(Stdio::piped()).spawn())? else {
            return Ok(None);
        };
        let mut keyring = Self {
            daemon,
            bus: String::new(),
            files: TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())?,
        };
        let address = there("the address", keyring.daemon.stdout.take())?;
        BufReader::new(address).read_line(&mut keyring.bus)?;
        keyring.bus.truncate(keyring.bus.trim_end().len());
        Ok(Some(keyring))
    }

    fn unlock(&self, home: &Home) -> Finding<bool> {
        let mut command = program("gnome-keyring-daemon", home);
        command
            .args(["--unlock", "--components=secrets"])
            .env("XDG_DATA_HOME", self.files.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        let Some(mut daemon) = installed(command.stdin(Stdio::piped()).spawn())? else {
            return Ok(false);
        };
        there("standard input", daemon.stdin.take())?.write_all(b"password")?;
        holds(daemon.wait()?.success(), "the keyring did not start")?;
        self.wait_for_it(home)?;
        Ok(true)
    }

    /// It is in the background before it is on the bus, and a call meanwhile would have the bus
    /// start another one. Each question takes some milliseconds.
    fn wait_for_it(&self, home: &Home) -> Finding {
        for _ in 0..5_000 {
            let mut command = program("dbus-send", home);
            command
                .args(["--print-reply=literal", "--dest=org.freedesktop.DBus"])
                .args(["/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"])
                .arg("string:org.freedesktop.secrets")
                .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
                .stdout(Stdio::piped());
            let answer = command.output()?;
            if String::from_utf8_lossy(&answer.stdout).contains("true") {
                return Ok(());
            }
        }
        holds(false, "the keyring is not on its bus")
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        // Fails only if it has ended already; the keyring ends with its bus.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn program(name: &str, home: &Home) -> Command {
    let mut command = doors::command(Path::new(name));
    command
        .env("XDG_RUNTIME_DIR", home.path())
        .env("HOME", home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn installed(started: io::Result<Child>) -> Finding<Option<Child>> {
    match started {
        Ok(child) => Ok(Some(child)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
