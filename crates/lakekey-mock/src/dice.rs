//! Randomness that a seed repeats.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::listen::DEFAULT_NAMESPACE;

/// A generator of unguessable-looking values: the same seed in a namespace of the same name gives the same
/// values in the same order.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    key: [u8; 32],
    thrown: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64, namespace: &str) -> Self {
        // The default namespace adds nothing, so that a mock without a socket is one too.
        let salt = if namespace == DEFAULT_NAMESPACE {
            ""
        } else {
            namespace
        };
        let seed = seed.to_be_bytes();
        Self {
            key: Sha256::digest([b"lakekey-mock", seed.as_slice(), salt.as_bytes()].concat())
                .into(),
            thrown: 0,
        }
    }

    /// The next 32 bytes.
    pub(crate) fn throw(&mut self) -> [u8; 32] {
        self.thrown += 1;
        self.keyed("throw", &[self.thrown])
    }

    /// The next value of 192 bits as base64url text.
    pub(crate) fn text(&mut self) -> String {
        base64url(&self.throw()[..24])
    }

    /// A value that depends on the seed, the label and the numbers alone, not on what was thrown before.
    pub(crate) fn keyed(&self, label: &str, numbers: &[u64]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(label.as_bytes());
        for number in numbers {
            hash.update(number.to_be_bytes());
        }
        hash.finalize().into()
    }
}

/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The inverse of [`base64url`].
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
