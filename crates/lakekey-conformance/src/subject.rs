//! Another program in the place of `lakekey`, where `--subject` names one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::case::{Finding, Wrong, there};
use crate::doors;

/// The program that is judged, with the arguments that come before those of a case.
#[derive(Debug)]
pub(crate) struct Subject {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Subject {
    /// Parses a program and its arguments, separated by blanks. A path counts from the current folder.
    fn parse(words: &str) -> Finding<Self> {
        let mut words = words.split_whitespace();
        let program = Path::new(there("the name of a program", words.next())?);
        let is_path = program.components().count() > 1;
        let found = if is_path {
            program.canonicalize()
        } else {
            Ok(program.to_owned())
        };
        let program = found.map_err(|error| Wrong::from(error).during(program.display()))?;
        let arguments = words.map(str::to_owned).collect();
        Ok(Self { program, arguments })
    }

    /// The program with its own arguments, to be followed by those of a case.
    pub(crate) fn command(&self) -> Command {
        let mut command = doors::command(&self.program);
        command.args(&self.arguments);
        command
    }
}

/// Judges this program from now on.
pub(crate) fn set(words: &str) -> Finding {
    let subject = Subject::parse(words)?;
    SUBJECT
        .set(subject)
        .map_err(|_| Wrong::new("there is a subject already"))
}

/// The program that is judged, if it is not `lakekey`.
pub(crate) fn get() -> Option<&'static Subject> {
    SUBJECT.get()
}

/// Why a case that started no command says nothing about a subject.
pub(crate) const LIBRARY: &str = "it judges the library or the mock, not a command";

static SUBJECT: OnceLock<Subject> = OnceLock::new();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_program_with_arguments() {
        let subject = Subject::parse(" python3 -m client ").unwrap();
        assert_eq!(subject.program, Path::new("python3"));
        assert_eq!(subject.arguments, ["-m", "client"]);
        assert!(Subject::parse("  ").is_err());
        assert!(Subject::parse("./no/such/program").is_err());
    }
}
