//! The door to files that are named on the command line.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use lakekey::{Code, Error, Secret};

/// The text of a file, or of standard input for `-`, without the line break at its end.
pub(crate) fn secret(path: &Path) -> Result<Secret, Error> {
    let text = String::from_utf8(bytes(path)?)
        .map_err(|_| unreadable(path, io::Error::other("it is not UTF-8 text")))?;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(unreadable(path, io::Error::other("it is empty")));
    }
    Ok(Secret::from(trimmed))
}

/// The content of a file, or of standard input for `-`.
#[expect(
    clippy::disallowed_methods,
    reason = "the door to files named on the command line"
)]
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable(
            path,
            io::Error::other("it is larger than 10 MiB"),
        ));
    }
    Ok(bytes)
}

/// Writes a secret to a file that only its owner can read, and that must be new.
#[expect(
    clippy::disallowed_methods,
    reason = "the door to files named on the command line"
)]
pub(crate) fn create(path: &Path, secret: &str) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(secret.as_bytes()));
    written.map_err(|error| {
        Error::new(
            Code::Usage,
            format!("cannot write the file `{}`", path.display()),
        )
        .with_hint("name a file that does not exist yet, in a folder that does")
        .caused_by(error)
    })
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let name = if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        format!("`{}`", path.display())
    };
    Error::new(Code::Usage, format!("cannot read {name}"))
        .with_hint("name a file that can be read, or - for standard input")
        .caused_by(error)
}

const LARGEST: u64 = 10 << 20;
