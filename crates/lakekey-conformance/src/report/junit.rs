//! `junit.xml`: for continuous integration.

use super::{Area, Run, escaped, seconds};
use crate::trial::{Record, Status};

pub(super) fn of(run: &Run<'_>) -> String {
    let areas = run.areas.iter().filter(|area| !area.cases.is_empty());
    let suites: String = areas.map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lakekey conformance\">\n{suites}</testsuites>\n"
    )
}

fn suite(area: &Area<'_>) -> String {
    let cases: String = area.records().map(case).collect();
    format!(
        "  <testsuite name=\"{}.{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{}\">\n{cases}  </testsuite>\n",
        area.side.name(),
        area.name,
        area.records().count(),
        area.count(Status::is_bad),
        area.count(|status| matches!(status, Status::Skipped | Status::Gap)),
        seconds(area.milliseconds()),
    )
}

fn case(record: &Record) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
        record.id,
        escaped(&record.name()),
        seconds(record.milliseconds)
    );
    let detail = escaped(record.detail.as_deref().unwrap_or_default());
    match record.status {
        Status::Passed => format!("{head}/>\n"),
        Status::Differs => {
            format!("{head}><system-out>differs: {detail}</system-out></testcase>\n")
        }
        Status::Gap => format!("{head}><skipped message=\"gap: {detail}\"/></testcase>\n"),
        Status::Skipped => {
            let reason = if detail.is_empty() {
                ELSEWHERE
            } else {
                &detail
            };
            format!("{head}><skipped message=\"{reason}\"/></testcase>\n")
        }
        Status::Failed | Status::Vacuous => {
            format!(
                "{head}><failure type=\"{}\">{detail}</failure></testcase>\n",
                record.status.name()
            )
        }
    }
}

/// Why a case is skipped that does not say so.
const ELSEWHERE: &str = "not on this operating system";
