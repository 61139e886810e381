//! The door to files that settings name.

use std::io::{self, Read};
use std::path::{Path, PathBuf, is_separator};

/// The path that a setting names; a leading `~` is the home directory.
pub(crate) fn path(text: &str, home: Option<&Path>) -> PathBuf {
    let in_home = text
        .strip_prefix('~')
        .and_then(|rest| rest.strip_prefix(is_separator));
    match (in_home, home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// The bytes of a file, or the first `most` of them.
#[expect(
    clippy::disallowed_methods,
    reason = "the door to files that settings name"
)]
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
