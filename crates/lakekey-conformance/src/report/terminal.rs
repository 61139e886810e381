//! What a person sees while it runs: the one place of this crate that prints.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use crate::trial::{Record, Trial};

/// Prints a line on standard output.
pub(crate) fn say(line: impl Display) {
    // A closed standard output is no reason to stop.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Prints a line on standard error.
pub(crate) fn talk(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// How far a run has come, beside the failures: a bar on a terminal, elsewhere a line for each area that is done.
#[derive(Debug)]
pub(crate) struct Progress {
    all: usize,
    on_terminal: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    done: usize,
    failed: usize,
    /// The areas, with the tests that have not ended yet and those that failed.
    areas: BTreeMap<String, (usize, usize)>,
}

impl Progress {
    pub(crate) fn new(trials: &[Trial]) -> Self {
        let mut areas = BTreeMap::new();
        for trial in trials {
            areas.entry(area(trial)).or_insert((0, 0)).0 += 1;
        }
        Self {
            all: trials.len(),
            on_terminal: io::stderr().is_terminal(),
            state: Mutex::new(State {
                done: 0,
                failed: 0,
                areas,
            }),
        }
    }

    pub(crate) fn done(&self, trial: &Trial, record: &Record) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bad = usize::from(record.status.is_bad());
        state.done += 1;
        state.failed += bad;
        let name = area(trial);
        let (left, failed) = state.areas.entry(name.clone()).or_default();
        *left = left.saturating_sub(1);
        *failed += bad;
        let (left, failed) = (*left, *failed);
        let clear = if self.on_terminal { CLEAR } else { "" };
        if bad > 0 {
            let detail = record.detail.as_deref().unwrap_or_default();
            talk(format_args!(
                "{clear}{} {}: {detail}",
                record.status.name(),
                record.name()
            ));
        }
        if self.on_terminal {
            let line = bar(state.done, self.all, state.failed);
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "{clear}{line} {}", record.name());
            let _ = stderr.flush();
        } else if left == 0 {
            let outcome = if failed == 0 {
                "ok".to_owned()
            } else {
                format!("{failed} failed")
            };
            talk(format_args!(
                "{:>4} of {}  {name:<24} {outcome}",
                state.done, self.all
            ));
        }
    }

    pub(crate) fn end(&self) {
        if self.on_terminal {
            let _ = write!(io::stderr().lock(), "{CLEAR}");
        }
    }
}

fn area(trial: &Trial) -> String {
    format!("{} {}", trial.entry.side.name(), trial.entry.area)
}

/// `██████░░░░ 120 of 200, 3 failed`
fn bar(done: usize, all: usize, failed: usize) -> String {
    let full = WIDTH * done / all.max(1);
    let (full, empty) = ("█".repeat(full), "░".repeat(WIDTH - full.min(WIDTH)));
    let failed = if failed == 0 {
        String::new()
    } else {
        format!(", {failed} failed")
    };
    format!("{full}{empty} {done} of {all}{failed}")
}

/// Back to the beginning of the line, and nothing on it.
const CLEAR: &str = "\r\x1b[K";
const WIDTH: usize = 24;

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn the_bar_fills_and_counts_failures() {
        assert_eq!(bar(0, 4, 0), "░".repeat(24) + " 0 of 4");
        assert_eq!(bar(1, 4, 0), "█".repeat(6) + &"░".repeat(18) + " 1 of 4");
        assert_eq!(bar(4, 4, 2), "█".repeat(24) + " 4 of 4, 2 failed");
    }
}
