//! Strategies in order: each is asked for a login, then tried, and the first that has a token
//! is kept.

use std::sync::OnceLock;

use http::{HeaderName, header};
use lakekey_config::AUTH_TYPE;
use lakekey_core::{Code, Context, Error, Kind, Login, Settings, Strategy, Token};

use crate::missing::{is_meant, missing};

/// The logins that the settings allow, in the order in which they are tried.
#[derive(Debug)]
pub(crate) struct Chain {
    logins: Vec<(&'static str, Login)>,
    passed: Vec<(&'static str, String)>,
    /// Those passed over that may have been meant.
    meant: Vec<&'static str>,
    is_pinned: bool,
    chosen: OnceLock<usize>,
}

impl Chain {
    /// Asks every strategy, or the one that `auth_type` names, for a login.
    pub(crate) fn new(
        strategies: &[Box<dyn Strategy>],
        settings: &Settings,
    ) -> Result<Self, Error> {
        let pinned = known_auth_type(strategies, settings)?;
        let mut chain = Self {
            logins: Vec::new(),
            passed: Vec::new(),
            meant: Vec::new(),
            is_pinned: pinned.is_some(),
            chosen: OnceLock::new(),
        };
        for strategy in strategies {
            if pinned.is_some_and(|name| !answers_to(&**strategy, name)) {
                continue;
            }
            let name = strategy.name();
            if let Some(login) = strategy.login(settings)? {
                chain.logins.push((name, login));
                continue;
            }
            chain.passed.push((name, missing(name, settings)));
            if is_meant(name, settings) {
                chain.meant.push(name);
            }
        }
        Ok(chain)
    }

    /// The tokens of the first login that has any, `Authorization` first.
    pub(crate) async fn mint(&self, cx: &Context) -> Result<Vec<(HeaderName, Token)>, Error> {
        if let Some(&index) = self.chosen.get() {
            return mint(&self.logins[index].1, cx).await;
        }
        let mut absent = Vec::new();
        for (index, (name, login)) in self.logins.iter().enumerate() {
            match mint(login, cx).await {
                Ok(tokens) => {
                    // Another caller may have chosen meanwhile; both choices hold a token.
                    let _ = self.chosen.set(index);
                    return Ok(tokens);
                }
                Err(error) if error.kind() == Kind::Absent => absent.push((*name, error)),
                Err(error) => return Err(error),
            }
        }
        Err(self.exhausted(absent))
    }

    /// The name of the strategy in use, or of the first that will be tried.
    pub(crate) fn name(&self) -> Option<&'static str> {
        let index = self.chosen.get().copied().unwrap_or(0);
        self.logins.get(index).map(|(name, _)| *name)
    }

    /// The strategies that were passed over, each with the reason.
    pub(crate) fn passed(&self) -> &[(&'static str, String)] {
        &self.passed
    }

    fn exhausted(&self, mut absent: Vec<(&'static str, Error)>) -> Error {
        let untried = self.untried(absent.is_empty());
        if absent.len() == 1 {
            let (_, only) = absent.remove(0);
            return untried.into_iter().fold(only, Error::with_note);
        }
        let hint = match absent.first().and_then(|(_, error)| error.hint()) {
            Some(hint) => hint,
            None if self.is_pinned => "set what is missing, or leave `auth_type` out",
            None => "lakekey auth login --host <HOST>",
        };
        let message = "none of the ways to authenticate applies";
        let error = Error::new(Code::NotConfigured, message).with_hint(hint);
        let tried = absent
            .iter()
            .map(|(name, error)| format!("{name}: {error}"));
        let notes = tried.chain(untried);
        notes.fold(error, Error::with_note)
    }

    /// The strategies that were passed over: the reason of each that may have been meant, or all
    /// of them on one line where nothing was.
    fn untried(&self, is_all: bool) -> Vec<String> {
        if is_all && self.meant.is_empty() && !self.is_pinned {
            let names: Vec<_> = self.passed.iter().map(|(name, _)| *name).collect();
            return vec![format!("nothing is set for {}", names.join(", "))];
        }
        let passed = self.passed.iter();
        passed
            .filter(|(name, _)| self.is_pinned || self.meant.contains(name))
            .map(|(name, reason)| format!("{name}: {reason}"))
            .collect()
    }
}

async fn mint(login: &Login, cx: &Context) -> Result<Vec<(HeaderName, Token)>, Error> {
    let mut tokens = vec![(header::AUTHORIZATION, login.authorization.token(cx).await?)];
    for (name, source) in &login.headers {
        match source.token(cx).await {
            Ok(token) => tokens.push((name.clone(), token)),
            Err(error) if error.kind() == Kind::Absent => cx.observer().survived(&error),
            Err(error) => return Err(error),
        }
    }
    Ok(tokens)
}

/// The one strategy that `auth_type` names, if it is set; an error when there is none of the name.
pub(crate) fn known_auth_type<'a>(
    strategies: &[Box<dyn Strategy>],
    settings: &'a Settings,
) -> Result<Option<&'a str>, Error> {
    match settings.get(&AUTH_TYPE) {
        Some(name) if !strategies.iter().any(|known| answers_to(&**known, name)) => {
            Err(unknown(name, strategies, settings))
        }
        pinned => Ok(pinned),
    }
}

pub(crate) fn answers_to(strategy: &dyn Strategy, name: &str) -> bool {
    strategy.name() == name || (strategy.name() == U2M && name == U2M_IN_OTHER_SDKS)
}

fn unknown(name: &str, strategies: &[Box<dyn Strategy>], settings: &Settings) -> Error {
    let known: Vec<_> = strategies.iter().map(|strategy| strategy.name()).collect();
    let message = format!("auth_type `{}` is not known here", name.escape_default());
    let error = Error::new(Code::Config, message).with_hint(format!(
        "use one of {}, or leave auth_type out",
        known.join(", ")
    ));
    settings.with_origin_of(error, &AUTH_TYPE)
}

/// The name of the stored sign-in of a person, as the official tools write it.
pub(crate) const U2M: &str = "databricks-cli";
/// The name under which some SDKs sign in through a browser by themselves.
const U2M_IN_OTHER_SDKS: &str = "external-browser";
