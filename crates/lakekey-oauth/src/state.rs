use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::entropy;

/// The `state` of one authorization request: only the answer that repeats it belongs to this
/// sign-in (RFC 6749 §10.12).
///
/// `Debug` does not show it. A state kept elsewhere comes back through `FromStr`.
#[derive(Clone)]
pub struct State(String);

impl State {
    /// Draws a fresh state of 22 characters, 128 bits, from the operating system's generator.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers to give.
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy::bytes::<16>()))
    }

    /// The text, as it stands in the authorization request.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same text; takes the same time whatever it differs in but length.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl FromStr for State {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StateError)
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(…)")
    }
}

/// A text is no state: it is empty, longer than 512 characters, or not printable ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state must be 1 to {MAX_LENGTH} printable ASCII characters without blanks")]
pub struct StateError;

const MAX_LENGTH: usize = 512;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::State;

    #[test]
    fn fresh_states_differ_and_are_url_safe() {
        let states: BTreeSet<_> = (0..10_000).map(|_| State::generate().0).collect();
        assert_eq!(states.len(), 10_000);
        let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        assert!(
            states
                .iter()
                .all(|state| state.len() == 22 && state.bytes().all(safe))
        );
    }

    #[test]
    fn only_the_same_text_matches() {
        let state: State = "aBc".parse().unwrap();
        assert!(state.matches("aBc"));
        for other in ["", "aB", "abc", "aBc ", "aBcd"] {
            assert!(!state.matches(other), "{other:?}");
        }
    }

    #[test]
    fn a_text_that_anybody_could_repeat_is_no_state() {
        for text in ["", " ", "a b", "é", &"x".repeat(513)] {
            assert!(text.parse::<State>().is_err(), "{text:?}");
        }
    }
}
