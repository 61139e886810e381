use std::fmt;
use std::str::FromStr;

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

/// Reads a challenge that was made elsewhere, for a sign-in whose verifier is kept elsewhere.
///
/// ```
/// use lakekey_pkce::Challenge;
///
/// assert!("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".parse::<Challenge>().is_ok());
/// assert!("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM".parse::<Challenge>().is_err());
/// ```
impl FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.len() == LENGTH && text.bytes().all(is_base64url) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ChallengeError)
        }
    }
}

/// A text is no S256 challenge: it is not 43 characters of unpadded base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeError;

impl ChallengeError {
    /// The stable code: `invalid_challenge`.
    pub const fn code(&self) -> &'static str {
        "invalid_challenge"
    }
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the challenge is not 43 characters of unpadded base64url")
    }
}

impl std::error::Error for ChallengeError {}

/// How long the base64url of 32 bytes is.
const LENGTH: usize = 43;

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
