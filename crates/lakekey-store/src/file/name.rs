//! Names of files for texts of any characters and length.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Half of the SHA-256 of a text, in hexadecimal digits.
pub(super) fn stem(text: &str) -> String {
    Sha256::digest(text)[..16]
        .iter()
        .fold(String::new(), |mut stem, byte| {
            let _ = write!(stem, "{byte:02x}");
            stem
        })
}
