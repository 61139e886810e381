//! The members of a JSON object that cannot be trusted.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// A JSON object of which only the members asked for are looked at; `null` counts as absent.
pub(crate) struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Members<'a> {
    /// Values stay text until they are asked for, so depth and size of a number cost nothing.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0
            .get(name)
            .copied()
            .filter(|value| value.get() != "null")
    }

    /// A member that is a string; an error when it is there and none.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, NotText> {
        self.get(name)
            .map(|value| serde_json::from_str(value.get()).map_err(|_| NotText))
            .transpose()
    }

    /// The first of `names` that is a string.
    pub(crate) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name).ok().flatten())
    }
}

/// A member is no string.
#[derive(Debug)]
pub(crate) struct NotText;

#[cfg(test)]
mod tests {
    use super::Members;

    #[test]
    fn only_an_object_has_members() {
        for body in [
            "",
            "null",
            "[]",
            "\"text\"",
            "1",
            "{",
            "{}}",
            "{\"a\":1",
            "\u{feff}{}",
        ] {
            assert!(Members::parse(body.as_bytes()).is_none(), "{body:?}");
        }
        assert!(Members::parse(b"{\"a\":\"\xff\"}").is_none());
    }

    #[test]
    fn neither_depth_nor_size_of_other_members_matters() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = format!(r#"{{"deep":{deep},"large":1e400,"a":"b","n":null}}"#);
        let members = Members::parse(body.as_bytes()).unwrap();
        assert_eq!(members.text("a").unwrap().as_deref(), Some("b"));
        assert_eq!(members.text("n").unwrap(), None);
        assert!(members.text("large").is_err());
        assert_eq!(members.first(&["large", "x", "a"]).as_deref(), Some("b"));
    }
}
