//! The table on the terminal.

use std::fmt::Write;

use super::{Run, seconds};
use crate::trial::Status;

/// A line for each area that ran, and a closing line.
pub(crate) fn of(run: &Run<'_>) -> String {
    let mut table = row([
        "side", "area", "cases", "tests", "passed", "failed", "skipped", "seconds",
    ]);
    for area in run.areas.iter().filter(|area| !area.cases.is_empty()) {
        let counted = [area.cases.len(), area.records().count()];
        let ended = [
            area.count(|status| status == Status::Passed),
            area.count(Status::is_bad),
            area.count(|status| status == Status::Skipped),
        ];
        let [cases, tests] = counted.map(|number| number.to_string());
        let [passed, failed, skipped] = ended.map(|number| number.to_string());
        let time = seconds(area.milliseconds());
        table += &row([
            area.side.name(),
            area.name,
            &cases,
            &tests,
            &passed,
            &failed,
            &skipped,
            &time,
        ]);
    }
    for complaint in run.complaints {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "error: {complaint}");
    }
    table + &closing(run)
}

fn closing(run: &Run<'_>) -> String {
    let gaps: usize = run.areas.iter().map(|area| area.gaps.len()).sum();
    format!(
        "\n{} passed, {} failed, {} skipped; {gaps} of the catalogue are known gaps; {:.1} s",
        run.count(|status| status == Status::Passed),
        run.count(Status::is_bad),
        run.count(|status| status == Status::Skipped),
        run.duration.as_secs_f64(),
    )
}

fn row(cells: [&str; 8]) -> String {
    let [side, area, numbers @ ..] = cells;
    let numbers = numbers.map(|number| format!("{number:>9}")).concat();
    format!("{side:<8}{area:<16}{}\n", numbers.trim_end())
}
