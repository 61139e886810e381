//! A sign-in with the command line tool, and the person on the other side of it.

use std::io::BufReader;
use std::path::Path;
use std::process::{ChildStderr, Stdio};

use super::running::{first, rest};
use super::{Home, Running, ensure};
use crate::loopback;
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
        Self::start_with(home, lakekey, args, &[])
    }

    /// The same, with these variables beside the home's own.
    pub(crate) fn start_with(
        home: &Home,
        lakekey: &Path,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let mut command = home.command(lakekey);
        command.envs(variables.iter().copied());
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

    /// Signs a profile in at a mock that allows everything at once.
    pub(crate) fn approved(
        home: &Home,
        lakekey: &Path,
        host: &str,
        profile: &str,
    ) -> Result<(), Failure> {
        let sign_in = Self::start(home, lakekey, &["--host", host, "--profile", profile])?;
        loopback::follow(&sign_in.url)?;
        let finished = sign_in.finish()?;
        ensure(finished.code == 0, || {
            format!("`lakekey auth login` failed: {}", finished.talk)
        })
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
