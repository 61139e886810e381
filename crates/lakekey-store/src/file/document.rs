//! The format of the whole file: what is not touched is kept to the byte.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::text::push_text;
use crate::Key;

/// A token cache, as the pieces of its text.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    entries: Members<'a>,
    /// Members lakekey does not know.
    rest: Members<'a>,
}

/// The members of an object by name, each with the text of its value. Of members with the same
/// name the last one counts.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Why a text is no token cache of version 1. Neither holds a secret.
#[derive(Debug)]
pub(super) enum Defect {
    Corrupt(String),
    Version(String),
}

impl<'a> Document<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Defect> {
        let text = str::from_utf8(bytes).map_err(|error| {
            Defect::Corrupt(format!("no UTF-8 at byte {}", error.valid_up_to()))
        })?;
        let mut rest: Members<'a> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        match rest.remove("version").map(RawValue::get) {
            Some("1") => {}
            Some(found) => return Err(Defect::Version(shorten(found))),
            None => return Err(Defect::Version("none".to_owned())),
        }
        let entries = match rest.remove("tokens").map(RawValue::get) {
            None | Some("null") => Members::new(),
            Some(tokens) => serde_json::from_str(tokens)
                .map_err(|_| Defect::Corrupt("`tokens` is not an object".to_owned()))?,
        };
        Ok(Self { entries, rest })
    }

    /// The text of one entry.
    pub(super) fn entry(&self, key: &Key) -> Option<&'a str> {
        self.entries.get(key.as_str()).copied().map(RawValue::get)
    }

    /// The names of all entries, sorted.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The text of the file with this text as the entry of `key`.
    pub(super) fn with(&self, key: &Key, entry: &str) -> Zeroizing<String> {
        let mut entries = self.texts();
        entries.insert(key.as_str(), entry);
        self.write(&entries)
    }

    /// The text of the file without the entry of `key`.
    pub(super) fn without(&self, key: &Key) -> Zeroizing<String> {
        let mut entries = self.texts();
        entries.remove(key.as_str());
        self.write(&entries)
    }

    fn texts(&self) -> BTreeMap<&str, &str> {
        self.entries
            .iter()
            .map(|(key, entry)| (key.as_str(), entry.get()))
            .collect()
    }

    /// The layout of the official tools: two spaces, sorted keys, no line feed at the end.
    fn write(&self, entries: &BTreeMap<&str, &str>) -> Zeroizing<String> {
        let rest = self
            .rest
            .iter()
            .map(|(name, value)| (name.as_str(), value.get()));
        // A name can grow sixfold by escaping. A buffer that need not grow leaves no copies behind.
        let size: usize = entries
            .iter()
            .map(|(name, value)| (*name, *value))
            .chain(rest.clone())
            .map(|(name, value)| 6 * name.len() + value.len() + 16)
            .sum();
        let mut text = Zeroizing::new(String::with_capacity(size + 64));
        text.push_str("{\n  \"version\": 1,\n  \"tokens\": {");
        push_members(
            &mut text,
            4,
            entries.iter().map(|(name, value)| (*name, *value)),
        );
        text.push_str(if entries.is_empty() { "}" } else { "\n  }" });
        for (name, value) in rest {
            text.push(',');
            push_members(&mut text, 2, [(name, value)]);
        }
        text.push_str("\n}");
        text
    }
}

/// Adds members, each on a line of its own.
pub(super) fn push_members<'a>(
    text: &mut String,
    indent: usize,
    members: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    for (index, (name, value)) in members.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.extend(std::iter::repeat_n(' ', indent));
        push_text(text, name);
        text.push_str(": ");
        text.push_str(value);
    }
}

/// The place of the mistake only: the parser's own words can quote a token.
fn not_json(error: &serde_json::Error) -> Defect {
    let fault = if error.is_data() {
        "no JSON object"
    } else {
        "no JSON"
    };
    Defect::Corrupt(format!(
        "{fault} at line {}, column {}",
        error.line(),
        error.column()
    ))
}

/// What may be told of a version: it may be anything, even something that belongs elsewhere in the file.
fn shorten(found: &str) -> String {
    if found.starts_with(['"', '{', '[']) {
        return "other than a number".to_owned();
    }
    found.chars().take(16).collect()
}
