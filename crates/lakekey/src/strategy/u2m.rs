use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lakekey_core::{
    BoxFuture, Code, Context, Demand, Error, Login, Settings, Strategy, Token, TokenSource,
    sabotage,
};
use lakekey_oauth::{Client, Grant, Scopes, exchange};
use lakekey_store::{Lease, StoreError};

use crate::blocking::blocking;
use crate::chain::U2M;
use crate::freshness::{Freshness, freshness, is_beyond_belief, satisfies};
use crate::hosts::Hosts;
use crate::login_stores::LoginStores;
use crate::stored::{Found, Stored};

/// The stored sign-in of a person: read from the store, renewed under a lease.
#[derive(Debug)]
pub(crate) struct U2m {
    stores: LoginStores,
    hosts: Hosts,
}

impl U2m {
    pub(crate) fn new(stores: LoginStores, hosts: Hosts) -> Self {
        Self { stores, hosts }
    }
}

impl Strategy for U2m {
    fn name(&self) -> &'static str {
        U2M
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let stored = Stored::of(settings, &self.stores, &self.hosts)?;
        Ok(stored.map(|stored| Login::bearer(Shared(Arc::new(stored)))))
    }
}

/// A source that may be renewed by a task of its own.
#[derive(Debug)]
struct Shared(Arc<Stored>);

impl TokenSource for Shared {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let asked = cx.clock().now();
            let (stored, asking) = (Arc::clone(&self.0), cx.clone());
            let Found { token, .. } = blocking(move || stored.find(&asking, &[])).await?;
            let now = cx.clock().now();
            if satisfies(&token, cx.demand(), now) {
                return Ok(token);
            }
            let old = Some(token).filter(|token| {
                *cx.demand() == Demand::Fresh && freshness(token, now) == Freshness::Stale
            });
            let renewal = Renewal {
                stored: Arc::clone(&self.0),
                cx: cx.clone(),
                asked,
                early: old
                    .as_ref()
                    .is_some_and(|token| !is_beyond_belief(token, now)),
            };
            match (renewal.run().await, old) {
                (Err(error), Some(old)) => {
                    // Whoever holds the lease sees to it.
                    if error.code() != Code::StoreLocked {
                        cx.observer().survived(&error);
                    }
                    Ok(old)
                }
                (outcome, _) => outcome,
            }
        })
    }
}

/// One caller's wish for a newer token.
struct Renewal {
    stored: Arc<Stored>,
    cx: Context,
    /// When the caller asked: what others began after this moment is an answer to the caller too.
    asked: SystemTime,
    /// The old token is still good, so that nothing is worth waiting for.
    early: bool,
}

impl Renewal {
    /// Renews on a thread of its own, so that a caller who goes away cannot lose a rotated token.
    async fn run(self) -> Result<Token, Error> {
        let runtime = tokio::runtime::Handle::current();
        blocking(move || {
            let patience = if self.early {
                Duration::ZERO
            } else {
                self.cx.patience()
            };
            let before =
                sabotage::is_off("reread_under_lock").then(|| self.stored.find(&self.cx, &[]));
            let mut lease = self.stored.lease(patience)?;
            runtime.block_on(self.leased(&mut *lease, before))
        })
        .await
    }

    /// The critical section: read again, decide, send, keep. The lease is released by the caller.
    ///
    /// `before` takes the place of the first reading in a test build that does without it.
    async fn leased(
        &self,
        lease: &mut dyn Lease,
        mut before: Option<Result<Found, Error>>,
    ) -> Result<Token, Error> {
        let Self { stored, cx, .. } = self;
        let (mut spent, mut dead) = (None, Vec::new());
        loop {
            let found = before.take().unwrap_or_else(|| stored.find(cx, &dead));
            let found = match found {
                Err(_) if !dead.is_empty() => return Err(stored.dead(REFUSED)),
                found => found?,
            };
            let token = &found.token;
            if satisfies(token, cx.demand(), cx.clock().now()) {
                return Ok(found.token);
            }
            let Some(refresh) = token.refresh() else {
                return Err(stored.dead("it has no refresh token"));
            };
            let mut record = lease.record().unwrap_or_default();
            if spent.as_ref() == Some(refresh) {
                record = record.with_dead(refresh);
                self.note(lease.write(&record));
            }
            if record.is_dead(refresh) {
                // Another store may have a login that is alive.
                dead.push(found.token);
                continue;
            }
            if let Some(failure) = record.failure(self.since(), cx.clock().now()) {
                return Err(failure.with_note("another process has just tried to renew the login"));
            }
            self.gather(token).await;
            match refreshed(stored, cx, token).await {
                Ok(new) => {
                    self.note(stored.save(&found, &new));
                    return Ok(new);
                }
                // Another tool may have spent it without our lease: look once more before giving up.
                Err(error) if error.code() == Code::ReauthRequired => spent = Some(refresh.clone()),
                Err(error) => {
                    self.note(lease.write(&record.with_failure(&error, cx.clock().now())));
                    return Err(error);
                }
            }
        }
    }

    /// Lets those who force a renewal right after another one ask for it: what began before a caller
    /// asked is no answer to it, and each would need one of its own. With the lease held, all of
    /// them wait for this one.
    async fn gather(&self, token: &Token) {
        let (clock, demand) = (self.cx.clock(), self.cx.demand());
        let minted = token
            .minted()
            .filter(|_| matches!(demand, Demand::MintedSince(_)));
        let age = minted.and_then(|minted| clock.now().duration_since(minted).ok());
        if let Some(left) = age.and_then(|age| GATHERING.checked_sub(age)) {
            clock.sleep(left).await;
        }
    }

    /// The moment after which a failure of another process is an answer: that of the question, or
    /// a while earlier when there is time.
    fn since(&self) -> SystemTime {
        let pause = if self.early { PAUSE } else { Duration::ZERO };
        self.asked.checked_sub(pause).unwrap_or(self.asked)
    }

    /// A store that cannot be written does not take a good token from the caller.
    fn note(&self, outcome: Result<(), StoreError>) {
        if let Err(error) = outcome {
            self.cx.observer().survived(&error.into());
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

/// How long a renewal ahead of time is left alone after it failed, by whichever process.
const PAUSE: Duration = Duration::from_secs(60);
/// How long after the start of one renewal the next one that is forced begins.
const GATHERING: Duration = Duration::from_millis(300);
const REFUSED: &str = "the server no longer accepts its refresh token";
