//! The calls with which the command changes or locks files below `.databricks`, seen and made to fail.
//!
//! A small program in C watches them, `fixtures/faults/syscalls.c`; Linux only.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use super::command::Lakekey;
use super::program::folder;
use super::{Home, Probe, Signal};
use crate::case::{Finding, Wrong, holds, there};
use crate::doors;

/// Which calls are chosen, and what happens to them instead.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    fault: String,
    names: String,
    first: usize,
    last: usize,
}

impl Calls {
    /// All go through, and are seen.
    pub(crate) fn watched() -> Self {
        Self::with("none")
    }

    /// They fail with this error number; 0: they do nothing and say that all is well.
    pub(crate) fn failing(errno: i32) -> Self {
        Self::with(&errno.to_string())
    }

    /// The program is killed before the first of them.
    pub(crate) fn killing() -> Self {
        Self::with("kill")
    }

    /// The program gets this signal while it is in the first of them.
    pub(crate) fn interrupting(signal: Signal) -> Self {
        Self::with(&format!("signal:{}", signal.exit() - 128))
    }

    /// Only calls of these names: `open`, `create` (of a file that must not be there yet), `mkdir`, `write`,
    /// `truncate`, `fsync`, `rename`, `link`, `unlink`, `chmod`, `flock`.
    pub(crate) fn named(mut self, names: &[&str]) -> Self {
        self.names = format!(",{},", names.join(","));
        self
    }

    /// Only the one that is the `number`th, counted from 1.
    pub(crate) fn only(mut self, number: usize) -> Self {
        (self.first, self.last) = (number, number);
        self
    }

    fn with(fault: &str) -> Self {
        Self {
            fault: fault.to_owned(),
            names: "all".to_owned(),
            first: 1,
            last: usize::MAX >> 1,
        }
    }
}

/// A call that was seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    /// Whether it was chosen.
    pub(crate) chosen: bool,
    pub(crate) name: String,
    /// The mode it gives, with no mask taken off.
    pub(crate) mode: Option<u32>,
    pub(crate) path: PathBuf,
}

impl Seen {
    /// The name of the file or folder; empty if it has none.
    pub(crate) fn file_name(&self) -> &str {
        let name = self.path.file_name().and_then(|name| name.to_str());
        name.unwrap_or_default()
    }
}

impl Lakekey {
    /// Watches its calls, and has those that are chosen fail. `log` names the file in the home folder for
    /// [`Probe::calls`].
    pub(crate) fn calls(self, home: &Path, calls: &Calls, log: &str) -> Finding<Self> {
        let log = home.join(log);
        let store = home.join(".databricks");
        let numbers = [calls.first, calls.last].map(|number| number.to_string());
        let words = [&calls.fault, &calls.names, &numbers[0], &numbers[1]];
        let arguments = [log.as_os_str(), store.as_os_str()]
            .into_iter()
            .chain(words.map(AsRef::as_ref));
        Ok(self.through(&watcher()?, arguments))
    }
}

impl Probe {
    /// The command with these arguments, its calls watched.
    pub(crate) fn watched(
        &mut self,
        arguments: &[&str],
        calls: &Calls,
        log: &str,
    ) -> Finding<Lakekey> {
        let lakekey = self.lakekey(arguments)?;
        lakekey.calls(self.home()?.path(), calls, log)
    }
}

impl Home {
    /// The calls that were seen, in their order.
    pub(crate) fn calls(&self, log: &str) -> Finding<Vec<Seen>> {
        let text = there("the list of the calls", self.read(log)?)?;
        text.lines().map(seen).collect()
    }

    /// Waits until a call of that name is seen.
    pub(crate) fn wait_for_call(&self, log: &str, name: &str) -> Finding {
        let (deadline, word) = (doors::now() + PATIENCE, format!(" {name} "));
        while doors::now() < deadline {
            if self.read(log)?.is_some_and(|text| text.contains(&word)) {
                return Ok(());
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        Err(Wrong::new(format!("`{name}` was never called")))
    }
}

fn seen(line: &str) -> Finding<Seen> {
    let mut words = line.splitn(4, ' ');
    let mut word = || there("a word of a call", words.next());
    let (mark, name, mode, path) = (word()?, word()?, word()?, word()?);
    Ok(Seen {
        chosen: mark == "!",
        name: name.to_owned(),
        mode: u32::from_str_radix(mode, 8).ok(),
        path: path.into(),
    })
}

/// The program that watches, built at its first use.
fn watcher() -> Finding<PathBuf> {
    static WATCHER: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| build().map_err(|wrong| wrong.0));
    WATCHER.clone().map_err(Wrong)
}

fn build() -> Finding<PathBuf> {
    let watcher = folder()?.join("conformance-syscalls");
    // Two runs at a time do not get into each other's way.
    let new = watcher.with_extension(std::process::id().to_string());
    let source = doors::root().join("fixtures/faults/syscalls.c");
    let mut compiler = doors::command(Path::new("cc"));
    let output = compiler.arg("-O1").arg("-o").arg(&new).arg(source).output();
    let output = output.map_err(|error| Wrong::from(error).during("cc, the C compiler"))?;
    holds(
        output.status.success(),
        String::from_utf8_lossy(&output.stderr),
    )?;
    doors::rename(&new, &watcher)?;
    Ok(watcher)
}

/// How long a call that must come may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The list can only be looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
