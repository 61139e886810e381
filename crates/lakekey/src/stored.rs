//! A stored login: its names in the store, its lease, and what to say when it is gone.

use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Context, Error, Settings, Token, shell_word};
use lakekey_endpoints::Target;
use lakekey_store::{Key, KeyringFault, Lease, StoreError, TokenStore};

use crate::freshness::{Freshness, freshness};
use crate::hosts::Hosts;
use crate::login_stores::{LoginStores, Pair};
use crate::stores::is_damaged;
use crate::wish::{Issuer, Wish};
use crate::{Storage, StorageChoice};

/// A stored login: where it is kept, and what it was made for.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) stores: LoginStores,
    /// The names it may have in a store: the profile, then those of the host.
    pub(crate) keys: Vec<Key>,
    pub(crate) wish: Wish,
    pub(crate) hosts: Hosts,
    pub(crate) profile: Option<String>,
}

/// The token of a login, and the store that it is in.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) token: Token,
    pub(crate) store: Arc<dyn TokenStore>,
}

impl Stored {
    /// The login that the settings speak of; `None` without a host.
    pub(crate) fn of(
        settings: &Settings,
        stores: &LoginStores,
        hosts: &Hosts,
    ) -> Result<Option<Self>, Error> {
        let Some(wish) = Wish::of(settings)? else {
            return Ok(None);
        };
        let profile = settings.profile().map(str::to_owned);
        let keys = keys(&wish, profile.as_deref());
        Ok(Some(Self {
            stores: stores.clone(),
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
            (Some(profile), _) => format!("lakekey auth login --profile {}", shell_word(profile)),
            (None, Some(id)) => format!("lakekey auth login --host {host} --account-id {id}"),
            (None, None) => format!("lakekey auth login --host {host}"),
        }
    }

    /// The login, in whichever store it is.
    ///
    /// The store that was asked for has the say, unless it has none, or none but one of the `dead`
    /// ones, or one that has ended and cannot be renewed. The other store is looked into only
    /// then; that it cannot be read is no error. A login that is found there stays there, and the
    /// observer is told so, once.
    pub(crate) fn find(&self, cx: &Context, dead: &[Token]) -> Result<Found, Error> {
        let Pair { own, other, choice } = self.stores.pair()?;
        let lives = |token: &Token| !dead.iter().any(|dead| same_login(dead, token));
        let now = cx.clock().now();
        let is_of_use = |token: &Token| {
            token.refresh().is_some() || freshness(token, now) != Freshness::Expired
        };
        let here = self.load(&**own)?.filter(lives);
        let found = |token, store: &Arc<dyn TokenStore>| Found {
            token,
            store: Arc::clone(store),
        };
        let (here, other) = match (here, other) {
            (Some(token), _) if is_of_use(&token) => return Ok(found(token, own)),
            (Some(token), None) => return Ok(found(token, own)),
            (None, None) => return Err(self.absent()),
            (here, Some(other)) => (here, other),
        };
        let (there, trouble) = match self.load(&**other) {
            Ok(there) => (there.filter(lives), None),
            Err(error) => (None, Some(error)),
        };
        match (here, there) {
            (Some(here), Some(there)) if !is_of_use(&there) && here.expiry() >= there.expiry() => {
                Ok(found(here, own))
            }
            (_, Some(there)) => {
                if self.stores.is_news() {
                    cx.observer().survived(&self.elsewhere(choice.as_ref()));
                }
                Ok(found(there, other))
            }
            (Some(here), None) => Ok(found(here, own)),
            (None, None) => Err(match trouble.filter(is_worth_a_word) {
                Some(error) => self.absent().with_note(error.to_string()),
                None => self.absent(),
            }),
        }
    }

    /// The token in one store.
    ///
    /// A profile has its own name only: what is kept under its host may be somebody else's login.
    fn load(&self, store: &dyn TokenStore) -> Result<Option<Token>, StoreError> {
        for key in self.names() {
            if let Some(token) = store.load(key)? {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }

    /// The names that mean this login and no other.
    fn names(&self) -> &[Key] {
        match self.profile {
            Some(_) => &self.keys[..1],
            None => &self.keys,
        }
    }

    /// Keeps a new login under its first name and under the host's own, `own_key`.
    ///
    /// In the keyring a profile has its own name only, as for the official tools.
    pub(crate) fn keep(&self, own_key: &Key, token: &Token) -> Result<(), Error> {
        let Pair { own, choice, .. } = self.stores.pair()?;
        let _lease = self.lease(PATIENCE)?;
        let is_secure = matches!(choice, Some(choice) if choice.storage == Storage::Secure);
        let first = self.keys.first().filter(|key| *key != own_key);
        let second = Some(own_key).filter(|_| !(is_secure && self.profile.is_some()));
        for key in first.into_iter().chain(second) {
            own.save(key, token)?;
        }
        Ok(())
    }

    /// Keeps `new` under every key of the store that held `old`, so that no alias of the login
    /// goes stale.
    pub(crate) fn save(&self, old: &Found, new: &Token) -> Result<(), StoreError> {
        let Found { token, store } = old;
        for key in &self.keys {
            let held = store.load(key)?;
            if let Some(held) = held.filter(|held| same_login(held, token)) {
                // If it has changed since, somebody newer was here, and theirs stays.
                store.replace(key, &held, new)?;
            }
        }
        Ok(())
    }

    /// Removes the login from both stores under every key that holds it; says whether there was
    /// one.
    ///
    /// The host's own key may belong to another profile of the same host: it goes only when it
    /// holds the same login. That there is no keyring beside the store that was asked for is fine;
    /// whatever else may have left a login in the other store is told to the observer.
    pub(crate) fn remove(&self, cx: &Context) -> Result<bool, Error> {
        let Pair { own, other, .. } = self.stores.pair()?;
        let _lease = self.lease(PATIENCE)?;
        let mut tokens = Vec::new();
        let here = self.collect(&**own, &mut tokens);
        let there = other.as_ref().map(|it| self.collect(&**it, &mut tokens));
        let clear = |store: &dyn TokenStore, found| self.clear(store, &tokens).map(|()| found);
        let there = other
            .as_ref()
            .zip(there)
            .map(|(store, found)| found.and_then(|found| clear(&**store, found)));
        let here = here.and_then(|found| clear(&**own, found))?;
        match there {
            Some(Ok(there)) => Ok(here || there),
            Some(Err(error)) if !is_absent(&error) => {
                cx.observer().survived(&error.into());
                Ok(here)
            }
            _ => Ok(here),
        }
    }

    /// Adds what one store has under the names of this login, and says whether that is anything.
    /// What cannot be understood is removed at once.
    fn collect(&self, store: &dyn TokenStore, tokens: &mut Vec<Token>) -> Result<bool, StoreError> {
        let mut found = false;
        for key in self.names() {
            match store.load(key) {
                Ok(Some(token)) => tokens.push(token),
                Ok(None) => continue,
                Err(error) if is_damaged(&error) => store.remove(key)?,
                Err(error) => return Err(error),
            }
            found = true;
        }
        Ok(found)
    }

    /// Removes these tokens from one store, under whichever key of this login they are.
    fn clear(&self, store: &dyn TokenStore, tokens: &[Token]) -> Result<(), StoreError> {
        for key in &self.keys {
            let held = match store.load(key) {
                Err(error) if is_damaged(&error) => None,
                held => held?,
            };
            let is_one = |held: &Token| tokens.iter().any(|token| same_login(held, token));
            if held.as_ref().is_some_and(is_one) {
                store.remove(key)?;
            }
        }
        Ok(())
    }

    /// The lease of this login. Its key is the host, since a profile and its host are two names
    /// of one login; two logins at one host merely wait for each other.
    pub(crate) fn lease(&self, patience: Duration) -> Result<Box<dyn Lease>, Error> {
        let Pair { own, .. } = self.stores.pair()?;
        Ok(own.lease(&Key::new(self.wish.host.as_str()), patience)?)
    }

    pub(crate) fn absent(&self) -> Error {
        let place = match &self.profile {
            Some(profile) => format!("profile `{profile}` ({})", self.wish.host),
            None => self.wish.host.to_string(),
        };
        Error::new(Code::NotLoggedIn, format!("no login is stored for {place}"))
            .with_hint(self.login_command())
    }

    /// What to tell of a login that is not in the store that was asked for.
    fn elsewhere(&self, choice: Option<&StorageChoice>) -> Error {
        let place = self.short_name();
        let asked = choice.map_or_else(Storage::default, |choice| choice.storage);
        let (asked, other) = (asked.place(), asked.other().place());
        let message = format!("the login of {place} is in {other}, and new ones go to {asked}");
        Error::new(Code::Config, message).with_hint("lakekey auth storage migrate")
    }

    fn short_name(&self) -> String {
        self.profile.as_deref().map_or_else(
            || self.wish.host.to_string(),
            |profile| format!("profile `{profile}`"),
        )
    }

    pub(crate) fn dead(&self, reason: &str) -> Error {
        let place = self.short_name();
        Error::new(
            Code::ReauthRequired,
            format!("the login of {place} cannot be renewed: {reason}"),
        )
        .with_hint(self.login_command())
    }
}

/// The keys of a login, most telling first: the profile, then what the official tools use for a
/// host alone.
pub(crate) fn keys(wish: &Wish, profile: Option<&str>) -> Vec<Key> {
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

pub(crate) fn same_login(one: &Token, other: &Token) -> bool {
    one.refresh() == other.refresh() && (one.refresh().is_some() || one.access() == other.access())
}

/// Whether it says that there is no keyring.
fn is_absent(error: &StoreError) -> bool {
    let StoreError::Keyring { fault, .. } = error else {
        return false;
    };
    matches!(fault, KeyringFault::Unavailable { .. })
}

/// Whether whoever finds no login should hear why a place could not be looked into: a keyring that
/// is not there, or that does not answer, has none.
fn is_worth_a_word(error: &StoreError) -> bool {
    let StoreError::Keyring { fault, .. } = error else {
        return true;
    };
    !matches!(
        fault,
        KeyringFault::Unavailable { .. } | KeyringFault::TimedOut { .. }
    )
}

/// How long a sign-in or a sign-out waits for a process that is renewing the same login.
const PATIENCE: Duration = Duration::from_secs(90);
