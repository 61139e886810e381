//! Parts of secrets, and secrets written in another way.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Parts of secrets, plain and in base64, that no text may have.
///
/// A secret in percent-encoding differs from the plain one where it has other characters than letters and
/// digits; the parts between these are found as they are.
#[derive(Debug, Default)]
pub(super) struct Parts(BTreeSet<Vec<u8>>);

impl Parts {
    /// The parts of these secrets. Of so many that they take long, the first ones stand for the rest.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a String>) -> Self {
        let mut parts = Self::default();
        let long = secrets.into_iter().filter(|it| it.len() >= SHORTEST);
        for secret in long.take(MOST) {
            parts.add(secret);
        }
        parts
    }

    /// Whether one of them is in the text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let mut windows = text.as_bytes().windows(LENGTH);
        !self.0.is_empty() && windows.any(|window| self.0.contains(window))
    }

    fn add(&mut self, secret: &str) {
        self.add_plain(without_header(secret).as_bytes());
        // Where it begins within three bytes decides how it looks.
        for before in ["", "x", "xx"] {
            let text = format!("{before}{secret}");
            for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let inner = &encoded.as_bytes()[4..encoded.len() - 4];
                self.add_plain(inner);
            }
        }
    }

    fn add_plain(&mut self, bytes: &[u8]) {
        let all = bytes.windows(LENGTH);
        self.0.extend(all.map(<[u8]>::to_vec));
    }
}

/// The header of a JWT says how it is signed, and is the same for all.
fn without_header(secret: &str) -> &str {
    match secret.split_once('.') {
        Some((header, rest)) if header.starts_with("eyJ") => rest,
        _ => secret,
    }
}

/// As many characters of a secret are told by nobody by chance.
const LENGTH: usize = 12;
/// Shorter secrets are searched for as a whole only.
const SHORTEST: usize = 2 * LENGTH;
const MOST: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_plain_and_disguised() {
        let secret = "doau-0123456789abcdefghijklmnop-qrstuvwxyz".to_owned();
        let parts = Parts::of([&secret]);
        for text in [
            secret.clone(),
            secret[7..20].to_owned(),
            STANDARD_NO_PAD.encode(&secret),
            URL_SAFE_NO_PAD.encode(format!("a:{secret}")),
            STANDARD_NO_PAD.encode(format!("ab:{secret}")),
            secret.replace('-', "%2D"),
        ] {
            assert!(parts.are_in(&format!("it is {text}!")), "{text}");
        }
        assert!(!parts.are_in(&secret[..11]));
        assert!(!parts.are_in("it is another text, and has nothing of it"));
    }

    #[test]
    fn the_header_of_a_jwt_is_no_secret() {
        let parts = Parts::of([&"eyJhbGciOiJSUzI1NiJ9.c2VjcmV0LXNlY3JldA.c2ln".to_owned()]);
        assert!(!parts.are_in("eyJhbGciOiJSUzI1NiJ9."));
        assert!(parts.are_in("c2VjcmV0LXNlY3JldA"));
    }
}
