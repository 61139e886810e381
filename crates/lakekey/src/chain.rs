//! Strategies in order: each is asked for a login, then tried, and the first that has a token
//! is kept.

use std::slice;
use std::sync::OnceLock;

use http::{HeaderName, header};
use lakekey_config::AUTH_TYPE;
use lakekey_core::{Code, Context, Error, Kind, Login, Settings, Strategy, Token};
use lakekey_endpoints::Host;

use crate::cloud::Late;
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
    late: Option<Late>,
    /// What was found late, after the logins above.
    found: OnceLock<Vec<(&'static str, Login)>>,
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
            late: None,
            found: OnceLock::new(),
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

    /// The same chain, which asks the host for its cloud when it would otherwise fail.
    pub(crate) fn with_late(self, late: Option<Late>) -> Self {
        Self { late, ..self }
    }

    /// The tokens of the first login that has any, `Authorization` first.
    pub(crate) async fn mint(&self, cx: &Context) -> Result<Vec<(HeaderName, Token)>, Error> {
        if let Some((_, login)) = self.chosen.get().and_then(|&index| self.get(index)) {
            return mint(login, cx).await;
        }
        let mut absent = Vec::new();
        if let Some(tokens) = self.first(0, &self.logins, cx, &mut absent).await? {
            return Ok(tokens);
        }
        if let Some(late) = &self.late {
            let (from, found) = (self.logins.len(), self.late_logins(late, cx).await?);
            if let Some(tokens) = self.first(from, found, cx, &mut absent).await? {
                return Ok(tokens);
            }
        }
        Err(self.exhausted(absent))
    }

    /// What the host leads to; a host that says nothing now may say it later.
    async fn late_logins(
        &self,
        late: &Late,
        cx: &Context,
    ) -> Result<&[(&'static str, Login)], Error> {
        if self.found_late().is_empty() {
            let logins = late.logins(cx).await?;
            if !logins.is_empty() {
                // Another caller may have found the same meanwhile.
                let _ = self.found.set(logins);
            }
        }
        Ok(self.found_late())
    }

    fn found_late(&self) -> &[(&'static str, Login)] {
        self.found.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// The tokens of the first of these logins that has any; `from` is the index of the first.
    async fn first(
        &self,
        from: usize,
        logins: &[(&'static str, Login)],
        cx: &Context,
        absent: &mut Vec<(&'static str, Error)>,
    ) -> Result<Option<Vec<(HeaderName, Token)>>, Error> {
        for (index, (name, login)) in logins.iter().enumerate() {
            match mint(login, cx).await {
                Ok(tokens) => {
                    // Another caller may have chosen meanwhile; both choices hold a token.
                    let _ = self.chosen.set(from + index);
                    return Ok(Some(tokens));
                }
                Err(error) if error.kind() == Kind::Absent => absent.push((*name, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The host that the login in use finds, or the first login that finds any; `None` where none
    /// looks for one.
    pub(crate) async fn host(&self, cx: &Context) -> Result<Option<Host>, Error> {
        let chosen = self.chosen.get().and_then(|&index| self.get(index));
        let logins = chosen.map_or(self.logins.as_slice(), slice::from_ref);
        let mut absent = None;
        for source in logins.iter().filter_map(|(_, login)| login.host.as_ref()) {
            match source.host(cx).await {
                Ok(host) => return Ok(Some(host)),
                Err(error) if error.kind() == Kind::Absent => absent = Some(error),
                Err(error) => return Err(error),
            }
        }
        absent.map_or(Ok(None), Err)
    }

    /// The name of the strategy in use, or of the first that will be tried.
    pub(crate) fn name(&self) -> Option<&'static str> {
        let index = self.chosen.get().copied().unwrap_or(0);
        self.get(index).map(|(name, _)| *name)
    }

    fn get(&self, index: usize) -> Option<&(&'static str, Login)> {
        self.logins.iter().chain(self.found_late()).nth(index)
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
