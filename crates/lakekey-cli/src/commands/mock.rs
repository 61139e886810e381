//! `lakekey mock`: the program `lakekey-mock`, at hand.

use std::ffi::OsString;
use std::io;

use clap::{CommandFactory as _, FromArgMatches as _};
use lakekey::{Code, Error};
use lakekey_mock::program;

use crate::args::Mock;
use crate::output;

/// Runs the mock until a signal ends it.
pub(super) fn run(mock: Mock) -> Result<(), Error> {
    let args = options(mock).unwrap_or_else(|error| error.exit());
    program::run(&args, &mut io::stdout(), &mut io::stderr()).map_err(failed)
}

/// The options of the program, read as it reads them.
fn options(mock: Mock) -> Result<program::Args, clap::Error> {
    let words = std::iter::once(OsString::from(NAME)).chain(mock.options);
    let matches = program::Args::command()
        .name(NAME)
        .bin_name(NAME)
        .try_get_matches_from(words)?;
    program::Args::from_arg_matches(&matches)
}

fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => output::failed(error),
        _ => Error::new(Code::ListenerUnavailable, "the mock server cannot run")
            .with_hint("choose another --port, or leave it out for a free one")
            .caused_by(error),
    }
}

const NAME: &str = "lakekey mock";
