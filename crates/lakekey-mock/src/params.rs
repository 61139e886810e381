//! Parameters of a query or a form.

use url::form_urlencoded;

/// Decoded names and values in the order they were sent (RFC 6749 appendix B).
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first value of that name. An empty value counts as absent (RFC 6749 §3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Whether any name comes more than once.
    pub(crate) fn repeats_any(&self) -> bool {
        self.0
            .iter()
            .enumerate()
            .any(|(index, (name, _))| self.0[..index].iter().any(|(earlier, _)| earlier == name))
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}
