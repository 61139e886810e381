use std::fmt;

/// The name under which a store keeps one login.
///
/// The official tools use the profile name, or for older versions of theirs the host, or
/// `<host>/oidc/accounts/<id>`. A key is compared byte by byte and is not secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// A key of exactly this text, such as the cache key of a target.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key of a profile: its name.
    pub fn profile(name: &str) -> Self {
        Self::new(name)
    }

    /// The text, as it stands in the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    /// The text with control characters escaped, fit for a terminal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.escape_debug())
    }
}
