//! A case on the page: the fact, its variants, and what was sent in each.

use std::cell::Cell;

use super::cites::cited;
use super::{diagram, time};
use crate::catalogue::{Entry, Level};
use crate::report::escaped;
use crate::trial::Record;

/// How much the diagrams of a page may weigh.
#[derive(Debug)]
pub(super) struct Room(Cell<usize>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Cell::new(MOST_DRAWINGS))
    }

    /// The text, if there is still room for it.
    fn take(&self, text: String) -> Option<String> {
        let left = self.0.get().checked_sub(text.len())?;
        self.0.set(left);
        Some(text)
    }
}

pub(super) fn of(entry: &Entry, records: &[&Record], room: &Room) -> String {
    let bad = records.iter().any(|record| record.status.is_bad());
    let mut states: Vec<_> = records.iter().map(|record| record.status.name()).collect();
    states.dedup();
    let variants: String = records.iter().map(|record| variant(record)).collect();
    let journeys: String = records.iter().map(|record| journey(record, room)).collect();
    format!(
        "<article id=\"{id}\" class=\"{class}\" data-states=\"{states}\"><h3><a href=\"#{id}\">{id}</a> \
         <small>{level}</small></h3><p>{statement}</p><p class=\"cites\">{cites}</p>\
         <ul class=\"variants\">{variants}</ul>{journeys}</article>\n",
        id = entry.id,
        class = if bad { "bad" } else { "good" },
        states = states.join(" "),
        level = level(entry.level),
        statement = escaped(&entry.statement),
        cites = cited(&entry.rfc),
    )
}

fn variant(record: &Record) -> String {
    let name = if record.variant.is_empty() {
        record.status.name()
    } else {
        &record.variant
    };
    let name = escaped(name);
    let name = if record.journey.is_empty() {
        name
    } else {
        format!("<a href=\"#{}\">{name}</a>", anchor(record))
    };
    let kind = record.kind.as_ref();
    let kind = kind.map(|kind| format!(" <span class=\"kind\">{}</span>", escaped(&cut(kind))));
    let detail = record.detail.as_ref();
    let detail = detail.map(|detail| format!("<pre>{}</pre>", escaped(&cut(detail))));
    format!(
        "<li class=\"{status}\" title=\"{status}, {}\">{name}{}{}</li>",
        time(record.milliseconds),
        kind.unwrap_or_default(),
        detail.unwrap_or_default(),
        status = record.status.name(),
    )
}

/// What was sent: the diagram, or the list where the page has become too heavy.
fn journey(record: &Record, room: &Room) -> String {
    if record.journey.is_empty() {
        return String::new();
    }
    let drawn = room.take(diagram::of(&record.journey));
    let told = drawn.or_else(|| room.take(diagram::list(&record.journey)));
    let told = told
        .unwrap_or_else(|| "<p class=\"more\">left out: the page is large enough</p>".to_owned());
    let name = if record.variant.is_empty() {
        "sequence"
    } else {
        &record.variant
    };
    format!(
        "<details class=\"journey\" id=\"{}\"><summary>{}</summary>{told}</details>",
        anchor(record),
        escaped(name),
    )
}

/// The name of a test as the fragment of an address.
fn anchor(record: &Record) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    record.name().chars().map(plain).collect::<String>() + "-sent"
}

/// Not more than anybody reads.
fn cut(text: &str) -> String {
    let mut kept: String = text.chars().take(LONGEST).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    }
}

/// In bytes. A page of all cases has room for twice as many as there are.
const MOST_DRAWINGS: usize = 8 << 20;
const LONGEST: usize = 2_000;
