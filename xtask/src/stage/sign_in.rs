//! A sign-in with the command line tool, and the person on the other side of it.

use std::io::BufReader;
use std::path::Path;
use std::process::{ChildStderr, Stdio};

use super::running::{first, rest};
use super::{Home, Running};
use crate::terminal::Failure;

/// `lakekey auth login --no-browser`, waiting for its answer.
#[derive(Debug)]
pub(crate) struct SignIn {
    running: Running,
    talk: BufReader<ChildStderr>,
    /// The address it asks the person to open.
    pub(crate) url: String,
}

/// How the sign-in ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    /// What it said after the address.
    pub(crate) talk: String,
}

impl SignIn {
    /// Starts it and reads the address it prints.
    pub(crate) fn start(home: &Home, lakekey: &Path, args: &[&str]) -> Result<Self, Failure> {
        let mut command = home.command(lakekey);
        command
            .args(["auth", "login", "--no-browser", "--timeout", "60s"])
            .args(args);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut running = Running::start(&mut command)?;
        let mut talk = BufReader::new(running.stderr()?);
        match first(&mut talk, authorize_url) {
            Ok(url) => Ok(Self { running, talk, url }),
            Err(said) => Err(Failure::new(format!(
                "`lakekey auth login` gave no address: {said}"
            ))),
        }
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Result<Finished, Failure> {
        let Self {
            running, mut talk, ..
        } = self;
        let talk = rest(&mut talk);
        Ok(Finished {
            code: running.wait()?.code,
            talk,
        })
    }
}

/// The address of an authorization request, if the line has one.
fn authorize_url(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let url = words.find(|word| word.starts_with("http") && word.contains("code_challenge="));
    url.map(str::to_owned)
}
