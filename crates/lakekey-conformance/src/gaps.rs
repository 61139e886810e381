//! What does not hold yet or is not checked yet: `fixtures/known-gaps.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// Every gap, with the reason why it is one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gaps {
    #[serde(default, rename = "gap")]
    pub(crate) list: Vec<Gap>,
}

/// An id, or an id and a variant (`C-TOK-10/br`), that no case covers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gap {
    pub(crate) id: String,
    pub(crate) reason: String,
}

impl Gaps {
    /// The gaps this crate was built with.
    pub(crate) fn get() -> &'static Self {
        static EMBEDDED: LazyLock<Gaps> =
            LazyLock::new(|| toml::from_str(TEXT).expect("a test reads the known gaps"));
        &EMBEDDED
    }

    /// The gap that names this whole id, or this variant of it.
    pub(crate) fn find(&self, id: &str, variant: &str) -> Option<&Gap> {
        self.list.iter().find(|gap| match gap.id.split_once('/') {
            Some((gap, of)) => gap == id && of == variant,
            None => gap.id == id,
        })
    }
}

const TEXT: &str = include_str!("../../../fixtures/known-gaps.toml");
