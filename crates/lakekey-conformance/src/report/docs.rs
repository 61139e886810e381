//! The tables of `docs/conformance.md`: what is covered and what can be switched off, the same for every run.

use std::fmt::Write;
use std::path::PathBuf;

use super::whole_gap;
use crate::case::{Finding, Wrong, there};
use crate::catalogue::Side;
use crate::doors;
use crate::gaps::Gaps;
use crate::sabotage;
use crate::suite::{self, Suite};
use crate::tables::Standing;

/// Rewrites the tables.
pub(crate) fn bless() -> Finding {
    let text = page()?;
    Ok(doors::write(&path(), with_tables(&text)?.as_bytes())?)
}

/// Whether the page has the tables as they would be written now.
pub(crate) fn is_current() -> Finding<bool> {
    let text = page()?;
    Ok(with_tables(&text)? == text)
}

fn page() -> Finding<String> {
    let bytes = there("docs/conformance.md", doors::read(&path())?)?;
    // A checkout on Windows may have turned the line ends.
    Ok(String::from_utf8(bytes)?.replace("\r\n", "\n"))
}

fn with_tables(page: &str) -> Finding<String> {
    let page = with_table(page, "table", &table())?;
    with_table(&page, "sabotage", &sabotage::docs::table())
}

/// The page with this table between the marks of that name.
fn with_table(page: &str, name: &str, table: &str) -> Finding<String> {
    let missing = || Wrong::new("docs/conformance.md has lost its marks");
    let [begin, end] = ["begin", "end"].map(|word| format!("<!-- {name}: {word} -->"));
    let (before, rest) = page.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

fn table() -> String {
    let head = "| Judged | Area | Facts | Covered | Tests | Differ | Gaps |\n|---|---|---:|---:|---:|---:|---:|\n";
    let mut table = head.to_owned();
    let mut sums = [0; 5];
    for (side, area) in suite::areas() {
        let numbers = numbers(side, area);
        let (judged, cells) = (side.judged(), cells(numbers));
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {judged} | {area} | {cells} |");
        sums.iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
    }
    table + &format!("| **all** | | {} |\n", cells(sums))
}

fn cells(numbers: [usize; 5]) -> String {
    numbers.map(|number| number.to_string()).join(" | ")
}

/// Facts, those with a case, tests, tests that differ, and facts, variants or tests that are gaps.
fn numbers(side: Side, area: &str) -> [usize; 5] {
    let entries: Vec<_> = suite::entries()
        .filter(|entry| entry.side == side && entry.area == area)
        .collect();
    let covered = entries.iter().filter(|entry| whole_gap(entry).is_none());
    let of_area = |id: &str| entries.iter().any(|entry| entry.id == id);
    let trials = Suite::get().trials.into_iter();
    let trials: Vec<_> = trials.filter(|trial| of_area(&trial.entry.id)).collect();
    let differ = trials
        .iter()
        .filter(|trial| matches!(trial.work.standing(), Standing::Differs(_)));
    let gaps = trials
        .iter()
        .filter(|trial| matches!(trial.work.standing(), Standing::Gap(_)));
    let uncovered = Gaps::get()
        .list
        .iter()
        .filter(|gap| of_area(gap.id.split('/').next().unwrap_or_default()));
    [
        entries.len(),
        covered.count(),
        trials.len(),
        differ.count(),
        gaps.count() + uncovered.count(),
    ]
}

fn path() -> PathBuf {
    doors::root().join("docs/conformance.md")
}
