//! Logins in the keyring: gnome-keyring on a bus of its own, with `secret-tool` as the judge.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::machine::{Machine, member, mock, shown};

#[test]
fn a_login_lives_in_the_keyring_and_nowhere_else() {
    let (mock, machine) = (mock(), Machine::new());
    let session = Session::start(&machine);
    let machine = machine
        .with("DATABRICKS_AUTH_STORAGE", "secure")
        .with("DBUS_SESSION_BUS_ADDRESS", &session.bus);
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let token = |arguments: &[&str]| {
        let outcome = machine.run(&[&["auth", "token", "-p", "dev"], arguments].concat());
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
        member(&outcome.stdout, "access_token")
    };
    assert_eq!(token(&[]), session.access_token());
    let renewed = token(&["--force-refresh"]);
    assert_eq!(renewed, session.access_token());
    assert_eq!(machine.read(".databricks/token-cache.json"), "");

    for _ in 0..2 {
        let outcome = machine.run(&["auth", "logout", "-p", "dev"]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert_eq!(
            session.judge(&["search", "--all", "service", "databricks-cli"]),
            ""
        );
    }
    assert_eq!(machine.run(&["auth", "token", "-p", "dev"]).status, 3);
}

#[test]
fn without_a_keyring_nobody_is_sent_to_a_browser() {
    let (mock, machine) = (mock(), Machine::new());
    let machine = machine.with("DATABRICKS_AUTH_STORAGE", "secure");
    let outcome = machine.run(&["auth", "login", "--no-browser", "--host", &mock.url()]);
    assert_eq!(outcome.status, 7, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("cannot keep logins: no keyring can be reached"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains("/authorize"), "{}", outcome.stderr);
}

#[test]
fn the_bus_is_left_alone_unless_the_keyring_is_asked_for() {
    let (mock, machine) = (mock(), Machine::new());
    let (bus, address) = silent_bus(&machine);
    let machine = machine.with("DBUS_SESSION_BUS_ADDRESS", &address);
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    for arguments in [&["-p", "dev"][..], &["-p", "dev", "--force-refresh"]] {
        let outcome = machine.run(&[&["auth", "token"], arguments].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    let error = bus.accept().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);

    // Signing out looks everywhere, and says where it could not.
    let outcome = machine.run(&["auth", "logout", "-p", "dev"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("warning[keyring_timeout]"),
        "{}",
        outcome.stderr
    );
    bus.accept().unwrap();
}

#[test]
fn a_bus_that_never_answers_does_not_keep_the_command() {
    let machine = Machine::new();
    let (bus, address) = silent_bus(&machine);
    let machine = machine
        .with("DATABRICKS_AUTH_STORAGE", "secure")
        .with("DBUS_SESSION_BUS_ADDRESS", &address);
    machine.write(".databrickscfg", "[dev]\nhost = https://w.example.test\n");
    let outcome = machine.run(&["auth", "token", "-p", "dev"]);
    assert_eq!(outcome.status, 7, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("the keyring did not answer within 3.0 s"),
        "{}",
        outcome.stderr
    );
    bus.accept().unwrap();
}

#[test]
fn logins_move_to_the_keyring_and_back_without_a_new_sign_in() {
    let (mock, machine) = (mock(), Machine::new());
    let session = Session::start(&machine);
    let machine = machine.with("DBUS_SESSION_BUS_ADDRESS", &session.bus);
    let url = mock.url();
    machine.signed_in(&["--host", &url, "--profile", "dev"]);
    let said = |arguments: &[&str]| {
        let outcome = machine.run(&[&["auth"], arguments].concat());
        let home = machine.home.path().to_str().unwrap();
        let text = shown(&machine, &outcome) + &outcome.stderr;
        words(&text.replace(&url, "<host>").replace(home, "<home>"))
    };
    insta::assert_snapshot!(said(&["storage", "show"]), @r"
    New logins go to ~/.databricks/token-cache.json (plaintext, from default).

    LOGIN FILE KEYRING
    dev yes -
    <host> yes -
    ");
    insta::assert_snapshot!(said(&["storage", "set", "secure"]), @r"
    New logins go to the keyring, as <home>/.databrickscfg says.
    Logins in the file stay in use. Move them with: lakekey auth storage migrate
    ");
    let file = words(&machine.read(".databrickscfg"));
    assert!(file.contains("\nauth_storage = secure"), "{file}");

    let token = |arguments: &[&str]| {
        let outcome = machine.run(&[&["auth", "token", "-p", "dev"], arguments].concat());
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
        member(&outcome.stdout, "access_token")
    };
    let before = token(&[]);
    insta::assert_snapshot!(said(&["storage", "migrate"]), @r"
    dev: moved to the keyring
    <host>: dropped, since the login of its profile is in the keyring
    ");
    assert_eq!(session.access_token(), before);
    assert_eq!(token(&[]), before);
    insta::assert_snapshot!(said(&["storage", "show", "-o", "json"]), @r#"
    {
    "mode": "secure",
    "location": "OS keyring (service: databricks-cli)",
    "source": "auth_storage in [__settings__] section of <home>/.databrickscfg",
    "logins": [
    {
    "name": "dev",
    "plaintext": false,
    "secure": true
    }
    ]
    }
    "#);

    let renewed = token(&["--storage", "plaintext", "--force-refresh"]);
    assert_eq!(session.access_token(), renewed, "renewed where it is");
    let noted = machine.run(&["auth", "describe", "-p", "dev", "--storage", "plaintext"]);
    insta::assert_snapshot!(noted.stderr, @r"
    warning[config]: the login of profile `dev` is in the keyring, and new ones go to the file
    hint: lakekey auth storage migrate
    ");
    insta::assert_snapshot!(said(&["storage", "migrate", "--to", "plaintext"]), @r"
    dev: moved to the file
    New logins go to the keyring still. To change that: lakekey auth storage set plaintext
    ");
    assert_eq!(token(&["--storage", "plaintext"]), renewed);
    assert_eq!(
        session.judge(&["search", "--all", "service", "databricks-cli"]),
        ""
    );
    insta::assert_snapshot!(said(&["storage", "migrate", "--to", "plaintext", "-o", "json"]), @r#"
    {
    "to": "plaintext",
    "logins": [
    {
    "name": "dev",
    "result": "already_there"
    }
    ]
    }
    New logins go to the keyring still. To change that: lakekey auth storage set plaintext
    "#);
}

#[test]
fn a_flag_says_where_a_login_goes_and_signing_out_clears_both_places() {
    let (mock, machine) = (mock(), Machine::new());
    let session = Session::start(&machine);
    let machine = machine.with("DBUS_SESSION_BUS_ADDRESS", &session.bus);
    for storage in ["plaintext", "secure"] {
        machine.signed_in(&["--host", &mock.url(), "-p", "dev", "--storage", storage]);
    }
    assert_ne!(session.access_token(), serde_json::Value::Null);
    let described = machine.run(&[
        "auth",
        "describe",
        "-p",
        "dev",
        "--storage",
        "secure",
        "-o",
        "json",
    ]);
    let storage = member(&described.stdout, "token_storage");
    assert_eq!(
        (&storage["mode"], &storage["source"]),
        (&"secure".into(), &"--storage flag".into())
    );
    for _ in 0..2 {
        let outcome = machine.run(&["auth", "logout", "-p", "dev"]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert_eq!(
            session.judge(&["search", "--all", "service", "databricks-cli"]),
            ""
        );
        let file = machine.read(".databricks/token-cache.json");
        assert!(!file.contains("refresh_token"), "{file}");
    }
}

#[test]
fn a_keyring_that_is_not_there_is_not_chosen_and_nothing_moves() {
    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "-p", "dev"]);
    let before = machine.read(".databrickscfg");
    for arguments in [["set", "secure"].as_slice(), &["migrate", "--to", "secure"]] {
        let outcome = machine.run(&[&["auth", "storage"], arguments].concat());
        assert_eq!(outcome.status, 7, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("no keyring can be reached"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(machine.read(".databrickscfg"), before);
    let show = machine.run(&["auth", "storage", "show"]);
    assert_eq!(show.status, 0, "{}", show.stderr);
    assert!(
        show.stdout.contains("dev                     yes   ?\n"),
        "{}",
        show.stdout
    );
    assert!(
        show.stdout.contains("error[keyring_unavailable]"),
        "{}",
        show.stdout
    );
    assert_eq!(machine.run(&["auth", "token", "-p", "dev"]).status, 0);
}

/// A text without the blanks that align it: how many there are depends on the number of a port.
fn words(text: &str) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect::<Vec<_>>().join("\n")
}

/// A bus to connect to that says nothing.
fn silent_bus(machine: &Machine) -> (UnixListener, String) {
    let path = machine.path("bus");
    let bus = UnixListener::bind(&path).unwrap();
    bus.set_nonblocking(true).unwrap();
    (bus, format!("unix:path={}", path.display()))
}

/// A bus with an unlocked keyring on it, which end with the test.
struct Session {
    bus: String,
    daemon: Child,
    files: TempDir,
}

impl Session {
    fn start(machine: &Machine) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .env("XDG_RUNTIME_DIR", machine.home.path())
            .env("HOME", machine.home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(NEEDED);
        let mut bus = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut bus)
            .unwrap();
        let session = Self {
            bus: bus.trim().to_owned(),
            daemon,
            files: folder(),
        };
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets"])
            .env("XDG_RUNTIME_DIR", machine.home.path())
            .env("XDG_DATA_HOME", session.files.path())
            .env("HOME", machine.home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &session.bus)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(NEEDED);
        keyring
            .stdin
            .take()
            .unwrap()
            .write_all(b"password")
            .unwrap();
        assert!(keyring.wait().unwrap().success());
        // Each question takes some milliseconds.
        assert!((0..5_000).any(|_| session.has_keyring()), "{NEEDED}");
        session
    }

    /// Whether the keyring is on the bus by now. It is in the background before that, and a call
    /// meanwhile would have the bus start another one.
    fn has_keyring(&self) -> bool {
        let asked = Command::new("dbus-send")
            .args(["--print-reply=literal", "--dest=org.freedesktop.DBus"])
            .args(["/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"])
            .arg("string:org.freedesktop.secrets")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .output()
            .expect(NEEDED);
        assert!(asked.status.success(), "{asked:?}");
        String::from_utf8(asked.stdout).unwrap().contains("true")
    }

    /// What the judge says.
    fn judge(&self, arguments: &[&str]) -> String {
        let output = Command::new("secret-tool")
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .output()
            .expect(NEEDED);
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    /// The access token of `dev`, as another program reads it.
    fn access_token(&self) -> serde_json::Value {
        let item = self.judge(&["lookup", "service", "databricks-cli", "username", "dev"]);
        let item: serde_json::Value = serde_json::from_str(&item).unwrap();
        item["token"]["access_token"].clone()
    }
}

/// The keyring's folder, in memory where the system has such a place: gnome-keyring answers nobody
/// while it waits for its file to be on a disk, which can take seconds on a machine that builds.
fn folder() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .unwrap()
}

impl Drop for Session {
    fn drop(&mut self) {
        // The keyring ends with its bus.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

const NEEDED: &str = "the Debian packages dbus, gnome-keyring and libsecret-tools are installed";
