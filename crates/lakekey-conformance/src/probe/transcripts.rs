//! Everything that was printed, and the search for secrets in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disguise::Parts;

/// What was printed in a check. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcripts(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    texts: Vec<(String, String)>,
    secrets: BTreeSet<String>,
    access_tokens_on_stdout: bool,
}

impl Transcripts {
    /// Adds a text and says what it is, for instance `stderr of lakekey auth token`.
    pub(crate) fn add(&self, what: &str, text: String) {
        self.inner().texts.push((what.to_owned(), text));
    }

    pub(super) fn add_secret(&self, secret: &str) {
        self.inner().secrets.insert(secret.to_owned());
    }

    /// The secrets that were handed over, as opposed to those that mocks know of.
    pub(super) fn secrets(&self) -> Vec<String> {
        self.inner().secrets.iter().cloned().collect()
    }

    pub(super) fn allow_access_tokens_on_stdout(&self) {
        self.inner().access_tokens_on_stdout = true;
    }

    /// Where the first secret was found; says which kind of text, never the secret.
    pub(super) fn leak(
        &self,
        secrets: &[String],
        access_tokens: &BTreeSet<String>,
    ) -> Option<String> {
        let inner = self.inner();
        let all: BTreeSet<_> = secrets.iter().chain(&inner.secrets).collect();
        let all: Vec<_> = all.into_iter().chain(access_tokens).collect();
        let parts = Parts::of(all.iter().copied());
        inner.texts.iter().find_map(|(what, text)| {
            let is_output = inner.access_tokens_on_stdout && what.starts_with(STDOUT);
            let text = if is_output {
                without(text, access_tokens)
            } else {
                text.clone()
            };
            let found = found(&text, &all, &parts)?;
            Some(format!("{found} is in {what}"))
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which secret is in a text, in words that do not give it away.
fn found(text: &str, secrets: &[&String], parts: &Parts) -> Option<String> {
    let mut long = secrets.iter().filter(|it| it.len() >= SHORTEST);
    let whole = long.find(|secret| text.contains(secret.as_str()));
    let whole = whole.map(|secret| format!("a secret of {} characters", secret.len()));
    let part = || parts.are_in(text).then(|| "a part of a secret".to_owned());
    whole.or_else(part)
}

/// The text with a mark in the place of each access token.
fn without(text: &str, access_tokens: &BTreeSet<String>) -> String {
    let tokens = access_tokens.iter().filter(|token| !token.is_empty());
    tokens.fold(text.to_owned(), |text, token| {
        text.replace(token, "<access token>")
    })
}

/// How the name of a standard output begins.
pub(super) const STDOUT: &str = "stdout";
/// Shorter texts than this are found by chance.
const SHORTEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_was_printed() {
        let texts = Transcripts::default();
        texts.add("stderr of a", "all is well".to_owned());
        assert_eq!(texts.leak(&["secret-1".to_owned()], &BTreeSet::new()), None);
        texts.add("the error of b", "it was secret-1, sorry".to_owned());
        let leak = texts.leak(&["secret-1".to_owned()], &BTreeSet::new());
        assert_eq!(
            leak.as_deref(),
            Some("a secret of 8 characters is in the error of b")
        );
    }

    #[test]
    fn an_access_token_may_be_output_and_nothing_else() {
        let texts = Transcripts::default();
        let access = BTreeSet::from(["access-token".to_owned()]);
        texts.add("stdout of a", "access-token\nrefresh-token".to_owned());
        texts.allow_access_tokens_on_stdout();
        assert_eq!(texts.leak(&["access-token".to_owned()], &access), None);
        assert!(texts.leak(&["refresh-token".to_owned()], &access).is_some());
        texts.add("stderr of a", "access-token".to_owned());
        assert!(texts.leak(&[], &access).is_some());
    }
}
