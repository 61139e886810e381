//! A program in the place of the browser: a script of the shell that takes note of what it is given.

use std::thread;
use std::time::Duration;

use crate::case::{Finding, Wrong};
use crate::doors;
use crate::probe::{Home, Lakekey, Probe};

/// The script, and what it leaves behind in the home folder.
#[derive(Debug)]
pub(super) struct Opener {
    script: std::path::PathBuf,
    addresses: std::path::PathBuf,
}

impl Opener {
    /// A script that writes down the address, with everything else it knows, and then does this.
    pub(super) fn that(home: &Home, does: &str) -> Finding<Self> {
        let text = format!(
            "here=\"$HOME\"\ntr '\\0' '\\n' </proc/self/environ >\"$here/{ENVIRONMENT}\" 2>/dev/null\n\
             printf '%s\\n' \"$#\" \"$@\" >>\"$here/{ADDRESSES}\"\n{does}\n"
        );
        home.write(SCRIPT, text)?;
        home.remove(ADDRESSES)?;
        Ok(Self {
            script: home.file(SCRIPT),
            addresses: home.file(ADDRESSES),
        })
    }

    /// The command with this for its browser.
    pub(super) fn of(&self, lakekey: Lakekey) -> Lakekey {
        lakekey.env("BROWSER", &format!("sh {}", self.script.display()))
    }

    /// What it was given so far: how many arguments, and these; nothing if it was never started.
    pub(super) fn addresses(&self) -> Finding<Vec<String>> {
        let text = doors::read(&self.addresses)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Waits until it has written down what it was given.
    pub(super) fn wait(&self) -> Finding<Vec<String>> {
        let deadline = doors::now() + PATIENCE;
        while doors::now() < deadline {
            let found = self.addresses()?;
            if found.len() > 1 {
                return Ok(found);
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        Err(Wrong::new("the browser was never opened"))
    }

    /// The environment it was started with, a line a variable.
    pub(super) fn environment(probe: &mut Probe) -> Finding<Vec<String>> {
        let text = probe.home()?.read(ENVIRONMENT)?.unwrap_or_default();
        Ok(text.lines().map(str::to_owned).collect())
    }
}

const SCRIPT: &str = "browser.sh";
const ADDRESSES: &str = "opened";
const ENVIRONMENT: &str = "environment";
/// How long a program that must come may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A file can only be looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
