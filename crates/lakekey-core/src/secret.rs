use std::fmt;

use http::HeaderValue;
use http::header::InvalidHeaderValue;
use zeroize::Zeroizing;

use crate::sabotage;

/// A text that must not be shown: a token, a password, a client secret.
///
/// `Debug` prints a placeholder, there is no `Display`, and the memory is zeroed on drop. The one
/// way to the text is [`Secret::expose`], a name that can be searched for in a review.
///
/// ```
/// use lakekey_core::Secret;
///
/// let secret = Secret::from("dapi-123");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.expose(), "dapi-123");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself.
    ///
    /// A secret becomes text in two places only: a request being sent, a store being written.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The secret as the bearer token of an `Authorization` header (RFC 6750 §2.1), marked sensitive.
    ///
    /// # Errors
    ///
    /// The text holds something else than visible ASCII characters, blanks and tabs.
    ///
    /// ```
    /// use lakekey_core::Secret;
    ///
    /// let header = Secret::from("dapi-123").bearer()?;
    /// assert!(header == "Bearer dapi-123" && header.is_sensitive());
    /// # Ok::<_, http::header::InvalidHeaderValue>(())
    /// ```
    pub fn bearer(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.expose()));
        let mut value = HeaderValue::from_str(&text)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if sabotage::is_off("redact") {
            return formatter.write_str(self.expose());
        }
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        let secret = Secret::from("canary");
        for shown in [format!("{secret:?}"), format!("{secret:#?}")] {
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}
