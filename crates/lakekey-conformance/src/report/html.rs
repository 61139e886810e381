//! `report.html`: one page that needs nothing else.

mod case;
mod cites;
mod diagram;
mod matrix;

use std::time::Duration;

use self::case::Room;
use super::{Area, Run, escaped};
use crate::catalogue::Entry;
use crate::gaps::Gap;
use crate::sabotage::matrix::Matrix;
use crate::trial::Status;

pub(super) fn of(run: &Run<'_>, sabotage: Option<&Matrix>) -> String {
    let room = Room::new();
    let areas = || run.areas.iter().filter(|area| !area.cases.is_empty());
    let gaps = run.areas.iter().flat_map(|area| &area.gaps);
    let gaps: String = gaps.map(|(entry, gap)| gap_row(entry, gap)).collect();
    let parts = [
        ("{{style}}", STYLE.to_owned()),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{verdict}}", verdict(run).to_owned()),
        ("{{facts}}", facts(run)),
        ("{{tiles}}", tiles(run)),
        ("{{complaints}}", complaints(run)),
        ("{{overview}}", areas().map(overview).collect()),
        ("{{sabotage}}", matrix::of(sabotage)),
        ("{{gaps}}", gaps),
        (
            "{{areas}}",
            areas().map(|area| section(area, &room)).collect(),
        ),
    ];
    filled(TEMPLATE, &parts)
}

/// The template with its marks replaced; what is put in is not searched for marks.
fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        let (before, from) = rest.split_at(at);
        page += before;
        let part = parts.iter().find(|(mark, _)| from.starts_with(mark));
        let (mark, text) = part.map_or(("{{", "{{"), |(mark, text)| (*mark, text));
        page += text;
        rest = &from[mark.len()..];
    }
    page + rest
}

fn verdict(run: &Run<'_>) -> &'static str {
    if run.is_good() { "passed" } else { "failed" }
}

/// What ran, when and of what.
fn facts(run: &Run<'_>) -> String {
    let extent = if run.whole {
        "every case ran"
    } else {
        "some of the cases ran"
    };
    let facts = [
        run.facts.date.clone(),
        format!("commit {}", run.facts.commit),
        std::env::consts::OS.to_owned(),
        format!(
            "{extent} in {}",
            time(u64::try_from(run.duration.as_millis()).unwrap_or(u64::MAX))
        ),
    ];
    let subject = run.facts.subject.as_ref();
    let subject = subject.map(|subject| format!("judged: {subject}"));
    let facts: Vec<_> = facts
        .into_iter()
        .chain(subject)
        .map(|fact| escaped(&fact))
        .collect();
    facts.join(" · ")
}

/// The numbers, large.
fn tiles(run: &Run<'_>) -> String {
    let count = |status| run.count(|found| found == status);
    let uncovered: usize = run.areas.iter().map(|area| area.gaps.len()).sum();
    let tiles = [
        ("all", "tests", run.records().count()),
        ("passed", "passed", count(Status::Passed)),
        ("differs", "differ on purpose", count(Status::Differs)),
        ("gap", "known gaps", count(Status::Gap)),
        ("failed", "failed", run.count(Status::is_bad)),
        ("skipped", "skipped", count(Status::Skipped)),
        ("uncovered", "facts without a case", uncovered),
    ];
    let tile = |(class, words, number): (&str, &str, usize)| {
        let empty = if number == 0 { " none" } else { "" };
        format!("<li class=\"{class}{empty}\"><b>{number}</b> {words}</li>")
    };
    tiles.map(tile).concat()
}

fn complaints(run: &Run<'_>) -> String {
    if run.complaints.is_empty() {
        return String::new();
    }
    let complaints = run.complaints.iter();
    let items: Vec<_> = complaints
        .map(|it| format!("<li>{}</li>", escaped(it)))
        .collect();
    format!("<ul class=\"complaints\">{}</ul>", items.concat())
}

/// The row of an area: the way to it, and a bar of how its tests ended.
fn overview(area: &Area<'_>) -> String {
    let states = [
        ("passed", area.count(|status| status == Status::Passed)),
        ("differs", area.count(|status| status == Status::Differs)),
        ("gap", area.count(|status| status == Status::Gap)),
        ("skipped", area.count(|status| status == Status::Skipped)),
        ("failed", area.count(Status::is_bad)),
    ];
    let ended = states.iter().filter(|(_, number)| *number > 0);
    let words: Vec<_> = ended
        .clone()
        .map(|(state, number)| format!("{number} {state}"))
        .collect();
    let bar: Vec<_> = ended
        .map(|(state, number)| format!("<i class=\"{state}\" style=\"flex:{number}\"></i>"))
        .collect();
    format!(
        "<tr><td><a href=\"#{id}\">{name}</a> <small>{judged}</small></td><td class=\"number\">{cases}</td>\
         <td class=\"number\">{tests}</td><td><div class=\"bar\" role=\"img\" aria-label=\"{words}\" title=\"{words}\">{bar}</div></td>\
         <td class=\"number\">{time}</td></tr>",
        id = id(area),
        name = area.name,
        judged = area.side.judged(),
        cases = area.cases.len(),
        tests = area.records().count(),
        words = words.join(", "),
        bar = bar.concat(),
        time = time(area.milliseconds()),
    )
}

fn section(area: &Area<'_>, room: &Room) -> String {
    let bad = area.count(Status::is_bad);
    let (open, outcome) = match bad {
        0 => ("", "nothing failed".to_owned()),
        bad => (" open", format!("{bad} failed")),
    };
    let cases = area.cases.iter();
    let cases: String = cases
        .map(|(entry, records)| case::of(entry, records, room))
        .collect();
    format!(
        "<details class=\"area\" id=\"{}\"{open}><summary>{} <small>{} · {} tests · {outcome}</small></summary>\n{cases}</details>\n",
        id(area),
        area.name,
        area.side.judged(),
        area.records().count(),
    )
}

fn id(area: &Area<'_>) -> String {
    format!("{}-{}", area.side.name(), area.name)
}

fn gap_row(entry: &Entry, gap: &Gap) -> String {
    format!(
        "<tr id=\"{id}\"><td>{id}</td><td>{}</td><td>{}</td></tr>",
        escaped(&entry.statement),
        escaped(&gap.reason),
        id = entry.id,
    )
}

fn time(milliseconds: u64) -> String {
    let duration = Duration::from_millis(milliseconds);
    if duration < Duration::from_secs(1) {
        return format!("{milliseconds} ms");
    }
    format!("{:.1} s", duration.as_secs_f64())
}

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_the_page_is_not_searched_for_marks() {
        let parts = [("{{a}}", "{{b}}".to_owned()), ("{{b}}", "x".to_owned())];
        assert_eq!(filled("<{{a}}|{{b}}|{{c>", &parts), "<{{b}}|x|{{c>");
    }

    #[test]
    fn the_page_loads_nothing() {
        for source in ["src=", "@import", "url(", "fetch(", "<link", "http://"] {
            for part in [TEMPLATE, STYLE, SCRIPT] {
                assert!(!part.contains(source), "{source}");
            }
        }
    }
}
