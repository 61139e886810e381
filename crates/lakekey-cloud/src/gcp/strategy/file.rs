//! The door to files with Google credentials.

use std::io::{self, Read as _};
use std::path::Path;

use lakekey_core::Secret;

/// The text of a file; `None` when there is none of the name.
#[expect(
    clippy::disallowed_methods,
    reason = "the door to files with Google credentials"
)]
pub(super) fn read(path: &Path) -> io::Result<Option<Secret>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if is_nothing_there(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    // Room for all of it from the start: a text that grows leaves copies behind.
    let mut text = String::with_capacity(LARGEST + 1);
    let length = file.take(LARGEST as u64 + 1).read_to_string(&mut text);
    let text = Secret::from(text);
    if length? > LARGEST {
        return Err(io::Error::other("it is larger than 64 KiB"));
    }
    Ok(Some(text))
}

/// Whether the error says that no file has this name, also one that cannot be a name.
fn is_nothing_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidFilename
    )
}

const LARGEST: usize = 64 << 10;
