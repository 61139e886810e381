//! What a person sees while it runs: the one place of this crate that prints.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::trial::Record;

/// Prints a line on standard output.
pub(crate) fn say(line: impl Display) {
    // A closed standard output is no reason to stop.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Prints a line on standard error.
pub(crate) fn talk(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// How far a run has come: one line that is written over on a terminal, and the failures.
#[derive(Debug)]
pub(crate) struct Progress {
    all: usize,
    done: AtomicUsize,
    on_terminal: bool,
}

impl Progress {
    pub(crate) fn new(all: usize) -> Self {
        Self {
            all,
            done: AtomicUsize::new(0),
            on_terminal: io::stderr().is_terminal(),
        }
    }

    pub(crate) fn done(&self, record: &Record) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let mut stderr = io::stderr().lock();
        let clear = if self.on_terminal { "\r\x1b[K" } else { "" };
        if record.status.is_bad() {
            let detail = record.detail.as_deref().unwrap_or_default();
            let _ = writeln!(
                stderr,
                "{clear}{} {}: {detail}",
                record.status.name(),
                record.name()
            );
        }
        if self.on_terminal {
            let _ = write!(stderr, "{clear}{done} of {} · {}", self.all, record.name());
            let _ = stderr.flush();
        }
    }

    pub(crate) fn end(&self) {
        if self.on_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
