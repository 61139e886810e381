//! A script that answers every line on its standard input with one of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::stage::Running;
use crate::terminal::Failure;

/// A running script; it is stopped when the value is dropped.
pub(crate) struct Session {
    script: &'static str,
    stdin: ChildStdin,
    answers: Receiver<String>,
    stderr: ChildStderr,
    running: Running,
}

impl Session {
    /// Starts a script. `script` names it in failures.
    pub(super) fn start(script: &'static str, command: &mut Command) -> Result<Self, Failure> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = Running::start(command)?;
        let (sender, answers) = channel();
        let lines = BufReader::new(running.stdout()?).lines();
        // Ends with the script, or when nobody wants its answers any more.
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let (stdin, stderr) = (running.stdin()?, running.stderr()?);
        Ok(Self {
            script,
            stdin,
            answers,
            stderr,
            running,
        })
    }

    /// Lets the script work once and gives its answer.
    pub(crate) fn ask(&mut self) -> Result<Value, Failure> {
        self.tell();
        self.answer()
    }

    /// The script's answer to a question.
    pub(super) fn answer_to(&mut self, question: &Value) -> Result<Value, Failure> {
        self.write(&format!("{question}\n"));
        self.answer()
    }

    /// Lets the script work once.
    pub(crate) fn tell(&mut self) {
        self.write("\n");
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

    fn write(&mut self, text: &str) {
        // A script that has ended says why when its answer is missed.
        let _ = self.stdin.write_all(text.as_bytes());
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
pub(super) fn listed(answer: &Value) -> Vec<String> {
    let names = answer["names"].as_array().into_iter().flatten();
    names
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

/// Loading the packages alone takes up to 3 s on a small machine.
const PATIENCE: Duration = Duration::from_secs(60);
