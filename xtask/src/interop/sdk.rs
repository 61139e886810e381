//! The SDK in its virtual environment, and scripts that run in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::shell;
use crate::stage::{Home, Running};
use crate::terminal::{Failure, say};
use crate::workspace::{self, Metadata};

/// A Python that has the SDK.
#[derive(Debug)]
pub(crate) struct Sdk {
    python: PathBuf,
}

/// A script that answers every line on its standard input with one of its own.
pub(crate) struct Session {
    script: &'static str,
    stdin: ChildStdin,
    answers: Receiver<String>,
    stderr: ChildStderr,
    running: Running,
}

impl Sdk {
    /// Makes the virtual environment if it is not there yet.
    pub(crate) fn installed() -> Result<Self, Failure> {
        let folder = Metadata::read()?.output_folder("interop/python");
        let python = folder.join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        });
        let sdk = Self { python };
        if sdk.version().is_ok() {
            return Ok(sdk);
        }
        say("installing databricks-sdk");
        let system = if cfg!(windows) { "python" } else { "python3" };
        let folder = folder.to_string_lossy();
        shell::stdout(shell::command(system).args(["-m", "venv", "--clear", &folder]))?;
        let requirements = scripts().join("requirements.txt");
        let mut pip = shell::command(&sdk.python.to_string_lossy());
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        shell::stdout(pip.arg("--requirement").arg(requirements))?;
        Ok(sdk)
    }

    /// The version of the SDK.
    pub(crate) fn version(&self) -> Result<String, Failure> {
        let program = "from databricks.sdk.version import __version__; print(__version__)";
        let mut python = shell::command(&self.python.to_string_lossy());
        Ok(shell::stdout(python.args(["-c", program]))?
            .trim()
            .to_owned())
    }

    /// A value for `BROWSER` that lets a person of ours click through, in the background.
    pub(crate) fn browser(&self) -> String {
        let script = scripts().join("browser.py");
        format!("'{}' '{}' %s &", self.python.display(), script.display())
    }

    /// Starts a script in a home, with these variables beside the home's own.
    pub(crate) fn session(
        &self,
        home: &Home,
        script: &'static str,
        variables: &[(&str, &str)],
    ) -> Result<Session, Failure> {
        let mut command = home.command(&self.python);
        command
            .arg(scripts().join(script))
            .envs(variables.iter().copied());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = Running::start(&mut command)?;
        let (sender, answers) = channel();
        let lines = BufReader::new(running.stdout()?).lines();
        // Ends with the script, or when nobody wants its answers any more.
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let (stdin, stderr) = (running.stdin()?, running.stderr()?);
        Ok(Session {
            script,
            stdin,
            answers,
            stderr,
            running,
        })
    }
}

impl Session {
    /// Lets the script work once and gives its answer.
    pub(crate) fn ask(&mut self) -> Result<Value, Failure> {
        self.tell();
        self.answer()
    }

    /// Lets the script work once.
    pub(crate) fn tell(&mut self) {
        // A script that has ended says why when its answer is missed.
        let _ = self.stdin.write_all(b"\n");
    }

    /// The script's next answer.
    pub(crate) fn answer(&mut self) -> Result<Value, Failure> {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line)
                .map_err(|error| Failure::new(format!("{}: {error} in `{line}`", self.script))),
            Err(_) => Err(self.failure()),
        }
    }

    /// Lets a listing script work once and gives the names it prints.
    pub(crate) fn names(&mut self) -> Result<Vec<String>, Failure> {
        Ok(listed(&self.ask()?))
    }

    /// The end of a script that must fail.
    pub(crate) fn complaint(mut self) -> Result<String, Failure> {
        match self.ask() {
            Ok(answer) => Err(Failure::new(format!("{} answered {answer}", self.script))),
            Err(failure) => Ok(failure.to_string()),
        }
    }

    /// What the script left on standard error; it is stopped if it still runs.
    fn failure(&mut self) -> Failure {
        self.running.stop();
        let mut said = Vec::new();
        // A stream that breaks off has told what it could.
        let _ = self.stderr.read_to_end(&mut said);
        Failure::new(format!(
            "{} failed: {}",
            self.script,
            String::from_utf8_lossy(&said).trim_end()
        ))
    }
}

/// The names in the answer of a listing script.
pub(crate) fn listed(answer: &Value) -> Vec<String> {
    let names = answer["names"].as_array().into_iter().flatten();
    names
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

fn scripts() -> PathBuf {
    workspace::root().join(Path::new("xtask/interop/python"))
}

/// Importing the SDK alone takes up to 3 s on a small machine.
const PATIENCE: Duration = Duration::from_secs(60);
