use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{
    BoxFuture, Code, Context, Demand, Error, Login, Settings, Strategy, Token, TokenSource,
};
use lakekey_oauth::{Client, Grant, Scopes};
use lakekey_store::{Key, Lease, StoreError, TokenStore};

use crate::chain::U2M;
use crate::discover::{self, Wish};
use crate::exchange::exchange;
use crate::freshness::{Freshness, freshness, satisfies};

/// The stored sign-in of a person: read from the store, renewed under a lease.
#[derive(Debug)]
pub(crate) struct U2m {
    store: Arc<dyn TokenStore>,
}

impl U2m {
    pub(crate) fn new(store: Arc<dyn TokenStore>) -> Self {
        Self { store }
    }
}

impl Strategy for U2m {
    fn name(&self) -> &'static str {
        U2M
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let stored = Stored::of(settings, &self.store)?;
        Ok(stored.map(|stored| Login::bearer(Shared(Arc::new(stored)))))
    }
}

/// A stored login: where it is kept, and what it was made for.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) store: Arc<dyn TokenStore>,
    /// Where it may be, the best place first.
    pub(crate) keys: Vec<Key>,
    pub(crate) wish: Wish,
    pub(crate) profile: Option<String>,
}

impl Stored {
    /// The login that the settings speak of; `None` without a host.
    pub(crate) fn of(
        settings: &Settings,
        store: &Arc<dyn TokenStore>,
    ) -> Result<Option<Self>, Error> {
        let Some(host) = settings.host()? else {
            return Ok(None);
        };
        let wish = Wish {
            host,
            account_id: settings.account_id()?,
            workspace_id: settings.workspace_id()?,
        };
        let profile = settings.profile().map(str::to_owned);
        let keys = keys(&wish, profile.as_deref());
        Ok(Some(Self {
            store: Arc::clone(store),
            keys,
            wish,
            profile,
        }))
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

    /// The stored token, from the first key that has one.
    pub(crate) fn load(&self) -> Result<Option<Token>, Error> {
        for key in &self.keys {
            if let Some(token) = self.store.load(key)? {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }

    /// Keeps `new` under every key that held `old`, so that no alias of the login goes stale.
    fn save(&self, old: &Token, new: &Token) -> Result<(), StoreError> {
        for key in &self.keys {
            let held = self.store.load(key)?;
            if held.is_some_and(|held| same_login(&held, old)) {
                self.store.save(key, new)?;
            }
        }
        Ok(())
    }

    /// Removes the login under every key that holds it; says whether there was one.
    ///
    /// The host's own key may belong to another profile of the same host: it goes only when it
    /// holds the same login.
    pub(crate) fn remove(&self) -> Result<bool, Error> {
        let _lease = self.lease()?;
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
    pub(crate) fn lease(&self) -> Result<Box<dyn Lease>, Error> {
        Ok(self
            .store
            .lease(&Key::new(self.wish.host.as_str()), PATIENCE)?)
    }

    fn absent(&self) -> Error {
        let place = match &self.profile {
            Some(profile) => format!("profile `{profile}` ({})", self.wish.host),
            None => self.wish.host.to_string(),
        };
        Error::new(Code::NotLoggedIn, format!("no login is stored for {place}"))
            .with_hint(self.login_command())
    }

    fn dead(&self, reason: &str) -> Error {
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
pub(crate) fn keys(wish: &Wish, profile: Option<&str>) -> Vec<Key> {
    let Wish {
        host, account_id, ..
    } = wish;
    let account = account_id
        .as_ref()
        .map(|id| format!("{host}/oidc/accounts/{id}"));
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

/// A source that may be renewed by a task of its own.
#[derive(Debug)]
struct Shared(Arc<Stored>);

impl TokenSource for Shared {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let stored = Arc::clone(&self.0);
            let token = blocking(move || stored.load())
                .await?
                .ok_or_else(|| self.0.absent())?;
            let now = cx.clock().now();
            if satisfies(&token, cx.demand(), now) {
                return Ok(token);
            }
            let old = Some(token).filter(|token| {
                *cx.demand() == Demand::Fresh && freshness(token, now) == Freshness::Stale
            });
            match renew(Arc::clone(&self.0), cx.clone()).await {
                Err(error) if old.is_some() => {
                    cx.observer().survived(&error);
                    Ok(old.expect("checked by the guard"))
                }
                outcome => outcome,
            }
        })
    }
}

/// Renews on a thread of its own, so that a caller who goes away cannot lose a rotated token.
async fn renew(stored: Arc<Stored>, cx: Context) -> Result<Token, Error> {
    let runtime = tokio::runtime::Handle::current();
    blocking(move || {
        let mut lease = stored.lease()?;
        runtime.block_on(renew_leased(&stored, &cx, &mut *lease))
    })
    .await
}

/// The critical section: read again, decide, send, keep. The lease is released by the caller.
async fn renew_leased(
    stored: &Stored,
    cx: &Context,
    lease: &mut dyn Lease,
) -> Result<Token, Error> {
    let mut spent = None;
    loop {
        let token = stored.load()?.ok_or_else(|| stored.absent())?;
        if satisfies(&token, cx.demand(), cx.clock().now()) {
            return Ok(token);
        }
        let Some(refresh) = token.refresh() else {
            return Err(stored.dead("it has no refresh token"));
        };
        let record = lease.record().unwrap_or_default();
        if spent.as_ref() == Some(refresh) {
            note(lease.write(&record.with_dead(refresh)), cx);
            return Err(stored.dead(REFUSED));
        }
        if record.is_dead(refresh) {
            return Err(stored.dead(REFUSED));
        }
        match refreshed(stored, cx, &token).await {
            Ok(new) => {
                note(stored.save(&token, &new), cx);
                return Ok(new);
            }
            // Another tool may have spent it without our lease: look once more before giving up.
            Err(error) if error.code() == Code::ReauthRequired => spent = Some(refresh.clone()),
            Err(error) => return Err(error),
        }
    }
}

async fn refreshed(stored: &Stored, cx: &Context, token: &Token) -> Result<Token, Error> {
    let target = stored.wish.known_target(cx).await?;
    let endpoints = discover::endpoints(cx, &target).await?;
    let refresh = token.refresh().expect("the caller has one");
    let grant = Grant::Refresh(refresh.clone());
    let new = exchange(
        cx,
        endpoints.token(),
        &Client::databricks_cli(),
        &grant,
        &Scopes::default(),
    )
    .await?;
    Ok(if new.refresh().is_none() {
        new.with_refresh(refresh.clone())
    } else {
        new
    })
}

/// A store that cannot be written does not take a good token from the caller.
fn note(outcome: Result<(), StoreError>, cx: &Context) {
    if let Err(error) = outcome {
        cx.observer().survived(&error.into());
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::new(Code::Cancelled, "the program is shutting down")),
        },
    }
}

const REFUSED: &str = "the server no longer accepts its refresh token";
/// How long to wait for another process that is renewing the same login. Longer than one
/// renewal may take with all its retries.
const PATIENCE: Duration = Duration::from_secs(90);
