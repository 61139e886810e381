use std::error::Error as StdError;
use std::fmt;

use crate::{Code, Kind, Origin};

/// What went wrong: a stable [`Code`], the fact, where the inputs came from, and what to do next.
///
/// `Display` states the fact alone, in lower case and without a period. [`Error::hint`] is the
/// one next step; [`Error::notes`] are further facts, such as one line for each strategy tried.
/// No part of an error ever holds a secret: the one who builds it is responsible.
///
/// ```
/// use lakekey_core::{Code, Error, Kind};
///
/// let error = Error::new(Code::NotLoggedIn, "no login is stored for profile `dev`")
///     .with_hint("lakekey auth login --profile dev");
/// assert_eq!(error.kind(), Kind::Absent);
/// assert_eq!(error.to_string(), "no login is stored for profile `dev`");
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    message: String,
    hint: Option<String>,
    notes: Vec<String>,
    origins: Vec<(&'static str, Origin)>,
    progress: Progress,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// How far a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Unknown,
    Unsent,
    Answered,
}

impl Error {
    /// An error with its code and the fact it states.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            hint: None,
            notes: Vec::new(),
            origins: Vec::new(),
            progress: Progress::Unknown,
            source: None,
        }))
    }

    /// Adds the one next step: a command to run, or a short instruction.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds a further fact, shown on a line of its own.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Adds where the named input came from.
    pub fn with_origin(mut self, input: &'static str, origin: &Origin) -> Self {
        self.0.origins.push((input, origin.clone()));
        self
    }

    /// Adds the error underneath. Its text must hold no secret.
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says that the request certainly never reached the other side, so that sending it again
    /// cannot spend anything twice. Set by implementers of [`HttpClient`](crate::HttpClient).
    pub fn unsent(mut self) -> Self {
        self.0.progress = Progress::Unsent;
        self
    }

    /// Says that the response had begun when it broke off. Set by implementers of
    /// [`HttpClient`](crate::HttpClient).
    pub fn answered(mut self) -> Self {
        self.0.progress = Progress::Answered;
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What to do next, in one word.
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// The one next step, if there is one.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Further facts, each a line.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// The inputs that mattered, each with where it came from.
    pub fn origins(&self) -> &[(&'static str, Origin)] {
        &self.0.origins
    }

    /// Whether the response had begun when it broke off.
    pub fn is_answered(&self) -> bool {
        self.0.progress == Progress::Answered
    }

    /// Whether the request certainly never reached the other side.
    pub fn is_unsent(&self) -> bool {
        self.0.progress == Progress::Unsent
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
