use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Challenge;

/// The secret of one sign-in: 43 to 128 unreserved characters (RFC 7636 §4.1).
///
/// Its [`Challenge`] goes to the authorization endpoint; the verifier itself goes only to the
/// token endpoint, with the code. It is not `Clone`, its `Debug` output says nothing about it, and
/// its memory is zeroed on drop.
pub struct Verifier(Zeroizing<String>);

impl Verifier {
    /// Draws a fresh verifier of 86 characters from the operating system's generator.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers to give. Nothing can be signed in to safely
    /// on such a machine, and no caller could do better.
    pub fn generate() -> Self {
        let mut entropy = Zeroizing::new([0; 64]);
        SysRng
            .try_fill_bytes(entropy.as_mut())
            .expect("the operating system gives random numbers");
        Self::from_entropy(*entropy)
    }

    /// Encodes 64 bytes from a cryptographic generator as 86 characters of unpadded base64url.
    ///
    /// The same bytes give the same verifier, which is what tests and vectors need. Everybody else
    /// wants [`Verifier::generate`].
    pub fn from_entropy(mut bytes: [u8; 64]) -> Self {
        let verifier = Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())));
        bytes.zeroize();
        verifier
    }

    /// The challenge that commits to this verifier (RFC 7636 §4.2).
    pub fn challenge(&self) -> Challenge {
        Challenge::of(self)
    }

    /// The secret text, for the `code_verifier` of a token request (RFC 7636 §4.5).
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        if let Some(position) = text.chars().position(|character| !is_unreserved(character)) {
            return Err(VerifierError::Character { position });
        }
        if !LENGTHS.contains(&text.len()) {
            return Err(VerifierError::Length { found: text.len() });
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(<redacted>)")
    }
}

/// Why a text is no verifier. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifierError {
    /// A character is not one of `A-Z a-z 0-9 - . _ ~`.
    Character {
        /// How many characters stand before it.
        position: usize,
    },
    /// There are fewer than 43 or more than 128 characters.
    Length {
        /// How many characters there are.
        found: usize,
    },
}

impl VerifierError {
    /// The stable code of this error: `invalid_verifier`.
    pub fn code(&self) -> &'static str {
        "invalid_verifier"
    }
}

impl fmt::Display for VerifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { position } => write!(
                f,
                "character {} of the verifier is not one of `A-Z a-z 0-9 - . _ ~`",
                position + 1
            ),
            Self::Length { found } => {
                write!(
                    f,
                    "the verifier has {found} characters; it must have 43 to 128"
                )
            }
        }
    }
}

impl std::error::Error for VerifierError {}

/// RFC 3986 §2.3.
fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~')
}

const LENGTHS: std::ops::RangeInclusive<usize> = 43..=128;
