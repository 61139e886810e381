use std::fmt;
use std::time::Duration;

use lakekey_core::{Code, Error, Secret};

use crate::names::Namespace;
use crate::seal::Seal;
use crate::server::{Server, Timeouts};
use crate::store::Shared;
use crate::{RedisStore, SealingKey, machine};

/// What a [`RedisStore`] is made of. Begins with [`RedisStore::builder`].
///
/// ```
/// use std::time::Duration;
/// use lakekey_store_redis::{RedisStore, SealingKey};
///
/// let (new, old) = (SealingKey::from_bytes(&[1; 32]), SealingKey::from_bytes(&[2; 32]));
/// let store = RedisStore::builder("rediss://:password@redis.internal", new)
///     .former_key(old)
///     .namespace("fleet-7")
///     .response_timeout(Duration::from_secs(1))
///     .build()?;
/// assert!(!format!("{store:?}").contains("password"));
/// # Ok::<(), lakekey_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Builder {
    url: Secret,
    key: SealingKey,
    former_keys: Vec<SealingKey>,
    namespace: Option<String>,
    worker: Option<String>,
    roots: Option<Vec<u8>>,
    timeouts: Timeouts,
    expiry: Duration,
}

impl Builder {
    pub(crate) fn new(url: Secret, key: SealingKey) -> Self {
        Self {
            url,
            key,
            former_keys: Vec::new(),
            namespace: None,
            worker: None,
            roots: None,
            timeouts: Timeouts {
                connect: Duration::from_secs(2),
                response: Duration::from_secs(2),
            },
            expiry: Duration::from_secs(15),
        }
    }

    /// Adds a key that opens what it once sealed and seals nothing new.
    ///
    /// To change keys without a gap, give every worker the next key as a former one, then make it
    /// the first and the one before the former, and drop that when every login was renewed.
    pub fn former_key(mut self, key: SealingKey) -> Self {
        self.former_keys.push(key);
        self
    }

    /// Sets what all names in Redis begin with, `lakekey` by default: one or more letters, digits
    /// and any of `-_.:/`. Stores of two namespaces share nothing.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Sets the name of this worker, which those who wait for its leases are told and which stands
    /// in Redis in plain text; the machine's name and the process id by default.
    pub fn worker(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into());
        self
    }

    /// Trusts these certificates, in PEM, in place of those the system trusts. For `rediss` only.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Some(pem.into());
        self
    }

    /// Sets the time to have a connection, TLS and sign-in included; 2 s by default. Looking up
    /// the host's name is left to the system, which has its own bound.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = timeout;
        self
    }

    /// Sets the time to wait for each answer; 2 s by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.response = timeout;
        self
    }

    /// Sets how long the lease of a holder that was killed keeps others waiting; 15 s by default.
    ///
    /// A holder renews its lease three times as often. The shorter this is, the sooner a holder
    /// that is merely slow loses its lease, which costs a request and no login.
    pub fn lease_expiry(mut self, expiry: Duration) -> Self {
        self.expiry = expiry;
        self
    }

    /// The store. Nothing is sent before it is used.
    ///
    /// # Errors
    ///
    /// [`Code::Config`]: the URL, the namespace or the certificates cannot be used, a timeout is
    /// zero, or leases would expire in less than 100 ms.
    pub fn build(self) -> Result<RedisStore, Error> {
        let Self {
            url,
            key,
            former_keys,
            namespace,
            worker,
            roots,
            timeouts,
            expiry,
        } = self;
        if timeouts.connect.is_zero() || timeouts.response.is_zero() {
            return Err(Error::new(
                Code::Config,
                "a timeout of zero leaves no time for Redis",
            ));
        }
        if expiry < SHORTEST_EXPIRY {
            let message = "a lease must last for at least 100 ms";
            return Err(Error::new(Code::Config, message));
        }
        Ok(RedisStore::new(Shared {
            server: Server::new(&url, roots, timeouts)?,
            namespace: namespace
                .as_deref()
                .map_or_else(|| Ok(Namespace::default()), Namespace::new)?,
            seal: Seal::new(&key, &former_keys),
            expiry,
            worker: worker.unwrap_or_else(machine::process),
        }))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            url,
            key,
            former_keys,
            namespace,
            worker,
            roots,
            timeouts,
            expiry,
        } = self;
        formatter
            .debug_struct("Builder")
            .field("url", url)
            .field("key", key)
            .field("former_keys", former_keys)
            .field("namespace", namespace)
            .field("worker", worker)
            .field("roots", &roots.is_some())
            .field("timeouts", timeouts)
            .field("expiry", expiry)
            .finish()
    }
}

const SHORTEST_EXPIRY: Duration = Duration::from_millis(100);
