//! `report.json`: for other programs.

use serde::Serialize;

use super::Run;
use crate::case::Finding;
use crate::trial::Record;

pub(super) fn of(run: &Run<'_>) -> Finding<String> {
    let gaps = run.areas.iter().flat_map(|area| &area.gaps);
    let document = Document {
        version: 1,
        whole: run.whole,
        good: run.is_good(),
        seconds: run.duration.as_secs_f64(),
        results: run.records().collect(),
        gaps: gaps
            .map(|(entry, gap)| Gap {
                id: &entry.id,
                reason: &gap.reason,
            })
            .collect(),
        untripped_rules: run.untripped,
        complaints: run.complaints,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    whole: bool,
    good: bool,
    seconds: f64,
    results: Vec<&'a Record>,
    gaps: Vec<Gap<'a>>,
    untripped_rules: &'a [&'static str],
    complaints: &'a [String],
}

#[derive(Serialize)]
struct Gap<'a> {
    id: &'a str,
    reason: &'a str,
}
