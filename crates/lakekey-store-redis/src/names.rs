//! What things are called in Redis.

use lakekey_core::{Code, Error};
use lakekey_store::Key;

/// The part that all names of one store begin with.
#[derive(Clone, Debug)]
pub(crate) struct Namespace(String);

/// What is kept under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Token,
    Record,
    Lease,
}

impl Namespace {
    /// A namespace of letters, digits and `-_.:/`, at least one.
    pub(crate) fn new(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
        if text.is_empty() || !text.bytes().all(fits) {
            let shown = text.escape_debug();
            let message = format!("`{shown}` is no namespace for a store in Redis");
            return Err(
                Error::new(Code::Config, message).with_hint("use letters, digits and any of -_.:/")
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// The name of one part of a login: `namespace:{key}:part`.
    ///
    /// The braces are a hash tag: a cluster keeps all parts of a login in one place. A namespace
    /// has no brace, so that no two keys or namespaces ever share a name.
    pub(crate) fn name(&self, key: &Key, part: Part) -> String {
        let part = match part {
            Part::Token => "token",
            Part::Record => "record",
            Part::Lease => "lease",
        };
        format!("{}:{{{}}}:{part}", self.0, key.as_str())
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Self("lakekey".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use lakekey_core::Code;
    use lakekey_store::Key;

    use super::{Namespace, Part};

    #[test]
    fn a_name_shows_namespace_key_and_part() {
        let key = Key::new("https://acme.cloud.databricks.com");
        let name = Namespace::default().name(&key, Part::Token);
        assert_eq!(name, "lakekey:{https://acme.cloud.databricks.com}:token");
    }

    #[test]
    fn a_namespace_cannot_reach_into_another() {
        for text in ["", "a{", "a}b", "a b", "ä", "a\n"] {
            assert_eq!(
                Namespace::new(text).unwrap_err().code(),
                Code::Config,
                "{text}"
            );
        }
        assert!(Namespace::new("team/fleet-7:v1.0_x").is_ok());
    }
}
