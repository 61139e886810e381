//! A command line that cannot be followed, and requests for help.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use lakekey::{Code, Error};

use crate::render;

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
        let printed = self.error.print();
        match self.error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match printed {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(Code::OutputFailed.exit_status()),
            },
            _ => self.usage(),
        }
    }

    fn usage(&self) -> ExitCode {
        if self.wants_json {
            let text = self.error.render().to_string();
            let fact = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            render::json_failure(&Error::new(Code::Usage, fact).with_hint("lakekey --help"));
        }
        ExitCode::from(Code::Usage.exit_status())
    }
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
