//! `lakekey version`: what the official SDKs ask before they trust a command line.

use lakekey::Error;
use serde::Serialize;

use crate::args::Format;
use crate::output;

/// Prints the version of the official command that this one can stand in for.
///
/// The text is one line and nothing else, whatever the environment says: the Go SDK compares it
/// as a whole, and the other SDKs read the three numbers of the JSON.
pub(super) fn run(format: Option<Format>) -> Result<(), Error> {
    match format {
        Some(Format::Json) => output::data(&format!("{}\n", json())),
        _ => output::data(&format!("{}\n", line())),
    }
}

/// The one line.
pub(crate) fn line() -> String {
    format!("Databricks CLI v{}", compatible())
}

fn compatible() -> String {
    format!("{MAJOR}.{MINOR}.{PATCH}")
}

fn json() -> String {
    let report = Report {
        project_name: "cli",
        version: compatible(),
        branch: "",
        tag: format!("v{}", compatible()),
        short_commit: "",
        full_commit: "",
        commit_time: NO_TIME,
        summary: format!("v{}", compatible()),
        major: MAJOR,
        minor: MINOR,
        patch: PATCH,
        prerelease: "",
        is_snapshot: false,
        build_time: NO_TIME,
        lakekey: env!("CARGO_PKG_VERSION"),
    };
    serde_json::to_string_pretty(&report).expect("texts and numbers can be written as JSON")
}

/// The members that the official command prints, in its order, and our own version behind them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    project_name: &'static str,
    version: String,
    branch: &'static str,
    tag: String,
    short_commit: &'static str,
    full_commit: &'static str,
    commit_time: &'static str,
    summary: String,
    major: u16,
    minor: u16,
    patch: u16,
    prerelease: &'static str,
    is_snapshot: bool,
    build_time: &'static str,
    lakekey: &'static str,
}

/// The release of the official command whose behaviour this one follows. The SDKs use profiles
/// and forced renewals from 0.296.0 on.
const MAJOR: u16 = 1;
const MINOR: u16 = 13;
const PATCH: u16 = 0;
/// A moment that is not known, as the official command writes it.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

#[cfg(test)]
mod tests {
    #[test]
    fn the_json_has_the_official_members_and_integers() {
        insta::assert_snapshot!(super::json(), @r#"
        {
          "ProjectName": "cli",
          "Version": "1.13.0",
          "Branch": "",
          "Tag": "v1.13.0",
          "ShortCommit": "",
          "FullCommit": "",
          "CommitTime": "0001-01-01T00:00:00Z",
          "Summary": "v1.13.0",
          "Major": 1,
          "Minor": 13,
          "Patch": 0,
          "Prerelease": "",
          "IsSnapshot": false,
          "BuildTime": "0001-01-01T00:00:00Z",
          "Lakekey": "0.1.0"
        }
        "#);
    }
}
