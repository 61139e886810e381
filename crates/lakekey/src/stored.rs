//! A stored login: its names in the store, its lease, and what to say when it is gone.

use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Context, Error, Settings, Token};
use lakekey_endpoints::Target;
use lakekey_store::{Key, Lease, StoreError, TokenStore};

use crate::hosts::Hosts;
use crate::wish::{Issuer, Wish};

/// A stored login: where it is kept, and what it was made for.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) store: Arc<dyn TokenStore>,
    /// The names it may have in the store: the profile, then those of the host.
    pub(crate) keys: Vec<Key>,
    pub(crate) wish: Wish,
    pub(crate) hosts: Hosts,
    pub(crate) profile: Option<String>,
}

impl Stored {
    /// The login that the settings speak of; `None` without a host.
    pub(crate) fn of(
        settings: &Settings,
        store: &Arc<dyn TokenStore>,
        hosts: &Hosts,
    ) -> Result<Option<Self>, Error> {
        let Some(wish) = Wish::of(settings)? else {
            return Ok(None);
        };
        let profile = settings.profile().map(str::to_owned);
        let keys = keys(&wish, profile.as_deref());
        Ok(Some(Self {
            store: Arc::clone(store),
            keys,
            wish,
            hosts: hosts.clone(),
            profile,
        }))
    }

    /// What the login is for; the host is asked where its name does not say enough.
    pub(crate) async fn target(&self, cx: &Context) -> Result<Target, Error> {
        self.wish.target(cx, &self.hosts).await
    }

    /// The target, and who gives out tokens for it.
    pub(crate) async fn issuer(&self, cx: &Context) -> Result<Issuer, Error> {
        self.wish.issuer(cx, &self.hosts).await
    }

    /// The command that signs in again.
    pub(crate) fn login_command(&self) -> String {
        let Wish {
            host, account_id, ..
        } = &self.wish;
        match (&self.profile, account_id) {
            (Some(profile), _) => format!("lakekey auth login --profile {}", quoted(profile)),
            (None, Some(id)) => format!("lakekey auth login --host {host} --account-id {id}"),
            (None, None) => format!("lakekey auth login --host {host}"),
        }
    }

    /// The stored token.
    ///
    /// A profile has its own name only: what is kept under its host may be somebody else's login.
    pub(crate) fn load(&self) -> Result<Option<Token>, Error> {
        let names = if self.profile.is_some() {
            1
        } else {
            self.keys.len()
        };
        for key in self.keys.iter().take(names) {
            if let Some(token) = self.store.load(key)? {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }

    /// Keeps a new login under its first name and under the host's own, `own_key`.
    pub(crate) fn keep(&self, own_key: &Key, token: &Token) -> Result<(), Error> {
        let _lease = self.lease(PATIENCE)?;
        let first = self.keys.first().filter(|key| *key != own_key);
        for key in first.into_iter().chain([own_key]) {
            self.store.save(key, token)?;
        }
        Ok(())
    }

    /// Keeps `new` under every key that held `old`, so that no alias of the login goes stale.
    pub(crate) fn save(&self, old: &Token, new: &Token) -> Result<(), StoreError> {
        for key in &self.keys {
            let held = self.store.load(key)?;
            if let Some(held) = held.filter(|held| same_login(held, old)) {
                // If it has changed since, somebody newer was here, and theirs stays.
                self.store.replace(key, &held, new)?;
            }
        }
        Ok(())
    }

    /// Removes the login under every key that holds it; says whether there was one.
    ///
    /// The host's own key may belong to another profile of the same host: it goes only when it
    /// holds the same login.
    pub(crate) fn remove(&self) -> Result<bool, Error> {
        let _lease = self.lease(PATIENCE)?;
        let Some(token) = self.load()? else {
            return Ok(false);
        };
        for key in &self.keys {
            if self
                .store
                .load(key)?
                .is_some_and(|held| same_login(&held, &token))
            {
                self.store.remove(key)?;
            }
        }
        Ok(true)
    }

    /// The lease of this login. Its key is the host, since a profile and its host are two names
    /// of one login; two logins at one host merely wait for each other.
    pub(crate) fn lease(&self, patience: Duration) -> Result<Box<dyn Lease>, Error> {
        Ok(self
            .store
            .lease(&Key::new(self.wish.host.as_str()), patience)?)
    }

    pub(crate) fn absent(&self) -> Error {
        let place = match &self.profile {
            Some(profile) => format!("profile `{profile}` ({})", self.wish.host),
            None => self.wish.host.to_string(),
        };
        Error::new(Code::NotLoggedIn, format!("no login is stored for {place}"))
            .with_hint(self.login_command())
    }

    pub(crate) fn dead(&self, reason: &str) -> Error {
        let place = self.profile.as_deref().map_or_else(
            || self.wish.host.to_string(),
            |profile| format!("profile `{profile}`"),
        );
        Error::new(
            Code::ReauthRequired,
            format!("the login of {place} cannot be renewed: {reason}"),
        )
        .with_hint(self.login_command())
    }
}

/// The keys of a login, most telling first: the profile, then what the official tools use for a
/// host alone.
fn keys(wish: &Wish, profile: Option<&str>) -> Vec<Key> {
    let Wish {
        host, account_id, ..
    } = wish;
    let account = account_id
        .as_ref()
        .map(|id| Target::account(host.clone(), id.clone()).cache_key());
    let workspace = (!host.is_accounts()).then(|| host.to_string());
    profile
        .map(str::to_owned)
        .into_iter()
        .chain(account)
        .chain(workspace)
        .map(Key::new)
        .collect()
}

/// The name as a word of a shell's command line.
fn quoted(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@/:".contains(&byte);
    if name.bytes().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

fn same_login(one: &Token, other: &Token) -> bool {
    one.refresh() == other.refresh() && (one.refresh().is_some() || one.access() == other.access())
}

/// How long a sign-in or a sign-out waits for a process that is renewing the same login.
const PATIENCE: Duration = Duration::from_secs(90);
