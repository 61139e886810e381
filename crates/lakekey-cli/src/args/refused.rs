//! A command line that cannot be followed, and requests for help.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use lakekey::{Code, Error};

use crate::{output, render};

/// Why there is no command to run.
#[derive(Debug)]
pub(crate) struct Refused {
    error: clap::Error,
    wants_json: bool,
}

impl Refused {
    pub(super) fn new(error: clap::Error, words: &[OsString]) -> Self {
        Self {
            error,
            wants_json: wants_json(words),
        }
    }

    /// Prints the help that was asked for, or what is wrong with the command line.
    pub(crate) fn print(self) -> ExitCode {
        match self.error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match self.error.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(Code::OutputFailed.exit_status()),
            },
            _ => self.usage(),
        }
    }

    fn usage(&self) -> ExitCode {
        let text = self.error.render().to_string();
        let short = shortened(&text);
        if short == text {
            // Nobody is left to be told that nobody can be told.
            let _ = self.error.print();
        } else {
            output::talk(short.trim_end());
        }
        if self.wants_json {
            let fact = short
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            render::json_failure(&Error::new(Code::Usage, fact).with_hint("lakekey --help"));
        }
        ExitCode::from(Code::Usage.exit_status())
    }
}

/// The text with an end to words that somebody made longer than any that has a meaning here.
fn shortened(text: &str) -> String {
    let whole = |word: &str| match word.char_indices().nth(LONGEST_WORD) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    };
    text.split_inclusive(char::is_whitespace)
        .map(whole)
        .collect()
}

/// Whether the words ask for JSON, before anything else about them is known.
fn wants_json(words: &[OsString]) -> bool {
    let words: Vec<_> = words
        .iter()
        .map(|word| word.to_string_lossy().to_lowercase())
        .collect();
    let joined = ["--output=json", "-o=json", "-ojson"];
    words.iter().any(|word| joined.contains(&word.as_str()))
        || words
            .windows(2)
            .any(|pair| matches!(&*pair[0], "-o" | "--output") && pair[1] == "json")
}

/// As many characters of a word are repeated.
const LONGEST_WORD: usize = 200;
