//! What people see of errors, and programs too.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use lakekey::{Error, Observer, Origin};
use serde::Serialize;

use crate::args::Format;
use crate::output;

/// Prints a failure: for people, and as JSON too where that was asked for.
pub(crate) fn failure(error: &Error, format: Option<Format>) -> ExitCode {
    output::talk(text(ERROR, "error", error));
    if format == Some(Format::Json) {
        json_failure(error);
    }
    ExitCode::from(error.code().exit_status())
}

/// Prints a failure as one JSON object. There is nowhere left to report that this failed.
pub(crate) fn json_failure(error: &Error) {
    if let Ok(text) = serde_json::to_string_pretty(&Failure::of(error)) {
        let _ = output::data(&format!("{text}\n"));
    }
}

/// An error as a person reads it on standard output, in the midst of other things.
pub(crate) fn problem(error: &Error) -> String {
    text(ERROR, "error", error)
}

/// An error as a person reads it: the fact, where its inputs came from, what is underneath, and
/// the one next step.
fn text(style: Style, word: &str, error: &Error) -> String {
    format!(
        "{style}{word}[{}]{style:#}: {}{}",
        error.code(),
        clean(&error.to_string()),
        details(error)
    )
}

/// What stands below the fact: where its inputs came from, what is underneath, the next step.
pub(crate) fn details(error: &Error) -> String {
    let mut text = String::new();
    let mut line = |label: &str, what: &str| {
        let _ = write!(text, "\n  {DIM}{label}:{DIM:#} {}", clean(what));
    };
    for (input, origin) in error.origins() {
        line("from", &format!("{input}: {}", place(origin)));
    }
    for note in error.notes() {
        line("note", note);
    }
    for cause in causes(error) {
        line("cause", &cause);
    }
    if let Some(hint) = error.hint() {
        let _ = write!(text, "\n{HINT}hint{HINT:#}: {}", clean(hint));
    }
    text
}

/// Where a value came from: what a program gives the library is on the command line here.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::Explicit => "command line".to_owned(),
        origin => origin.to_string(),
    }
}

/// A text of whatever origin, made fit for a terminal and for the programs that read along.
///
/// Characters that steer a terminal or hide text are replaced. The words "not found" are too: an
/// official SDK takes them, anywhere, to mean that this command is not installed.
pub(crate) fn clean(text: &str) -> String {
    let plain = text.replace("not found", "missing");
    plain
        .chars()
        .map(|character| if misleads(character) { ' ' } else { character })
        .collect()
}

fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// The errors underneath, each once, outermost first.
fn causes(error: &Error) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !found.iter().any(|known| known.contains(&text)) {
            found.push(text);
        }
        next = cause.source();
    }
    found
}

/// Says that something went wrong without stopping anything.
pub(crate) fn warn(error: &Error) {
    output::talk(text(WARNING, "warning", error));
}

/// Tells whoever reads standard error of errors that stopped nothing.
#[derive(Debug)]
pub(crate) struct Warnings;

impl Observer for Warnings {
    fn survived(&self, error: &Error) {
        warn(error);
    }
}

/// Tells people alone: to a program that runs this one, a success with words is odd.
#[derive(Debug)]
pub(crate) struct WarningsForPeople;

impl Observer for WarningsForPeople {
    fn survived(&self, error: &Error) {
        if std::io::stderr().is_terminal() {
            warn(error);
        }
    }
}

/// A failure as programs read it.
#[derive(Serialize)]
pub(crate) struct Failure {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    retryable: bool,
    exit_status: u8,
    origins: Vec<Input>,
    notes: Vec<String>,
    causes: Vec<String>,
}

/// An input that mattered.
#[derive(Serialize)]
struct Input {
    input: &'static str,
    origin: String,
}

impl Failure {
    pub(crate) fn of(error: &Error) -> Self {
        let origins = error.origins().iter();
        let cleaned = |texts: &[String]| texts.iter().map(|text| clean(text)).collect();
        Self {
            kind: error.code().as_str(),
            message: clean(&error.to_string()),
            hint: error.hint().map(clean),
            retryable: error.code().retryable(),
            exit_status: error.code().exit_status(),
            origins: origins
                .map(|(input, origin)| Input {
                    input,
                    origin: clean(&origin.to_string()),
                })
                .collect(),
            notes: cleaned(error.notes()),
            causes: cleaned(&causes(error)),
        }
    }
}

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

#[cfg(test)]
mod tests {
    use lakekey::{Code, Error, Origin};

    use super::{ERROR, Failure, clean, text};

    fn example() -> Error {
        let inner = std::io::Error::other("permission denied\u{1b}[2J");
        Error::new(
            Code::InvalidHost,
            "`ftp://x` does not start with `https://`",
        )
        .with_origin("host", &Origin::Env("DATABRICKS_HOST"))
        .with_note("it was looked at twice")
        .with_hint("lakekey auth login --host <HOST>")
        .caused_by(inner)
    }

    #[test]
    fn an_error_says_fact_origin_cause_and_next_step() {
        let plain = anstream::adapter::strip_str(&text(ERROR, "error", &example())).to_string();
        insta::assert_snapshot!(plain, @r"
        error[invalid_host]: `ftp://x` does not start with `https://`
          from: host: environment variable DATABRICKS_HOST
          note: it was looked at twice
          cause: permission denied [2J
        hint: lakekey auth login --host <HOST>
        ");
    }

    #[test]
    fn programs_read_the_same_as_json() {
        let json = serde_json::to_string_pretty(&Failure::of(&example())).unwrap();
        insta::assert_snapshot!(json, @r#"
        {
          "kind": "invalid_host",
          "message": "`ftp://x` does not start with `https://`",
          "hint": "lakekey auth login --host <HOST>",
          "retryable": false,
          "exit_status": 2,
          "origins": [
            {
              "input": "host",
              "origin": "environment variable DATABRICKS_HOST"
            }
          ],
          "notes": [
            "it was looked at twice"
          ],
          "causes": [
            "permission denied [2J"
          ]
        }
        "#);
    }

    #[test]
    fn what_steers_a_terminal_or_another_program_is_replaced() {
        assert_eq!(clean("a\u{1b}]0;b\u{7}\u{202e}c\nd"), "a ]0;b  c d");
        assert_eq!(clean("entity not found"), "entity missing");
    }
}
