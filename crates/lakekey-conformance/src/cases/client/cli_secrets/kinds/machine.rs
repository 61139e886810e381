//! What is wrong on this machine: the words, the settings, the ports, the store.

use std::time::Duration;

use lakekey_mock::Setup;
use lakekey_store::{FileStore, Key, TokenStore as _};

use super::super::super::desk::{Desk, cache, expire};
use crate::case::Finding;
use crate::doors;
use crate::probe::{Calls, Outcome, Probe, Signal, TOKEN_CACHE};

pub(super) fn usage(probe: &mut Probe) -> Finding<Option<Outcome>> {
    told(probe, &["auth", "token", "--nonsense"])
}

pub(super) fn config(probe: &mut Probe) -> Finding<Option<Outcome>> {
    told(probe, &["auth", "token", "--profile=nobody"])
}

pub(super) fn invalid_host(probe: &mut Probe) -> Finding<Option<Outcome>> {
    told(
        probe,
        &["auth", "login", "--host=http://plain.example.test"],
    )
}

pub(super) fn invalid_account_id(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let words = [
        "auth",
        "login",
        "--host=https://accounts.cloud.databricks.com",
        "--account-id=../x",
    ];
    told(probe, &words)
}

pub(super) fn not_configured(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let lakekey = probe.lakekey(&["--output=json", "api", "get", "/api/2.0/clusters/list"])?;
    let host = lakekey.env("DATABRICKS_HOST", "https://w.example.test");
    host.env("DATABRICKS_AUTH_TYPE", "pat").run().map(Some)
}

pub(super) fn not_logged_in(probe: &mut Probe) -> Finding<Option<Outcome>> {
    told(probe, &["auth", "token", "--host=https://w.example.test"])
}

pub(super) fn callback_timeout(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let server = probe.listening(Setup::workspace())?;
    told(
        probe,
        &["auth", "login", "--timeout=50ms", "--host", server.url()],
    )
}

pub(super) fn listener_unavailable(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let held = doors::listen(("127.0.0.1", 0))?;
    let port = held.local_addr()?.port().to_string();
    let words = [
        "auth",
        "login",
        "--host=https://w.example.test",
        "--callback-port",
        &port,
    ];
    told(probe, &words)
}

/// Somebody renews this login, and does not come to an end.
pub(super) fn store_locked(probe: &mut Probe) -> Finding<Option<Outcome>> {
    let desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    let store = FileStore::in_home(probe.home()?.path());
    let _lease = store.lease(&Key::new(desk.server.url()), Duration::from_secs(1))?;
    told(
        probe,
        &["auth", "token", "--profile=dev", "--timeout=500ms"],
    )
}

pub(super) fn store_io(probe: &mut Probe) -> Finding<Option<Outcome>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let _desk = Desk::with(probe, &["dev"])?;
    let calls = Calls::failing(NO_SPACE).named(&["write"]);
    let words = ["--output=json", "auth", "logout", "--profile=dev"];
    probe.watched(&words, &calls, "calls")?.run().map(Some)
}

pub(super) fn store_corrupt(probe: &mut Probe) -> Finding<Option<Outcome>> {
    with_cache(probe, b"{ damaged")
}

pub(super) fn store_version(probe: &mut Probe) -> Finding<Option<Outcome>> {
    with_cache(probe, br#"{"version": 99, "tokens": {}}"#)
}

pub(super) fn store_insecure(probe: &mut Probe) -> Finding<Option<Outcome>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let _desk = Desk::with(probe, &["dev"])?;
    probe.home()?.set_mode(FOLDER, 0o777)?;
    let outcome = told(probe, &["auth", "token", "--profile=dev"])?;
    probe.home()?.set_mode(FOLDER, 0o700)?;
    Ok(outcome)
}

pub(super) fn keyring_unavailable(probe: &mut Probe) -> Finding<Option<Outcome>> {
    with_keyring(probe, "/nowhere")
}

/// A bus on which nobody answers.
pub(super) fn keyring_timeout(probe: &mut Probe) -> Finding<Option<Outcome>> {
    #[cfg(target_os = "linux")]
    {
        let path = probe.home()?.file("silent-bus");
        let _bus = std::os::unix::net::UnixListener::bind(&path)?;
        with_keyring(probe, &path.display().to_string())
    }
    #[cfg(not(target_os = "linux"))]
    with_keyring(probe, "/nowhere")
}

fn with_keyring(probe: &mut Probe, bus: &str) -> Finding<Option<Outcome>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let lakekey = probe.lakekey(&[
        "auth",
        "token",
        "--output=json",
        "--host=https://w.example.test",
    ])?;
    let lakekey = lakekey.env("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={bus}"));
    lakekey
        .env("DATABRICKS_AUTH_STORAGE", "secure")
        .run()
        .map(Some)
}

/// A device that has no room.
pub(super) fn output_failed(probe: &mut Probe) -> Finding<Option<Outcome>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let script = "exec \"$0\" \"$@\" >/dev/full";
    let lakekey = probe.lakekey(&["version"])?;
    lakekey
        .through("sh".as_ref(), ["-c", script])
        .run()
        .map(Some)
}

pub(super) fn cancelled(probe: &mut Probe) -> Finding<Option<Outcome>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let server = probe.listening(Setup::workspace())?;
    let words = ["auth", "login", "--output=json", "--host", server.url()];
    let mut running = probe.lakekey(&words)?.start()?;
    running.authorization_url()?;
    running.signal(Signal::Interrupt)?;
    running.finish().map(Some)
}

fn with_cache(probe: &mut Probe, text: &[u8]) -> Finding<Option<Outcome>> {
    let _desk = Desk::with(probe, &["dev"])?;
    let before = cache(probe)?;
    probe.home()?.write_private(TOKEN_CACHE, text)?;
    let outcome = told(probe, &["auth", "token", "--profile=dev"])?;
    probe.home()?.write_private(TOKEN_CACHE, &before)?;
    Ok(outcome)
}

/// Runs the command with JSON asked for; nobody opens an address that it gives out.
fn told(probe: &mut Probe, words: &[&str]) -> Finding<Option<Outcome>> {
    let lakekey = probe.lakekey(&[&["--output=json"], words].concat())?;
    lakekey.run().map(Some)
}

const FOLDER: &str = ".databricks";
/// `ENOSPC` of Linux.
const NO_SPACE: i32 = 28;
