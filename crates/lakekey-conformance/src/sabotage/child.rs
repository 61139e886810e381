//! A run of some cases in a program whose protections can be switched off.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use crate::case::{Finding, Wrong, there};
use crate::doors;

/// The runner of a test build; the command of that build lies beside it.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) runner: PathBuf,
    /// Where its reports go.
    pub(crate) folder: PathBuf,
}

/// What ran and what turned red, by name.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) tests: Vec<String>,
    pub(crate) red: Vec<String>,
    pub(crate) seconds: f64,
}

impl Child {
    /// Runs the cases that the filters choose, without the protections that are named in `off`.
    pub(crate) fn run(&self, off: &str, filters: &[&str]) -> Finding<Ran> {
        let started = doors::now();
        let folder = self
            .folder
            .join(if off.is_empty() { "baseline" } else { off });
        let report = folder.join("report.json");
        // A report of before must not be taken for this one's.
        if doors::read(&report)?.is_some() {
            doors::remove(&report)?;
        }
        let mut command = doors::command(&self.runner);
        command.arg("--report").arg(&folder);
        command.args(filters.iter().flat_map(|filter| ["--filter", filter]));
        command
            .env("LAKEKEY_SABOTAGE", off)
            .env("LAKEKEY_BIN", self.lakekey())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        wait(command.spawn()?)?;
        let seconds = started.elapsed().as_secs_f64();
        let Some(bytes) = doors::read(&report)? else {
            // No case of these names has a check yet.
            return Ok(Ran {
                tests: Vec::new(),
                red: Vec::new(),
                seconds,
            });
        };
        let report: Report = serde_json::from_slice(&bytes)?;
        Ok(report.ran(seconds))
    }

    fn lakekey(&self) -> PathBuf {
        let name = format!("lakekey{}", std::env::consts::EXE_SUFFIX);
        self.runner.parent().unwrap_or(Path::new("")).join(name)
    }
}

/// What a report says, as far as it matters here.
#[derive(Deserialize)]
struct Report {
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    id: String,
    variant: String,
    status: String,
}

impl Report {
    fn ran(self, seconds: f64) -> Ran {
        let ran = self.results.iter().filter(|it| it.status != "skipped");
        let name = |it: &Outcome| crate::coverage::name(&it.id, &it.variant);
        let is_red = |it: &&Outcome| ["failed", "vacuous"].contains(&it.status.as_str());
        Ran {
            tests: ran.clone().map(name).collect(),
            red: ran.filter(is_red).map(name).collect(),
            seconds,
        }
    }
}

fn wait(mut child: std::process::Child) -> Finding {
    let deadline = doors::now() + PATIENCE;
    while doors::now() < deadline {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    child.kill()?;
    there("the end of a killed program", child.wait().ok())?;
    Err(Wrong::new(format!(
        "a run did not end in {} s",
        PATIENCE.as_secs()
    )))
}

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// The only way to wait for a process with a deadline is to look again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
