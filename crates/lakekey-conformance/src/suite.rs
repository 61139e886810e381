//! All trials, and what must be true of a run as a whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, Entry, Side};
use crate::coverage;
use crate::report::docs;
use crate::tables;
use crate::threats;
use crate::trial::{Record, Status, Trial, Work};

/// Every trial of this crate: in the order of the catalogue, then those of the tables.
#[derive(Debug)]
pub struct Suite {
    /// The trials, to be run in any order and number.
    pub trials: Vec<Trial>,
}

impl Suite {
    /// The suite. A case whose id is not in the catalogue has no trial; [`Suite::complaints`] names it.
    pub fn get() -> Self {
        let cases = crate::cases::all();
        let entries = Catalogue::get().entries.iter();
        let trials = entries.flat_map(|entry| {
            let covering = cases.iter().filter(|case| case.id == entry.id);
            let checks = covering.flat_map(|case| case.variants());
            checks.map(move |(variant, check)| Trial {
                entry,
                variant,
                work: Work::Check(check),
            })
        });
        Self {
            trials: trials.chain(of_tables()).collect(),
        }
    }

    /// What is wrong before anything ran: with the cases, the catalogue, the known gaps, the tables or the
    /// pages about them.
    pub fn complaints() -> Vec<String> {
        let mut complaints = coverage::complaints();
        complaints.extend(tables::complaints());
        match threats::complaints() {
            Ok(found) => complaints.extend(found),
            Err(wrong) => complaints.push(wrong.0),
        }
        match docs::is_current() {
            Ok(true) => {}
            Ok(false) => complaints.push(
                "docs/conformance.md is out of date: `cargo xtask conformance --bless`".to_owned(),
            ),
            Err(wrong) => complaints.push(wrong.0),
        }
        complaints
    }
}

/// What is reported on: the facts of the catalogue, then the tables.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry> {
    let tables = tables::all().iter().map(|table| &table.entry);
    Catalogue::get().entries.iter().chain(tables)
}

/// The areas with their side: those that judge lakekey first, else in the order in which they first appear.
pub(crate) fn areas() -> Vec<(Side, &'static str)> {
    let mut areas = Vec::new();
    for entry in entries() {
        let area = (entry.side, entry.area.as_str());
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas.sort_by_key(|(side, _)| *side == Side::Server);
    areas
}

fn of_tables() -> impl Iterator<Item = Trial> {
    tables::all().iter().flat_map(|table| {
        table.rows.iter().map(|row| Trial {
            entry: &table.entry,
            variant: &row.id,
            work: Work::Row(row),
        })
    })
}

/// What a whole run comes to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// What is wrong with the run as a whole, beside the trials that failed.
    pub complaints: Vec<String>,
    /// Rules of the mock that said no to nobody.
    pub untripped: Vec<&'static str>,
}

impl Verdict {
    /// Judges a run of all trials.
    pub fn of_all(records: &[Record]) -> Self {
        let untripped = untripped(records);
        let never = untripped
            .iter()
            .map(|rule| format!("no case trips the mock's rule `{rule}`"));
        let mut complaints = Suite::complaints();
        complaints.extend(vacuous(records));
        complaints.extend(never);
        Self {
            complaints,
            untripped,
        }
    }

    /// Judges a run of some trials: nothing can be said about those that did not run.
    pub fn of_some() -> Self {
        Self {
            complaints: Suite::complaints(),
            untripped: Vec::new(),
        }
    }
}

/// Cases that name a fault which happened in none of their variants. Where a variant was skipped, it may
/// have been the one.
fn vacuous(records: &[Record]) -> Vec<String> {
    let skipped = records
        .iter()
        .filter(|record| record.status == Status::Skipped);
    let skipped: BTreeSet<_> = skipped.map(|record| &record.id).collect();
    let mut hits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in records.iter().filter(|it| !skipped.contains(&it.id)) {
        let hit = record.fault_hits.iter().filter(|(_, hits)| **hits > 0);
        hits.entry(&record.id)
            .or_default()
            .extend(hit.map(|(name, _)| name.as_str()));
    }
    let entries = Catalogue::get().entries.iter();
    let named = entries.filter_map(|entry| Some((entry, hits.get(entry.id.as_str())?)));
    named
        .flat_map(|(entry, hits)| never_happened(entry, hits))
        .collect()
}

fn never_happened(entry: &Entry, hits: &BTreeSet<&str>) -> Vec<String> {
    let never = entry
        .faults
        .iter()
        .filter(|fault| !hits.contains(fault.as_str()));
    never
        .map(|fault| format!("{}: the fault `{fault}` happened in no variant", entry.id))
        .collect()
}

fn untripped(records: &[Record]) -> Vec<&'static str> {
    let tripped: BTreeSet<_> = records.iter().flat_map(|record| &record.rules).collect();
    let rules = lakekey_mock::rules().iter().map(|rule| rule.id);
    rules.filter(|rule| !tripped.contains(rule)).collect()
}
