//! The two streams: data for programs, talk for people.

use std::fmt;
use std::io::{self, Write};

use lakekey::{Code, Error};

/// Writes data to standard output, all of it or with an error.
pub(crate) fn data(text: &str) -> Result<(), Error> {
    bytes(text.as_bytes())
}

/// Writes data that need not be text to standard output.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(failed)
}

/// Writes a line of text to standard output, in colour where that is wanted.
pub(crate) fn say(line: impl fmt::Display) -> Result<(), Error> {
    let mut stdout = anstream::stdout();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .map_err(failed)
}

/// Says a line to the person, in colour where that is wanted.
///
/// A person who cannot be reached is no reason to stop.
pub(crate) fn talk(line: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// What became of an attempt to print the result.
pub(crate) fn failed(error: io::Error) -> Error {
    Error::new(
        Code::OutputFailed,
        "the result could not be written to standard output",
    )
    .caused_by(error)
}
