use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::Verifier;

/// What the authorization endpoint is shown of a [`Verifier`]: its SHA-256 in 43 characters of
/// unpadded base64url (RFC 7636 §4.2). It is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Challenge(String);

impl Challenge {
    /// The `code_challenge_method`. There is no `plain`: it would show the verifier itself.
    pub const METHOD: &str = "S256";

    /// The `code_challenge` as it stands in the authorization request (RFC 7636 §4.3).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the challenge of `verifier`: the check of the token endpoint (RFC 7636 §4.6).
    pub fn verifies(&self, verifier: &Verifier) -> bool {
        *self == Self::of(verifier)
    }

    pub(crate) fn of(verifier: &Verifier) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose())))
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
