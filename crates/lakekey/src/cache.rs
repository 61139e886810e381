//! The one cache, above all sources: what is good is handed out without lock or allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use http::HeaderName;
use lakekey_core::{Clock, Context, Demand, Error, Token};
use tokio::sync::Mutex;

use crate::Headers;
use crate::chain::Chain;
use crate::freshness::{Bounds, Freshness, satisfies};
use crate::headers::{LANES, lane};

/// Tokens in memory, judged by two clocks and minted by one caller at a time.
#[derive(Debug)]
pub(crate) struct Cache {
    chain: Chain,
    cx: Context,
    current: ArcSwapOption<Entry>,
    /// Held by the one who mints, with how the last attempt failed, if it did.
    minting: Mutex<Option<Error>>,
    failures: AtomicU64,
    renewing: AtomicBool,
    renew_from: AtomicU64,
    generation: AtomicU64,
    rejected: AtomicU64,
    in_background: bool,
}

/// The tokens of one generation.
#[derive(Debug)]
pub(crate) struct Entry {
    headers: [Headers; LANES],
    token: Token,
    bounds: Option<(Bounds, Monotonic)>,
}

/// The same bounds by the clock that never steps.
#[derive(Clone, Copy, Debug)]
struct Monotonic {
    stale: Duration,
    expired: Duration,
}

impl Cache {
    /// An empty cache; `in_background` says whether stale tokens are renewed behind the callers.
    pub(crate) fn new(chain: Chain, cx: Context, in_background: bool) -> Self {
        Self {
            chain,
            cx,
            current: ArcSwapOption::empty(),
            minting: Mutex::new(None),
            failures: AtomicU64::new(0),
            renewing: AtomicBool::new(false),
            renew_from: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            in_background,
        }
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn cx(&self) -> &Context {
        &self.cx
    }

    /// The headers: from memory while good; renewed behind the caller's back while stale.
    pub(crate) async fn headers(self: &Arc<Self>) -> Result<Headers, Error> {
        if let Some(entry) = &*self.current.load() {
            match self.age(entry) {
                Freshness::Fresh => return Ok(entry.headers[lane()].clone()),
                Freshness::Stale => {
                    self.renew();
                    return Ok(entry.headers[lane()].clone());
                }
                Freshness::Expired => {}
            }
        }
        let entry = self.entry(Demand::Usable).await?;
        if self.age(&entry) == Freshness::Stale {
            self.renew();
        }
        Ok(entry.headers[lane()].clone())
    }

    /// The access token of an entry that meets the demand.
    pub(crate) async fn token(&self, demand: Demand) -> Result<Token, Error> {
        Ok(self.entry(demand).await?.token.clone())
    }

    /// Notes that the server refused these headers. Newer ones are left alone.
    pub(crate) fn reject(&self, headers: &Headers) {
        self.rejected
            .fetch_max(headers.generation(), Ordering::AcqRel);
    }

    /// Forgets what is in memory, after a sign-in or a sign-out.
    pub(crate) fn forget(&self) {
        self.current.store(None);
    }

    async fn entry(&self, demand: Demand) -> Result<Arc<Entry>, Error> {
        let failures = self.failures.load(Ordering::Acquire);
        let mut turn = self.minting.lock().await;
        let current = self.current.load_full();
        if let Some(entry) = current.as_ref().filter(|entry| self.meets(entry, &demand)) {
            return Ok(Arc::clone(entry));
        }
        // An attempt that failed while this caller waited was the caller's own too.
        if let Some(error) = &*turn
            && failures != self.failures.load(Ordering::Acquire)
        {
            return Err(retold(error));
        }
        // What is no good here may look good to a source that reads only the wall clock.
        let demand = match (demand, current) {
            (Demand::Usable, Some(entry)) => Demand::OtherThan(entry.token.access().clone()),
            (demand, _) => demand,
        };
        let minted = self.chain.mint(&self.cx.demanding(demand)).await;
        *turn = minted.as_ref().err().map(retold);
        if minted.is_err() {
            self.failures.fetch_add(1, Ordering::AcqRel);
        }
        self.keep(minted?)
    }

    fn keep(&self, tokens: Vec<(HeaderName, Token)>) -> Result<Arc<Entry>, Error> {
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        let headers = Headers::build(&tokens, generation)?.lanes();
        let now = self.cx.clock().now();
        let bounds = tokens
            .iter()
            .filter_map(|(_, token)| Bounds::of(token, now))
            .reduce(Bounds::sooner);
        let bounds = bounds.map(|bounds| (bounds, Monotonic::of(bounds, self.cx.clock())));
        let (_, token) = tokens
            .into_iter()
            .next()
            .expect("a login has a token for `Authorization`");
        let entry = Arc::new(Entry {
            headers,
            token,
            bounds,
        });
        self.current.store(Some(Arc::clone(&entry)));
        Ok(entry)
    }

    /// Renews on a task of its own: one at a time, and not again soon after a try.
    fn renew(self: &Arc<Self>) {
        let now = self.cx.clock().elapsed().as_secs();
        if !self.in_background
            || now < self.renew_from.load(Ordering::Relaxed)
            || self.renewing.swap(true, Ordering::AcqRel)
        {
            return;
        }
        self.renew_from
            .store(now + PAUSE.as_secs(), Ordering::Relaxed);
        let cache = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = cache.entry(Demand::Fresh).await;
            cache.renewing.store(false, Ordering::Release);
            if let Err(error) = outcome {
                cache.cx.observer().survived(&error);
            }
        });
    }

    fn meets(&self, entry: &Entry, demand: &Demand) -> bool {
        self.age(entry) != Freshness::Expired
            && satisfies(&entry.token, demand, self.cx.clock().now())
    }

    fn is_rejected(&self, entry: &Entry) -> bool {
        entry.headers[0].generation() <= self.rejected.load(Ordering::Acquire)
    }

    fn age(&self, entry: &Entry) -> Freshness {
        if self.is_rejected(entry) {
            return Freshness::Expired;
        }
        let Some((wall, monotonic)) = entry.bounds else {
            return Freshness::Fresh;
        };
        let clock = self.cx.clock();
        let (now, elapsed) = (clock.glance(), clock.elapsed());
        if now >= wall.expired || elapsed >= monotonic.expired {
            Freshness::Expired
        } else if now >= wall.stale || elapsed >= monotonic.stale {
            Freshness::Stale
        } else {
            Freshness::Fresh
        }
    }
}

impl Monotonic {
    fn of(wall: Bounds, clock: &dyn Clock) -> Self {
        let (now, elapsed) = (clock.glance(), clock.elapsed());
        let left = |moment: SystemTime| moment.duration_since(now).unwrap_or_default();
        Self {
            stale: elapsed.saturating_add(left(wall.stale)),
            expired: elapsed.saturating_add(left(wall.expired)),
        }
    }
}

/// The same error for another caller, without the errors underneath, which cannot be copied.
fn retold(error: &Error) -> Error {
    let told = Error::new(error.code(), error.to_string());
    let told = match error.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    };
    let told = error.notes().iter().fold(told, Error::with_note);
    let origins = error.origins().iter();
    origins.fold(told, |told, (input, origin)| {
        told.with_origin(input, origin)
    })
}

/// How long a renewal in the background is left alone after it was tried, successful or not.
const PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
