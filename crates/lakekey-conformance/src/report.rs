//! What a run leaves for people and for other programs.

pub(crate) mod date;
pub(crate) mod docs;
mod html;
mod json;
mod junit;
pub(crate) mod table;
pub(crate) mod terminal;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::case::Finding;
use crate::catalogue::{Entry, Side};
use crate::doors;
use crate::gaps::{Gap, Gaps};
use crate::sabotage::matrix::Matrix;
use crate::suite::{self, Verdict};
use crate::trial::{Record, Status};

/// A run, sorted for reports.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) areas: Vec<Area<'a>>,
    pub(crate) complaints: &'a [String],
    pub(crate) untripped: &'a [&'static str],
    /// Whether every case ran.
    pub(crate) whole: bool,
    pub(crate) duration: Duration,
    pub(crate) facts: Facts,
}

/// Of what a run is, and when it was.
#[derive(Debug)]
pub(crate) struct Facts {
    /// In UTC.
    pub(crate) date: String,
    pub(crate) commit: String,
    /// The program in the place of `lakekey`.
    pub(crate) subject: Option<String>,
}

impl Facts {
    /// Those of this moment and this working copy.
    pub(crate) fn now(subject: Option<String>) -> Self {
        Self {
            date: date::now(),
            commit: commit(),
            subject,
        }
    }
}

/// What an area holds, and how it went.
#[derive(Debug)]
pub(crate) struct Area<'a> {
    pub(crate) side: Side,
    pub(crate) name: &'a str,
    /// The entries that ran, each with the records of its variants.
    pub(crate) cases: Vec<(&'a Entry, Vec<&'a Record>)>,
    /// The facts of the catalogue that no case covers, with the reason.
    pub(crate) gaps: Vec<(&'a Entry, &'a Gap)>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        records: &'a [Record],
        verdict: &'a Verdict,
        whole: bool,
        duration: Duration,
        facts: Facts,
    ) -> Self {
        Self {
            areas: suite::areas()
                .into_iter()
                .map(|(side, name)| Area::of(side, name, records))
                .collect(),
            complaints: &verdict.complaints,
            untripped: &verdict.untripped,
            whole,
            duration,
            facts,
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &'a Record> {
        let cases = self.areas.iter().flat_map(|area| &area.cases);
        cases.flat_map(|(_, records)| records.iter().copied())
    }

    pub(crate) fn count(&self, is: impl Fn(Status) -> bool) -> usize {
        self.records().filter(|record| is(record.status)).count()
    }

    /// Whether nothing failed and nothing is amiss.
    pub(crate) fn is_good(&self) -> bool {
        self.complaints.is_empty() && self.count(Status::is_bad) == 0
    }
}

impl<'a> Area<'a> {
    fn of(side: Side, name: &'a str, records: &'a [Record]) -> Self {
        let entries = suite::entries().filter(|entry| entry.side == side && entry.area == name);
        let entries: Vec<_> = entries.collect();
        let of = |entry: &Entry| {
            records
                .iter()
                .filter(|record| record.id == entry.id)
                .collect::<Vec<_>>()
        };
        let cases = entries.iter().map(|entry| (*entry, of(entry)));
        let gaps = entries
            .iter()
            .filter_map(|entry| Some((*entry, whole_gap(entry)?)));
        Self {
            side,
            name,
            cases: cases.filter(|(_, records)| !records.is_empty()).collect(),
            gaps: gaps.collect(),
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &'a Record> {
        self.cases
            .iter()
            .flat_map(|(_, records)| records.iter().copied())
    }

    pub(crate) fn count(&self, is: impl Fn(Status) -> bool) -> usize {
        self.records().filter(|record| is(record.status)).count()
    }

    pub(crate) fn milliseconds(&self) -> u64 {
        self.records().map(|record| record.milliseconds).sum()
    }
}

/// The gap that leaves the whole entry uncovered.
fn whole_gap(entry: &Entry) -> Option<&'static Gap> {
    Gaps::get().list.iter().find(|gap| gap.id == entry.id)
}

/// Writes report.json, junit.xml and report.html.
pub(crate) fn write(run: &Run<'_>, folder: &Path) -> Finding {
    doors::write(&folder.join("report.json"), json::of(run)?.as_bytes())?;
    doors::write(&folder.join("junit.xml"), junit::of(run).as_bytes())?;
    let sabotage = Matrix::read(&self::folder())?;
    let page = html::of(run, sabotage.as_ref());
    doors::write(&folder.join("report.html"), page.as_bytes())?;
    Ok(())
}

/// `conformance/` in the target folder.
pub(crate) fn folder() -> PathBuf {
    let target = doors::variable("CARGO_TARGET_DIR").map(PathBuf::from);
    target
        .unwrap_or_else(|| doors::root().join("target"))
        .join("conformance")
}

/// The commit of the working copy, with `-dirty` if it has been changed; empty where git cannot tell.
pub(crate) fn commit() -> String {
    let arguments = [
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
        "--exclude=*",
    ];
    let mut git = doors::command(Path::new("git"));
    let told = git.args(arguments).current_dir(doors::root()).output();
    let told = told.ok().filter(|told| told.status.success());
    told.map_or_else(String::new, |told| {
        String::from_utf8_lossy(&told.stdout).trim().to_owned()
    })
}

/// The text with the characters that mean something in XML and HTML written out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // XML cannot hold other control characters at all.
            control if control.is_control() && control != '\n' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}
