//! Every switch in turn: `target/conformance/sabotage.json` and the table on the terminal.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::child::Child;
use super::row::{Row, Verdict};
use super::{SWITCHES, Switch};
use crate::case::{Finding, Wrong, holds};
use crate::report::terminal;
use crate::{doors, report};

/// What became of each switch, and when.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Matrix {
    version: u32,
    /// The commit that was judged, with `-dirty` if it had been changed.
    pub(crate) commit: String,
    /// When, in UTC.
    pub(crate) date: String,
    /// How many tests passed with every protection on.
    pub(crate) baseline: usize,
    pub(crate) rows: Vec<Row>,
}

/// How much runs for each switch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Extent {
    /// The cases that must notice, and their neighbours.
    Whole,
    /// The cases that must notice.
    Named,
}

impl Matrix {
    /// Runs the baseline, in which nothing may be red, then each switch.
    pub(crate) fn run(
        child: &Child,
        switches: &[&Switch],
        extent: Extent,
        done: impl Fn(&Row),
    ) -> Finding<Self> {
        let filters = |switch: &Switch| {
            let beside = if extent == Extent::Whole {
                switch.beside
            } else {
                &[]
            };
            [switch.noticed_by, beside].concat()
        };
        let all: BTreeSet<_> = switches.iter().flat_map(|switch| filters(switch)).collect();
        let baseline = child.run("", &Vec::from_iter(all))?;
        holds(
            baseline.red.is_empty(),
            format!(
                "with every protection on, these are red: {}",
                baseline.red.join(", ")
            ),
        )?;
        let mut rows = Vec::with_capacity(switches.len());
        for switch in switches {
            let ran = child.run(switch.name, &filters(switch));
            let ran = ran.map_err(|wrong| wrong.during(switch.name))?;
            let row = Row::of(switch, &ran.tests, &ran.red, ran.seconds);
            done(&row);
            rows.push(row);
        }
        Ok(Self {
            version: 1,
            commit: report::commit(),
            date: report::date::now(),
            baseline: baseline.tests.len(),
            rows,
        })
    }

    /// The matrix of the last run of all switches, if there is one.
    pub(crate) fn read(folder: &Path) -> Finding<Option<Self>> {
        let bytes = doors::read(&folder.join(FILE))?;
        // One of another version of this program is none.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Fails unless every row is red.
    pub(crate) fn judge(&self) -> Finding {
        let bad = self.rows.iter().filter(|row| row.verdict() != Verdict::Red);
        let bad: Vec<_> = bad
            .map(|row| format!("{} ({})", row.switch, row.words()))
            .collect();
        holds(
            bad.is_empty(),
            format!("nobody notices: {}", bad.join("; ")),
        )
    }

    fn closing(&self) -> String {
        let count = |verdict| {
            self.rows
                .iter()
                .filter(|row| row.verdict() == verdict)
                .count()
        };
        format!(
            "\n{} switches: {} red, {} green, {} waiting; {} tests pass with every protection on",
            self.rows.len(),
            count(Verdict::Red),
            count(Verdict::Green),
            count(Verdict::Waiting),
            self.baseline,
        )
    }
}

/// Runs the switches of these names, or all; prints the table and, of all, leaves `sabotage.json`.
pub(crate) fn main(names: &[String]) -> Finding<bool> {
    if !cfg!(feature = "sabotage") {
        return Err(Wrong::new(
            "nothing can be switched off in this build: `cargo xtask sabotage` makes one",
        ));
    }
    let switches = super::named(names)?;
    let folder = report::folder();
    let child = Child {
        runner: std::env::current_exe()?,
        folder: folder.join("sabotage"),
    };
    terminal::say(HEADING);
    let matrix = Matrix::run(&child, &switches, Extent::Whole, |row| {
        terminal::say(line(row));
    })?;
    terminal::say(matrix.closing());
    if switches.len() == SWITCHES.len() {
        let path = folder.join(FILE);
        doors::write(
            &path,
            (serde_json::to_string_pretty(&matrix)? + "\n").as_bytes(),
        )?;
        terminal::talk(format_args!("matrix: {}", path.display()));
    }
    matrix.judge().map(|()| true)
}

fn line(row: &Row) -> String {
    format!(
        "{:<18} {:<9} {:<8} {:>5} {:>7.1}  {}",
        row.switch,
        row.judged,
        row.verdict().name(),
        row.tests,
        row.seconds,
        row.words(),
    )
}

const HEADING: &str = "switch             judged    result   tests seconds  noticed by";
const FILE: &str = "sabotage.json";
