use std::sync::Arc;

use lakekey_core::{
    BoxFuture, Code, Context, Demand, Error, Login, Settings, Strategy, Token, TokenSource,
};
use lakekey_oauth::{Client, Grant, Scopes, exchange};
use lakekey_store::{Lease, StoreError, TokenStore};

use crate::blocking::blocking;
use crate::chain::U2M;
use crate::freshness::{Freshness, freshness, satisfies};
use crate::hosts::Hosts;
use crate::stored::Stored;

/// The stored sign-in of a person: read from the store, renewed under a lease.
#[derive(Debug)]
pub(crate) struct U2m {
    store: Arc<dyn TokenStore>,
    hosts: Hosts,
}

impl U2m {
    pub(crate) fn new(store: Arc<dyn TokenStore>, hosts: Hosts) -> Self {
        Self { store, hosts }
    }
}

impl Strategy for U2m {
    fn name(&self) -> &'static str {
        U2M
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let stored = Stored::of(settings, &self.store, &self.hosts)?;
        Ok(stored.map(|stored| Login::bearer(Shared(Arc::new(stored)))))
    }
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
            match (renew(Arc::clone(&self.0), cx.clone()).await, old) {
                (Err(error), Some(old)) => {
                    cx.observer().survived(&error);
                    Ok(old)
                }
                (outcome, _) => outcome,
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
    let issuer = stored.issuer(cx).await?;
    let refresh = token.refresh().expect("the caller has one");
    let grant = Grant::Refresh(refresh.clone());
    let client = Client::databricks_cli();
    exchange(
        cx,
        issuer.endpoints.token(),
        &client,
        &grant,
        &Scopes::default(),
        &[],
    )
    .await
}

/// A store that cannot be written does not take a good token from the caller.
fn note(outcome: Result<(), StoreError>, cx: &Context) {
    if let Err(error) = outcome {
        cx.observer().survived(&error.into());
    }
}

const REFUSED: &str = "the server no longer accepts its refresh token";
