//! The table of `docs/conformance.md`: what is covered, the same for every run.

use std::fmt::Write;
use std::path::PathBuf;

use super::whole_gap;
use crate::case::{Finding, Wrong, there};
use crate::catalogue::{Catalogue, Side};
use crate::doors;
use crate::gaps::Gaps;

/// Rewrites the table.
pub(crate) fn bless() -> Finding {
    let text = page()?;
    Ok(doors::write(&path(), with_table(&text)?.as_bytes())?)
}

/// Whether the page has the table as it would be written now.
pub(crate) fn is_current() -> Finding<bool> {
    let text = page()?;
    Ok(with_table(&text)? == text)
}

fn page() -> Finding<String> {
    let bytes = there("docs/conformance.md", doors::read(&path())?)?;
    // A checkout on Windows may have turned the line ends.
    Ok(String::from_utf8(bytes)?.replace("\r\n", "\n"))
}

fn with_table(page: &str) -> Finding<String> {
    let missing = || Wrong::new("docs/conformance.md has lost its marks");
    let (before, rest) = page.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", table()))
}

fn table() -> String {
    let mut table =
        "| Judged | Area | Facts | Covered | Tests | Gaps |\n|---|---|---:|---:|---:|---:|\n"
            .to_owned();
    let mut sums = [0; 4];
    for (side, area) in Catalogue::get().areas() {
        let numbers = numbers(side, area);
        let [facts, covered, tests, gaps] = numbers;
        let judged = if side == Side::Client {
            "lakekey"
        } else {
            "the mock"
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {judged} | {area} | {facts} | {covered} | {tests} | {gaps} |"
        );
        sums.iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
    }
    let [facts, covered, tests, gaps] = sums;
    table + &format!("| **all** | | {facts} | {covered} | {tests} | {gaps} |\n")
}

/// Facts, those with a case, tests, and facts or variants without one.
fn numbers(side: Side, area: &str) -> [usize; 4] {
    let entries = Catalogue::get().entries.iter();
    let entries: Vec<_> = entries
        .filter(|entry| entry.side == side && entry.area == area)
        .collect();
    let covered = entries.iter().filter(|entry| whole_gap(entry).is_none());
    let cases = crate::cases::all();
    let of_area = |id: &str| entries.iter().any(|entry| entry.id == id);
    let tests = cases
        .iter()
        .filter(|case| of_area(case.id))
        .map(|case| case.variants().len());
    let gaps = Gaps::get()
        .list
        .iter()
        .filter(|gap| of_area(gap.id.split('/').next().unwrap_or_default()));
    [entries.len(), covered.count(), tests.sum(), gaps.count()]
}

fn path() -> PathBuf {
    doors::root().join("docs/conformance.md")
}

const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";
