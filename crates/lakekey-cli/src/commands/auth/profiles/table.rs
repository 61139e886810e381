//! The profiles as people read them.

use std::fmt::Write as _;

use super::check::Outcome;
use super::row::Row;
use crate::render::{DIM, ERROR, GOOD, STRONG, clean, details};

/// A table of the profiles; below it, what is wrong with those that do not work.
pub(super) fn text(rows: &[Row], outcomes: &[Outcome]) -> String {
    let cells: Vec<_> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let contents = cells.iter().map(|row| row[column].chars().count());
        contents.chain([HEAD[column].len()]).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    let head = line(&HEAD.map(str::to_owned), widths);
    let valid = if outcomes.is_empty() { "" } else { "  VALID" };
    let _ = writeln!(text, "{DIM}{}{DIM:#}", format!("{head}{valid}").trim_end());
    for (at, row) in cells.iter().enumerate() {
        let line = line(row, widths);
        let (name, rest) = line.split_at(row[0].len());
        let valid = outcomes.get(at).map_or_else(String::new, verdict);
        let _ = writeln!(
            text,
            "{STRONG}{name}{STRONG:#}{}",
            format!("{rest}{valid}").trim_end()
        );
    }
    for (row, outcome) in rows.iter().zip(outcomes) {
        if let Err(error) = &outcome.found {
            let name = clean(&row.name);
            let fact = clean(&error.to_string());
            let _ = write!(
                text,
                "\n{STRONG}{name}{STRONG:#}: {fact}{}\n",
                details(error)
            );
        }
    }
    text
}

fn cells(row: &Row) -> [String; 4] {
    let or_none = |text: Option<&str>| {
        text.filter(|text| !text.is_empty())
            .map_or("-".to_owned(), clean)
    };
    let mark = if row.is_default { " (default)" } else { "" };
    [
        format!("{}{mark}", clean(&row.name)),
        or_none(row.host.as_deref()),
        or_none(row.kind),
        or_none(Some(&row.auth_type)),
    ]
}

fn line(cells: &[String; 4], widths: [usize; 4]) -> String {
    let padded: Vec<_> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell:width$}"))
        .collect();
    padded.join("  ")
}

fn verdict(outcome: &Outcome) -> String {
    match &outcome.found {
        Ok(who) => {
            let user = who
                .user
                .as_deref()
                .map_or_else(String::new, |user| format!(", {}", clean(user)));
            format!("  {GOOD}yes{GOOD:#}{user}")
        }
        Err(_) => format!("  {ERROR}no{ERROR:#}"),
    }
}

const HEAD: [&str; 4] = ["NAME", "HOST", "KIND", "AUTH TYPE"];
