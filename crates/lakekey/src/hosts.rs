//! What hosts say about themselves: asked when an answer needs it, remembered for an hour.

mod entry;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use lakekey_core::{Context, Error, Limits};
use lakekey_endpoints::{Host, HostMetadata, MetadataError};
use lakekey_store::HostCache;

use self::entry::Entry;
use crate::blocking::blocking;
use crate::discover;

/// The hosts that were asked, and what they answered.
#[derive(Clone, Debug)]
pub(crate) struct Hosts(Arc<dyn HostCache>);

impl Hosts {
    pub(crate) fn new(cache: Arc<dyn HostCache>) -> Self {
        Self(cache)
    }

    /// What the host says about itself; `None` when it does not say.
    ///
    /// 1. An answer is good for an hour.
    /// 2. A host that could not be asked, or that says nothing of use, is left alone for a minute.
    /// 3. Until it can be asked again its last answer stands in, for at most 30 days.
    ///
    /// # Errors
    ///
    /// Only [`Code::DiscoveryUntrusted`](lakekey_core::Code::DiscoveryUntrusted), which is never remembered: the host points elsewhere.
    pub(crate) async fn metadata(
        &self,
        cx: &Context,
        host: &Host,
    ) -> Result<Option<HostMetadata>, Error> {
        let entry = self.load(host).await;
        let now = cx.clock().now();
        if entry.is_settled(now) {
            return Ok(entry.metadata(now).cloned());
        }
        let entry = entry.followed_by(ask(cx, host).await?, now);
        self.save(cx, host, &entry).await;
        Ok(entry.metadata(now).cloned())
    }

    /// The last answer of the host, without asking it; one older than 30 days counts for nothing.
    ///
    /// Reads the cache on this thread.
    pub(crate) fn remembered(&self, cx: &Context, host: &Host) -> Option<HostMetadata> {
        let bytes = self.0.load(host.as_str()).ok().flatten()?;
        Entry::read(&bytes, host)
            .metadata(cx.clock().now())
            .cloned()
    }

    /// What is remembered; nothing where it cannot be read.
    async fn load(&self, host: &Host) -> Entry {
        let (cache, host) = (Arc::clone(&self.0), host.clone());
        let found = blocking(move || {
            let bytes = cache.load(host.as_str())?;
            Ok(bytes.map(|bytes| Entry::read(&bytes, &host)))
        });
        found.await.ok().flatten().unwrap_or_default()
    }

    async fn save(&self, cx: &Context, host: &Host, entry: &Entry) {
        let (cache, name) = (Arc::clone(&self.0), host.clone());
        let text = entry.text(host);
        let kept = blocking(move || Ok(cache.save(name.as_str(), text.as_bytes())?));
        if let Err(error) = kept.await {
            cx.observer().survived(&error);
        }
    }
}

async fn ask(cx: &Context, host: &Host) -> Result<Option<HostMetadata>, Error> {
    let url = HostMetadata::url(host);
    let Ok(response) = cx.http().send(discover::get(&url, limits())).await else {
        return Ok(None);
    };
    if response.status() != StatusCode::OK {
        return Ok(None);
    }
    match HostMetadata::parse(response.body(), host) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error @ MetadataError::Untrusted { .. }) => Err(discover::refused(&url, error)),
        Err(_) => Ok(None),
    }
}

fn limits() -> Limits {
    Limits::default()
        .with_body(LARGEST)
        .with_connect(CONNECT)
        .with_total(TOTAL)
}

/// The document has a handful of short members.
const LARGEST: usize = 64 << 10;
/// The longest that a host may take to be reached, and to have said what it is.
const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(5);
