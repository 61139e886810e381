//! What must hold: `fixtures/catalogue.json`.

#[cfg(test)]
mod schema;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Every fact that must hold, whether it is checked yet or not.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Catalogue {
    /// The facts, in the order of the file.
    pub(crate) entries: Vec<Entry>,
}

impl Catalogue {
    /// The catalogue this crate was built with.
    pub(crate) fn get() -> &'static Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            serde_json::from_str(TEXT).expect("a test holds the catalogue against its schema")
        });
        &EMBEDDED
    }

    /// The entry of that id.
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// A fact that must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The id, for life.
    pub(crate) id: String,
    /// Who is judged.
    pub(crate) side: Side,
    /// The group it is reported in.
    pub(crate) area: String,
    /// How binding it is.
    pub(crate) level: Level,
    /// How long it takes.
    pub(crate) tier: Tier,
    /// What must hold, in a sentence.
    pub(crate) statement: String,
    /// Where it is written.
    pub(crate) rfc: String,
    /// The outcomes that are right: error kinds for the client, statuses and OAuth errors for the server.
    pub(crate) kinds: Vec<String>,
    /// The situations in which it is tried; empty if there is one only.
    #[serde(default)]
    pub(crate) variants: Vec<String>,
    /// How many token requests there may be.
    #[serde(default)]
    pub(crate) token_posts: Option<TokenPosts>,
    /// Disturbances that must have happened.
    #[serde(default)]
    pub(crate) faults: Vec<String>,
    /// The operating systems on which it can hold; empty: all.
    #[serde(default)]
    pub(crate) platforms: Vec<String>,
}

impl Entry {
    /// The names of its tests after the id; one empty name if there are no variants.
    pub(crate) fn variants(&self) -> Vec<&str> {
        if self.variants.is_empty() {
            return vec![""];
        }
        self.variants.iter().map(String::as_str).collect()
    }

    /// Whether `found` token requests are right for that variant.
    pub(crate) fn allows_posts(&self, variant: &str, found: u64) -> bool {
        let index = self.variants.iter().position(|name| name == variant);
        self.token_posts.as_ref().is_none_or(|posts| {
            let each = posts.0.len() == self.variants.len();
            match index.filter(|_| each).and_then(|index| posts.0.get(index)) {
                Some(range) => range.contains(&found),
                None => posts.0.iter().any(|range| range.contains(&found)),
            }
        })
    }

    /// Whether it can hold on this operating system.
    pub(crate) fn is_for_this_platform(&self) -> bool {
        let here = std::env::consts::OS;
        self.platforms.is_empty() || self.platforms.iter().any(|platform| platform == here)
    }
}

/// Who is judged.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    /// lakekey.
    Client,
    /// The mock that judges it.
    Server,
}

impl Side {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }

    /// Who that is.
    pub(crate) fn judged(self) -> &'static str {
        match self {
            Self::Client => "lakekey",
            Self::Server => "the mock",
        }
    }
}

/// How binding a fact is (RFC 2119).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    /// Not to be departed from.
    Must,
    /// To be departed from for a reason only.
    Should,
    /// A choice.
    May,
}

/// How long a case takes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tier {
    /// Up to about two seconds.
    Fast,
    /// Longer.
    Slow,
}

/// How many token requests there may be: alternatives, each a range.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TokenPosts(Vec<RangeInclusive<u64>>);

impl TryFrom<String> for TokenPosts {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let ranges = text.split('|').map(|range| range_of(range.trim()));
        let ranges: Option<_> = ranges.collect();
        ranges
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no number of requests"))
    }
}

/// `N`, `A..B` or `<=N`.
fn range_of(text: &str) -> Option<RangeInclusive<u64>> {
    if let Some(most) = text.strip_prefix("<=") {
        return Some(0..=most.parse().ok()?);
    }
    if let Some((least, most)) = text.split_once("..") {
        return Some(least.parse().ok()?..=most.parse().ok()?);
    }
    let exactly = text.parse().ok()?;
    Some(exactly..=exactly)
}

const TEXT: &str = include_str!("../../../fixtures/catalogue.json");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_requests_are_ranges_or_alternatives() {
        let allows = |text: &str, found| {
            let posts = TokenPosts::try_from(text.to_owned()).unwrap();
            posts.0.iter().any(|range| range.contains(&found))
        };
        assert!(allows("1", 1) && !allows("1", 0) && !allows("1", 2));
        assert!(allows("1..3", 3) && !allows("1..3", 4));
        assert!(allows("<=4", 0) && !allows("<=4", 5));
        assert!(allows("0 | 2", 2) && !allows("0 | 2", 1));
        assert!(TokenPosts::try_from("some".to_owned()).is_err());
    }

    #[test]
    fn as_many_alternatives_as_variants_go_by_the_variant() {
        let entry = Catalogue::get().find("C-TOK-13").unwrap();
        assert!(entry.allows_posts("seconds", 2) && !entry.allows_posts("seconds", 1));
        assert!(entry.allows_posts("huge", 1) && !entry.allows_posts("huge", 2));
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = Catalogue::get()
            .entries
            .iter()
            .map(|entry| &entry.id)
            .collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
