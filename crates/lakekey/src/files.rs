//! The door to files that settings name.

use std::io::{self, Read};
use std::path::Path;

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
