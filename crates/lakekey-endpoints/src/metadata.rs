//! What the two metadata documents have in common: reading JSON that cannot be trusted.

use serde_json::{Map, Value};
use url::Url;

use crate::Host;
use crate::excerpt::{excerpt, url_excerpt};
use crate::sabotage;

/// Why a metadata document is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The document is no JSON object, or a member is missing or of the wrong type. Asking again
    /// may help: proxies and login pages answer like this.
    #[error("the metadata is unreadable: {member} must be {expected}, found {found}")]
    Unreadable {
        /// The member, or `the document`.
        member: &'static str,
        /// What should be there.
        expected: &'static str,
        /// What is there, in words or as the beginning of its text, escaped.
        found: String,
    },
    /// The document points somewhere it must not. It is either forged or meant for another host.
    #[error("the metadata cannot be trusted: {member} must be {expected}, found {found}")]
    Untrusted {
        /// The member.
        member: &'static str,
        /// What should be there.
        expected: String,
        /// What is there, in words or as the beginning of its text, escaped.
        found: String,
    },
}

impl MetadataError {
    /// The stable code of this error: `discovery_failed` or `discovery_untrusted`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "discovery_failed",
            Self::Untrusted { .. } => "discovery_untrusted",
        }
    }
}

/// A JSON object of which only known members are looked at.
pub(crate) struct Document(Map<String, Value>);

impl Document {
    /// Nesting is bounded by the recursion limit of `serde_json`; size is bounded by the reader.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, MetadataError> {
        match serde_json::from_slice(document) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(other) => Err(unreadable(
                "the document",
                "a JSON object",
                describe(Some(&other)),
            )),
            Err(error) => Err(unreadable(
                "the document",
                "a JSON object",
                not_json(document, &error),
            )),
        }
    }

    /// The member, unless it is missing or null.
    pub(crate) fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member).filter(|value| !value.is_null())
    }

    /// The member where it is a text that can be shown and kept, and `None` otherwise.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.get(member)
            .and_then(Value::as_str)
            .filter(|text| is_plain(text))
    }
}

/// Parses a URL that must be an absolute one on `host`, without user information and fragment.
pub(crate) fn url_on(host: &Host, member: &'static str, text: &str) -> Result<Url, MetadataError> {
    let strict = text.contains("://") && !text.contains(is_dropped_by_parser);
    match Url::parse(text) {
        Ok(url)
            if strict
                && (host.same_origin(&url) || sabotage::is_off("origin_check"))
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none() =>
        {
            Ok(url)
        }
        _ => Err(untrusted(
            member,
            format!("a URL on `{host}`"),
            format!("`{}`", url_excerpt(text)),
        )),
    }
}

pub(crate) fn unreadable(
    member: &'static str,
    expected: &'static str,
    found: String,
) -> MetadataError {
    MetadataError::Unreadable {
        member,
        expected,
        found,
    }
}

pub(crate) fn untrusted(member: &'static str, expected: String, found: String) -> MetadataError {
    MetadataError::Untrusted {
        member,
        expected,
        found,
    }
}

/// A member in words; the text of a string.
pub(crate) fn describe(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a boolean".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::String(text)) => format!("`{}`", excerpt(text)),
        Some(Value::Array(_)) => "an array".to_owned(),
        Some(Value::Object(_)) => "an object".to_owned(),
    }
}

/// What a body that is no JSON looks like. A proxy's page may hold anything, so it is not quoted.
fn not_json(document: &[u8], error: &serde_json::Error) -> String {
    match document.trim_ascii_start().first() {
        None => "an empty body".to_owned(),
        Some(b'<') => "a web page".to_owned(),
        Some(_) => format!(
            "an error at line {}, column {}",
            error.line(),
            error.column()
        ),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

fn is_dropped_by_parser(character: char) -> bool {
    character.is_control() || character.is_whitespace() || character == '\\'
}
