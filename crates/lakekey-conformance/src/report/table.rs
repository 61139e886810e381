//! The table on the terminal.

use std::fmt::Write;

use super::{Run, seconds};
use crate::trial::Status;

/// A line for each area that ran, and a closing line.
pub(crate) fn of(run: &Run<'_>) -> String {
    let mut table = row([
        "side", "area", "cases", "tests", "passed", "differs", "gaps", "failed", "skipped",
        "seconds",
    ]);
    for area in run.areas.iter().filter(|area| !area.cases.is_empty()) {
        let counted = [area.cases.len(), area.records().count()];
        let [cases, tests] = counted.map(|number| number.to_string());
        let [passed, differs, gaps, failed, skipped] =
            ended(|is| area.count(is)).map(|number| number.to_string());
        let time = seconds(area.milliseconds());
        table += &row([
            area.side.name(),
            area.name,
            &cases,
            &tests,
            &passed,
            &differs,
            &gaps,
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
    let uncovered: usize = run.areas.iter().map(|area| area.gaps.len()).sum();
    let [passed, differs, gaps, failed, skipped] = ended(|is| run.count(is));
    format!(
        "\n{passed} passed, {differs} differ on purpose, {gaps} known gaps, {failed} failed, {skipped} skipped; \
         {uncovered} facts have no case yet; {:.1} s",
        run.duration.as_secs_f64(),
    )
}

/// How many ended in which way: passed, differing, known gaps, failed, skipped.
fn ended(count: impl Fn(fn(Status) -> bool) -> usize) -> [usize; 5] {
    [
        count(|status| status == Status::Passed),
        count(|status| status == Status::Differs),
        count(|status| status == Status::Gap),
        count(Status::is_bad),
        count(|status| status == Status::Skipped),
    ]
}

fn row(cells: [&str; 10]) -> String {
    let [side, area, numbers @ ..] = cells;
    let numbers = numbers.map(|number| format!("{number:>9}")).concat();
    format!("{side:<8}{area:<16}{}\n", numbers.trim_end())
}
