use std::sync::Arc;

use lakekey_core::{Context, Demand, Error, HOST, Origin, Settings, Token, sabotage};
use lakekey_endpoints::{Host, Target};

use crate::blocking::blocking;
use crate::cache::Cache;
use crate::stored::Stored;
use crate::{Builder, Description, Headers, StorageChoice, discover};

/// A handle that authenticates requests, and keeps doing so.
///
/// Cloning is cheap, and all clones share one cache: while a token is good, headers come from
/// memory without lock or allocation; a stale one is renewed in the background; an expired one
/// is renewed once, however many callers wait. Renewal is also shared with other processes.
///
/// ```no_run
/// # async fn example() -> Result<(), lakekey::Error> {
/// let credentials = lakekey::Credentials::from_profile("dev")?;
/// let headers = credentials.headers().await?;
/// println!("{:?}", headers.as_map().keys());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) stored: Option<Stored>,
    pub(crate) cache: Arc<Cache>,
}

impl Credentials {
    /// Credentials from the default configuration: the environment, then the chosen profile.
    ///
    /// Reads the environment and the profile file, and nothing else; no request is made.
    ///
    /// # Errors
    ///
    /// The configuration cannot be read or contradicts itself.
    pub fn from_default() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Credentials from the named profile.
    ///
    /// # Errors
    ///
    /// As [`Credentials::from_default`], and when there is no such profile.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::builder().profile(name).build()
    }

    /// Credentials from values in code, with everything else as by default.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn assemble(settings: Settings, stored: Option<Stored>, cache: Cache) -> Self {
        Self {
            inner: Arc::new(Inner {
                settings,
                stored,
                cache: Arc::new(cache),
            }),
        }
    }

    /// The headers that authenticate a request now.
    ///
    /// # Errors
    ///
    /// Of kind [`Absent`](lakekey_core::Kind::Absent) when nobody has signed in, of kind
    /// [`SignIn`](lakekey_core::Kind::SignIn) when the login cannot be renewed, and whatever
    /// the network, the server or the store make of it.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, once a stored login has to be read or renewed.
    pub async fn headers(&self) -> Result<Headers, Error> {
        self.inner.cache.headers().await
    }

    /// The access token that [`Credentials::headers`] would use; without its refresh token.
    ///
    /// # Errors
    ///
    /// As [`Credentials::headers`].
    pub async fn token(&self) -> Result<Token, Error> {
        self.token_on(Demand::Usable).await
    }

    /// An access token as new as demanded; without its refresh token.
    ///
    /// [`Demand::MintedSince`] the present moment forces a renewal that simultaneous callers, in
    /// this process and in others, share.
    ///
    /// # Errors
    ///
    /// As [`Credentials::headers`].
    pub async fn token_on(&self, demand: Demand) -> Result<Token, Error> {
        let token = self.inner.cache.token(demand).await?;
        sabotage::panic_with("token.there", &(&token, self));
        Ok(token.without_refresh())
    }

    /// Says that the server refused these headers with 401, so that the next ones are new.
    ///
    /// Headers newer than these are left alone.
    pub fn reject(&self, headers: &Headers) {
        self.inner.cache.reject(headers);
    }

    /// What these credentials were made from, without any I/O.
    pub fn describe(&self) -> Description {
        Description::of(&self.inner.settings, self.inner.cache.chain())
    }

    /// The configuration, each value with its origin.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The host that is configured. A workspace that is named by its Azure resource id alone has
    /// one in [`Credentials::discovered`].
    ///
    /// # Errors
    ///
    /// No host is configured, or it is no host.
    pub fn host(&self) -> Result<Host, Error> {
        self.inner.settings.host()?.ok_or_else(no_host)
    }

    /// What these credentials are for: an account, a workspace, or both behind one host.
    ///
    /// A host whose name does not say is asked, at most once an hour: its answer is remembered
    /// beside the logins, see [`Builder::host_cache`]. One that gives no answer within 5 s, or that
    /// cannot be reached within 2 s, is taken for what its name suggests. An id that is configured
    /// is never replaced by one that the host names.
    ///
    /// # Errors
    ///
    /// No host is configured; an account console is, without an account id
    /// ([`Code::Usage`](lakekey_core::Code::Usage)); or the host points elsewhere
    /// ([`Code::DiscoveryUntrusted`](lakekey_core::Code::DiscoveryUntrusted)).
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub async fn target(&self) -> Result<Target, Error> {
        match &self.inner.stored {
            Some(stored) => stored.target(self.cx()).await,
            None => self.located().await?.target(),
        }
    }

    /// The same without asking the host: as far as its name, or what it answered in the last 30
    /// days, tells. `None` where neither does.
    ///
    /// Reads the host cache on this thread, and no network.
    pub fn remembered_target(&self) -> Option<Target> {
        let Stored { wish, hosts, .. } = self.stored().ok()?;
        wish.remembered_target(self.cx(), hosts)
    }

    /// The configuration, with the gaps that the host's metadata fills: account id, workspace id,
    /// cloud, audience and discovery address, with the origin
    /// [`Metadata`](lakekey_core::Origin::Metadata).
    ///
    /// The host is asked as for [`Credentials::target`]. Values that are configured stand. Where an
    /// Azure resource id stands instead of a host, Azure Resource Manager is asked for the host,
    /// which is then the one gap that is filled; it is asked once.
    ///
    /// # Errors
    ///
    /// No host is configured, or it points elsewhere; the host of a resource id cannot be had.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub async fn discovered(&self) -> Result<Settings, Error> {
        let Some(Stored { wish, hosts, .. }) = &self.inner.stored else {
            return self.located().await;
        };
        let metadata = wish.metadata(self.cx(), hosts).await?;
        let settings = self.settings().clone();
        Ok(match metadata {
            Some(metadata) => discover::backfilled(settings, &metadata),
            None => settings,
        })
    }

    /// Removes the stored login of these settings from the file and from the keyring, under every
    /// name it has there, or from the [`Builder::store`](crate::Builder::store) alone.
    ///
    /// Returns whether there was one. Signing out twice is fine.
    ///
    /// # Errors
    ///
    /// No host is configured, or the store cannot be written.
    pub async fn sign_out(&self) -> Result<bool, Error> {
        let stored = self.stored()?.clone();
        let cx = self.cx().clone();
        let found = blocking(move || stored.remove(&cx)).await?;
        self.inner.cache.forget();
        Ok(found)
    }

    /// Where logins are kept, and who says so; `None` for a
    /// [`Builder::store`](crate::Builder::store). A login that is there already may be elsewhere.
    ///
    /// Reads the profile file on this thread, where neither the program nor the environment says.
    ///
    /// # Errors
    ///
    /// As [`StorageChoice::of`]; no home directory is known.
    pub fn storage(&self) -> Result<Option<StorageChoice>, Error> {
        Ok(self.stored()?.stores.pair()?.choice.clone())
    }

    /// The configuration with the host that a login finds.
    async fn located(&self) -> Result<Settings, Error> {
        let host = self.cache().chain().host(self.cx()).await?;
        let host = host.ok_or_else(no_host)?;
        Ok(self
            .settings()
            .clone()
            .with(&HOST, host.as_str(), Origin::Metadata))
    }

    pub(crate) fn stored(&self) -> Result<&Stored, Error> {
        self.inner.stored.as_ref().ok_or_else(no_host)
    }

    pub(crate) fn cache(&self) -> &Arc<Cache> {
        &self.inner.cache
    }

    pub(crate) fn cx(&self) -> &Context {
        self.inner.cache.cx()
    }
}

fn no_host() -> Error {
    Error::new(lakekey_core::Code::NotConfigured, "no host is configured")
        .with_hint("set `host` in a profile, or DATABRICKS_HOST")
}
