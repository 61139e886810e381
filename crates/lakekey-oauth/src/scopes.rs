use std::fmt;
use std::str::FromStr;

use crate::text::sanitised;

/// What a token may be used for: scopes in the order they were given, each once.
///
/// Two lists are equal when they hold the same scopes, in whatever order; the case of a letter
/// matters (RFC 6749 §3.3). The default is `all-apis`.
///
/// ```
/// use lakekey_oauth::Scopes;
///
/// let scopes: Scopes = "sql, jobs".parse()?;
/// assert_eq!(scopes.with_offline_access().to_string(), "offline_access sql jobs");
/// assert_eq!(Scopes::default().to_string(), "all-apis");
/// # Ok::<(), lakekey_oauth::ScopeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// The scope that brings a refresh token.
    pub const OFFLINE_ACCESS: &str = "offline_access";

    /// No scopes, for a server that knows what a client may do by other means.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The same scopes with `offline_access` in front, as the official clients send them.
    pub fn with_offline_access(mut self) -> Self {
        self.0.retain(|scope| scope != Self::OFFLINE_ACCESS);
        self.0.insert(0, Self::OFFLINE_ACCESS.to_owned());
        self
    }

    /// Whether `scope` is one of them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Whether every one of these scopes is also in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|scope| other.contains(scope))
    }

    /// Whether there is no scope.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Self(vec!["all-apis".to_owned()])
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    /// Reads scopes separated by commas or blanks; an empty text is an empty list.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let mut scopes = Self(Vec::new());
        for scope in text.split(|c: char| c == ',' || c.is_whitespace()) {
            if !scope.bytes().all(is_scope_character) {
                return Err(ScopeError {
                    scope: sanitised(scope),
                });
            }
            if !scope.is_empty() && !scopes.contains(scope) {
                scopes.0.push(scope.to_owned());
            }
        }
        Ok(scopes)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl PartialEq for Scopes {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

impl Eq for Scopes {}

/// A scope has a character that no scope may have (RFC 6749 §3.3).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{scope}` is no scope: it may not hold quotes, backslashes or characters beyond ASCII")]
pub struct ScopeError {
    scope: String,
}

/// RFC 6749 §3.3, `scope-token`.
fn is_scope_character(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use super::Scopes;

    fn scopes(text: &str) -> Scopes {
        text.parse().unwrap()
    }

    #[test]
    fn commas_and_blanks_separate_and_doubles_vanish() {
        assert_eq!(
            scopes(" sql,jobs  sql\tfiles:read,").to_string(),
            "sql jobs files:read"
        );
        assert_eq!(scopes("").to_string(), "");
    }

    #[test]
    fn offline_access_goes_to_the_front_once() {
        let twice = scopes("sql offline_access")
            .with_offline_access()
            .with_offline_access();
        assert_eq!(twice.to_string(), "offline_access sql");
    }

    #[test]
    fn comparison_is_by_set_and_case() {
        assert_eq!(scopes("a b"), scopes("b a"));
        assert_ne!(scopes("a b"), scopes("a B"));
        assert!(scopes("a").is_subset(&scopes("b a")));
        assert!(!scopes("a c").is_subset(&scopes("b a")));
    }

    #[test]
    fn what_no_scope_may_hold_is_refused() {
        for text in ["a\"b", "a\\b", "ä", "a\u{7f}"] {
            assert!(text.parse::<Scopes>().is_err(), "{text:?}");
        }
    }
}
