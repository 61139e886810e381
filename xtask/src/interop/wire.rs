//! What a client has sent, as the mock's journal tells it.

use std::collections::BTreeMap;

use crate::stage::{Entry, Mock, ensure, same};
use crate::terminal::Failure;

/// The requests since the last look, in order.
#[derive(Debug)]
pub(super) struct Wire(Vec<Entry>);

impl Wire {
    pub(super) fn of(mock: &mut Mock) -> Result<Self, Failure> {
        let entries = mock.news()?;
        let refused: Vec<_> = entries.iter().filter(|entry| !entry.succeeded()).collect();
        ensure(refused.is_empty(), || {
            format!("the mock refused {refused:#?}")
        })?;
        Ok(Self(entries))
    }

    /// Only what the SDK has sent itself.
    pub(super) fn only_of_the_sdk(self) -> Self {
        let is_python = |entry: &Entry| {
            entry
                .header("user-agent")
                .is_some_and(|it| it.contains("python"))
        };
        Self(self.0.into_iter().filter(is_python).collect())
    }

    /// Fails unless the requests are these; one that is repeated at once counts as one.
    pub(super) fn is(&self, what: &str, expected: &[&str]) -> Result<(), Failure> {
        let mut found: Vec<_> = self.0.iter().map(Entry::line).collect();
        found.dedup();
        same(what, &*found, expected)
    }

    /// The requests for an endpoint of the mock.
    pub(super) fn all(&self, endpoint: &str) -> impl Iterator<Item = &Entry> {
        self.0
            .iter()
            .filter(move |entry| entry.endpoint == endpoint)
    }

    /// The first request for an endpoint of the mock.
    pub(super) fn first(&self, endpoint: &str) -> Result<&Entry, Failure> {
        let found = self.all(endpoint).next();
        found.ok_or_else(|| Failure::new(format!("no request for `{endpoint}`")))
    }
}

/// Fails unless a token request has this grant type and, beside it, exactly these parameters.
pub(super) fn grant(token: &Entry, grant_type: &str, names: &[&str]) -> Result<(), Failure> {
    is_grant(token.form(), grant_type, names)
}

/// The same, for the form of the request.
pub(super) fn is_grant(
    mut form: BTreeMap<String, String>,
    grant_type: &str,
    names: &[&str],
) -> Result<(), Failure> {
    same(
        "the grant type",
        &form.remove("grant_type").as_deref(),
        &Some(grant_type),
    )?;
    let found: Vec<_> = form.keys().map(String::as_str).collect();
    same("the parameters of the token request", &*found, names)
}
