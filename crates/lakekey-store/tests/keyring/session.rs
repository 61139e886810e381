//! A session of its own for a test: a bus, a home folder and gnome-keyring.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests start the programs of a session and ask them"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use lakekey_store::KeyringStore;

/// A session, as the test in it sees it.
pub(crate) struct Session {
    home: PathBuf,
}

/// Runs a test in a session of its own: this program again, with this one test.
pub(crate) fn within(test: &str, body: impl FnOnce(&Session)) {
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-ec", UNLOCKED, "sh"]);
    inside(session, test, body);
}

/// Runs a test where there is neither a bus nor a keyring.
pub(crate) fn without_bus(test: &str, body: impl FnOnce(&Session)) {
    inside(Command::new("env"), test, body);
}

fn inside(mut around: Command, test: &str, body: impl FnOnce(&Session)) {
    if let Some(home) = std::env::var_os(HOME) {
        return body(&Session { home: home.into() });
    }
    let home = tempfile::tempdir_in(folder()).unwrap();
    let output = around
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", home.path())
        .env(HOME, home.path())
        .output()
        .unwrap_or_else(|error| panic!("{NEEDED}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{NEEDED}\n{said}\n{complained}"
    );
}

/// In memory where the system has such a place: gnome-keyring answers nobody while it waits for
/// its file to be on a disk, which can take seconds on a machine that builds.
fn folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    }
}

impl Session {
    pub(crate) fn store(&self) -> KeyringStore {
        // However busy the machine is.
        KeyringStore::in_home(&self.home).with_timeout(Duration::from_secs(60))
    }
}

/// Asks the independent judge, `secret-tool`, and tells it a secret.
pub(crate) fn judge(arguments: &[&str], secret: &str) -> Output {
    let mut child = Command::new("secret-tool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{NEEDED}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(secret.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Locks the keyring.
pub(crate) fn lock_keyring() {
    let secrets = "org.freedesktop.secrets";
    let path = "/org/freedesktop/secrets";
    let lock = "org.freedesktop.Secret.Service.Lock";
    let login = "array:objpath:/org/freedesktop/secrets/collection/login";
    call(secrets, path, lock, login);
}

/// Stops the keyring as it is, until the answer is dropped.
pub(crate) fn stop_keyring() -> Stopped {
    let (bus, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
    let ask = "org.freedesktop.DBus.GetConnectionUnixProcessID";
    let reply = call(bus, path, ask, "string:org.freedesktop.secrets");
    let keyring = reply.split_whitespace().last().unwrap().to_owned();
    let stopped = Stopped { keyring };
    assert!(stopped.signal("-STOP"));
    stopped
}

/// A keyring that does nothing.
pub(crate) struct Stopped {
    keyring: String,
}

impl Stopped {
    fn signal(&self, signal: &str) -> bool {
        let sent = Command::new("kill").args([signal, &self.keyring]).status();
        sent.is_ok_and(|sent| sent.success())
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

/// Calls a method on the bus, and says what came back.
fn call(name: &str, path: &str, method: &str, argument: &str) -> String {
    let called = Command::new("dbus-send")
        .args(["--session", "--print-reply=literal"])
        .arg(format!("--dest={name}"))
        .args([path, method, argument])
        .output()
        .unwrap_or_else(|error| panic!("{NEEDED}: {error}"));
    assert!(called.status.success(), "{called:?}");
    String::from_utf8(called.stdout).unwrap()
}

/// The variable that tells this program that it is inside, and where its home is.
const HOME: &str = "LAKEKEY_KEYRING_TEST_HOME";

const NEEDED: &str = "this test needs the Debian packages dbus, gnome-keyring and libsecret-tools";

/// A keyring whose password is `password`.
///
/// It is in the background before it is on the bus, and a call meanwhile would have the bus start
/// another one.
const UNLOCKED: &str =
    "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    until dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus \
        /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets \
        | grep -q true; do tries=$((${tries:-0} + 1)); [ $tries -lt 5000 ]; done
    exec \"$@\"";
