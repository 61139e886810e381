//! A machine of its own for the command: home folder, environment, a mock of Databricks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use http::{Request, Response};
use lakekey::{Http, HttpClient as _};
use lakekey_mock::{Listening, Mock, Setup};
use tempfile::TempDir;

/// A home folder and an environment that no test shares.
pub(crate) struct Machine {
    pub(crate) home: TempDir,
    pub(crate) variables: Vec<(String, String)>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs the command to its end, with nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "")
    }

    /// Runs the command to its end, with a text on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not read may have closed it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Outcome {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a sign-in, up to the address that it prints.
    pub(crate) fn sign_in(&self, arguments: &[&str]) -> SigningIn {
        SigningIn::new(self.start(arguments))
    }

    /// Signs in and expects it to go well.
    pub(crate) fn signed_in(&self, arguments: &[&str]) -> Outcome {
        let signing_in = self.sign_in(&[&["auth", "login", "--no-browser"], arguments].concat());
        browse(&signing_in.url);
        let outcome = signing_in.end();
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        outcome
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let home = self.home.path();
        Command::new(env!("CARGO_BIN_EXE_lakekey"))
            .args(arguments)
            .env_clear()
            .envs([("HOME", home), ("USERPROFILE", home)])
            .envs([("PATH", ""), ("TZ", "Europe/Berlin")])
            .envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

/// A sign-in that waits for its browser.
pub(crate) struct SigningIn {
    pub(crate) url: String,
    child: Child,
    said: JoinHandle<String>,
}

impl SigningIn {
    fn new(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert_ne!(
                lines.read_line(&mut line).unwrap(),
                0,
                "no address in:\n{said}"
            );
            said.push_str(&line);
            if line.starts_with("http") {
                break line.trim().to_owned();
            }
        };
        let said = std::thread::spawn(move || {
            lines.read_to_string(&mut said).unwrap();
            said
        });
        Self { url, child, said }
    }

    /// Types a line into the terminal.
    pub(crate) fn paste(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Sends a signal and waits for the end.
    #[cfg(unix)]
    pub(crate) fn end_by(&mut self, signal: i32) -> std::process::ExitStatus {
        let (signal, process) = (format!("-{signal}"), self.child.id().to_string());
        assert!(
            Command::new("kill")
                .args([signal, process])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }

    pub(crate) fn end(mut self) -> Outcome {
        let mut stdout = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        let status = self.child.wait().unwrap().code().unwrap();
        Outcome {
            status,
            stdout,
            stderr: self.said.join().unwrap(),
        }
    }
}

/// A mock that approves every sign-in.
pub(crate) fn mock() -> Listening {
    mock_with(|_| {})
}

pub(crate) fn mock_with(change: impl FnOnce(&mut Setup)) -> Listening {
    let mut setup = Setup::workspace();
    change(&mut setup);
    Mock::new(setup).listen().unwrap()
}

/// Opens an address and goes where it leads.
pub(crate) fn browse(url: &str) -> Response<Vec<u8>> {
    fetch(&landing(url))
}

/// Where the sign-in page leads to.
pub(crate) fn landing(url: &str) -> String {
    let answer = fetch(url);
    let location = answer
        .headers()
        .get("location")
        .unwrap_or_else(|| panic!("{url} led nowhere: {answer:?}"));
    location.to_str().unwrap().to_owned()
}

fn fetch(url: &str) -> Response<Vec<u8>> {
    send(Request::get(url).body(Vec::new()).unwrap())
}

/// Sends a request, and reads the answer.
pub(crate) fn send(request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(Http::default().send(request)).unwrap()
}

/// A member of a JSON document.
pub(crate) fn member(document: &str, name: &str) -> serde_json::Value {
    let document: serde_json::Value =
        serde_json::from_str(document).unwrap_or_else(|e| panic!("{e}: {document}"));
    document.get(name).cloned().unwrap_or_default()
}

/// A profile file with a token and a sign-in.
pub(crate) const TWO_PROFILES: &str = "\
[dev]
host  = https://dev.cloud.databricks.com # the first one
token = dapi-canary

[console]
host       = https://accounts.cloud.databricks.com
account_id = acc-1
auth_type  = databricks-cli

[__settings__]
default_profile = dev
";

/// A machine with [`TWO_PROFILES`].
pub(crate) fn two_profiles() -> Machine {
    let machine = Machine::new();
    machine.write(".databrickscfg", TWO_PROFILES);
    machine
}

/// What was printed, with `<home>` for the folder that no two runs share.
pub(crate) fn shown(machine: &Machine, outcome: &Outcome) -> String {
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(!outcome.stdout.contains("canary"), "{}", outcome.stdout);
    let home = machine.home.path().to_str().unwrap();
    let said = outcome.stdout.replace('\\', "/");
    said.replace(&home.replace('\\', "/"), "<home>")
}

/// The mock with a personal access token `dapi-canary`.
pub(crate) fn with_token() -> Listening {
    let mock = mock();
    mock.with(|mock| {
        let users = &mut mock.setup().users;
        users[0].personal_tokens.push("dapi-canary".to_owned());
    });
    mock
}
