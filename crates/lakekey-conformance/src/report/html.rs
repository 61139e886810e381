//! `report.html`: one page that needs nothing else.

use std::time::Duration;

use super::{Area, Run, escaped};
use crate::catalogue::{Entry, Level, Side};
use crate::gaps::Gap;
use crate::trial::{Record, Status};

pub(super) fn of(run: &Run<'_>) -> String {
    let areas = run.areas.iter().filter(|area| !area.cases.is_empty());
    let gaps: String = run
        .areas
        .iter()
        .flat_map(|area| &area.gaps)
        .map(|(entry, gap)| gap_row(entry, gap))
        .collect();
    let contents: String = run
        .areas
        .iter()
        .filter(|area| !area.cases.is_empty())
        .map(link)
        .collect();
    TEMPLATE
        .replace("{{contents}}", &contents)
        .replace("{{style}}", STYLE)
        .replace(
            "{{verdict}}",
            if run.is_good() { "passed" } else { "failed" },
        )
        .replace("{{summary}}", &summary(run))
        .replace("{{complaints}}", &complaints(run))
        .replace("{{areas}}", &areas.map(section).collect::<String>())
        .replace("{{gaps}}", &gaps)
}

fn summary(run: &Run<'_>) -> String {
    let extent = if run.whole {
        "Every case ran"
    } else {
        "Some of the cases ran"
    };
    let tests = run.records().count();
    format!(
        "{extent}: {tests} tests, {} passed, {} differ on purpose, {} known gaps, {} failed, {} skipped, in {}.",
        run.count(|status| status == Status::Passed),
        run.count(|status| status == Status::Differs),
        run.count(|status| status == Status::Gap),
        run.count(Status::is_bad),
        run.count(|status| status == Status::Skipped),
        time(run.duration),
    )
}

fn complaints(run: &Run<'_>) -> String {
    if run.complaints.is_empty() {
        return String::new();
    }
    let items = run
        .complaints
        .iter()
        .map(|complaint| format!("<li>{}</li>", escaped(complaint)));
    format!(
        "<ul class=\"complaints\">{}</ul>",
        items.collect::<String>()
    )
}

/// The way to an area, which says by its colour whether something is wrong there.
fn link(area: &Area<'_>) -> String {
    let class = if area.count(Status::is_bad) == 0 {
        "good"
    } else {
        "bad"
    };
    let (side, name) = (area.side.name(), area.name);
    format!("<a class=\"{class}\" href=\"#{side}-{name}\">{side} {name}</a>")
}

fn section(area: &Area<'_>) -> String {
    let judged = if area.side == Side::Client {
        "lakekey"
    } else {
        "the mock"
    };
    let bad = area.count(Status::is_bad);
    let outcome = if bad == 0 {
        "nothing failed".to_owned()
    } else {
        format!("{bad} failed")
    };
    let cases: String = area
        .cases
        .iter()
        .map(|(entry, records)| case(entry, records))
        .collect();
    format!(
        "<section id=\"{side}-{name}\"><h2>{name} <small>{judged} · {outcome}</small></h2>{cases}</section>",
        side = area.side.name(),
        name = area.name,
    )
}

fn case(entry: &Entry, records: &[&Record]) -> String {
    let bad = records.iter().any(|record| record.status.is_bad());
    let variants: String = records.iter().map(|record| variant(record)).collect();
    format!(
        "<article id=\"{id}\" class=\"{class}\"><h3><a href=\"#{id}\">{id}</a> <small>{level}</small></h3>\
         <p>{statement}</p><p class=\"cites\">{cites}</p><ul class=\"variants\">{variants}</ul></article>",
        id = entry.id,
        class = if bad { "bad" } else { "good" },
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
    let kind = record
        .kind
        .as_ref()
        .map(|kind| format!(" <span class=\"kind\">{}</span>", escaped(kind)));
    let detail = record
        .detail
        .as_ref()
        .map(|detail| format!("<pre>{}</pre>", escaped(detail)));
    format!(
        "<li class=\"{status}\" title=\"{status}, {time}\">{name}{}{}</li>",
        kind.unwrap_or_default(),
        detail.unwrap_or_default(),
        status = record.status.name(),
        time = time(Duration::from_millis(record.milliseconds)),
        name = escaped(name),
    )
}

fn gap_row(entry: &Entry, gap: &Gap) -> String {
    format!(
        "<tr id=\"{id}\"><td>{id}</td><td>{}</td><td>{}</td></tr>",
        escaped(&entry.statement),
        escaped(&gap.reason),
        id = entry.id,
    )
}

/// The citation with a link for each RFC it begins a part with.
fn cited(text: &str) -> String {
    let parts = text.split(';').map(|part| {
        let part = part.trim();
        let number = part
            .strip_prefix("RFC ")
            .and_then(|rest| rest.split([' ', ',']).next());
        match number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(number) => {
                let address = format!("https://www.rfc-editor.org/rfc/rfc{number}{}", anchor(part));
                format!("<a href=\"{address}\">{}</a>", escaped(part))
            }
            None => escaped(part),
        }
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// The first section a citation names, as the fragment of an address.
fn anchor(part: &str) -> String {
    let section = part.split_once('§').map(|(_, rest)| rest);
    let number = |byte: &char| byte.is_ascii_digit() || *byte == '.';
    let section: String = section
        .unwrap_or_default()
        .chars()
        .take_while(number)
        .collect();
    let section = section.trim_end_matches('.');
    if section.is_empty() {
        String::new()
    } else {
        format!("#section-{section}")
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    }
}

fn time(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    format!("{:.1} s", duration.as_secs_f64())
}

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfcs_become_links_to_their_first_section() {
        assert_eq!(
            cited("RFC 6749 §4.1.2, §10.5; Design <x>"),
            "<a href=\"https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2\">RFC 6749 §4.1.2, §10.5</a> · Design &lt;x&gt;"
        );
        assert_eq!(
            cited("RFC 8259"),
            "<a href=\"https://www.rfc-editor.org/rfc/rfc8259\">RFC 8259</a>"
        );
    }
}
