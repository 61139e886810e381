use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lakekey_core::{Code, Error, Secret, Token};
use lakekey_store::{Key, Lease, StoreError, TokenStore};
use redis::{Cmd, FromRedisValue};
use zeroize::Zeroizing;

use crate::lease::{self, RedisLease, Refused};
use crate::names::{Namespace, Part};
use crate::seal::{Seal, Unopened};
use crate::server::Server;
use crate::{Builder, SealingKey, entry, machine, script};

/// A store in Redis, for workers on many machines that share a login.
///
/// A clone is another handle onto the same store; so is a store built with the same URL, namespace
/// and key, on any machine.
///
/// - **Sealing**: tokens leave the process sealed with AES-256-GCM-SIV under a [`SealingKey`]. A
///   value opens under the name it was sealed for and no other.
/// - **What Redis sees**: `lakekey:{key}:token`, `…:record` and `…:lease`, where `key` is the
///   profile name or the host in plain text; how long the sealed values are; when they change; and
///   in a lease, who holds it (`host:pid`).
/// - **Leases** expire 15 s after their holder was killed, stopped or cut off; a thread renews one
///   for as long as it is held. Waiting for one asks Redis again and again, every 5 to 80 ms.
/// - **Holders that overslept**: [`replace`](TokenStore::replace) changes only what is to the byte
///   what was seen, in one step. Nothing newer is overwritten, whatever became of the lease.
/// - **Lost data**, after a restart without persistence or an eviction, is absent, not an error.
///
/// ```no_run
/// use lakekey_core::Secret;
/// use lakekey_store::{Key, TokenStore};
/// use lakekey_store_redis::{RedisStore, SealingKey};
///
/// let key = SealingKey::from_base64(&Secret::from("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="))?;
/// let url = Secret::from("rediss://fleet:password@redis.internal:6379");
/// let store = RedisStore::builder(url, key).build()?;
/// let token = store.load(&Key::profile("dev"))?;
/// # Ok::<(), lakekey_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RedisStore(Arc<Shared>);

impl RedisStore {
    /// Begins a store at this URL, such as `rediss://user:password@host:6379/0`, that seals with
    /// `key`.
    ///
    /// `rediss` is TLS, `redis` is not, and `redis+unix:///path` is a socket of this machine.
    /// User and password stay in plain memory for as long as the store, since the client of Redis
    /// keeps them there.
    pub fn builder(url: impl Into<Secret>, key: SealingKey) -> Builder {
        Builder::new(url.into(), key)
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl TokenStore for RedisStore {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        let seen = self.0.look(key)?;
        Ok(seen.map(|seen| seen.token))
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        let name = self.0.namespace.name(key, Part::Token);
        let sealed = self.0.seal(&name, entry::encode(token))?;
        self.0.ask(&Cmd::set(&name, sealed))
    }

    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        let Some(seen) = self.0.look(key)?.filter(|seen| seen.token == *held) else {
            return Ok(false);
        };
        let name = self.0.namespace.name(key, Part::Token);
        let sealed = self.0.seal(&name, entry::encode(token))?;
        self.0.ask(&script::replace(&name, &seen.sealed, &sealed))
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.0
            .ask(&Cmd::del(self.0.namespace.name(key, Part::Token)))
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        let start = machine::instant();
        let mut attempt = 0_u32;
        loop {
            let holder = match RedisLease::take(&self.0, key) {
                Ok(lease) => return Ok(Box::new(lease)),
                Err(Refused::Failed(error)) => return Err(StoreError::Backend(error)),
                Err(Refused::Held(holder)) => holder,
            };
            let waited = start.elapsed();
            let Some(left) = patience.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return Err(self.0.locked(key, &holder, waited));
            };
            thread::sleep(lease::pause(attempt).min(left));
            attempt = attempt.saturating_add(1);
        }
    }
}

/// What the handles of a store share with the leases taken from it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) server: Server,
    pub(crate) namespace: Namespace,
    pub(crate) seal: Seal,
    /// How long a lease lasts without being renewed.
    pub(crate) expiry: Duration,
    /// What others are told while this one holds a lease.
    pub(crate) worker: String,
}

/// A token, and the bytes it was in.
struct Seen {
    token: Token,
    sealed: Vec<u8>,
}

impl Shared {
    pub(crate) fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        self.server.ask(command).map_err(StoreError::Backend)
    }

    pub(crate) fn seal(
        &self,
        name: &str,
        plain: impl Into<Zeroizing<Vec<u8>>>,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal
            .seal(name, plain.into())
            .map_err(StoreError::Backend)
    }

    fn look(&self, key: &Key) -> Result<Option<Seen>, StoreError> {
        let name = self.namespace.name(key, Part::Token);
        let Some(sealed) = self.ask::<Option<Vec<u8>>>(&Cmd::get(&name))? else {
            return Ok(None);
        };
        let token = self
            .seal
            .open(&name, &sealed)
            .and_then(|plain| entry::decode(&plain).ok_or(Unopened::Damaged))
            .map_err(|why| StoreError::Backend(self.unopened(key, why)))?;
        Ok(Some(Seen { token, sealed }))
    }

    fn locked(&self, key: &Key, holder: &str, waited: Duration) -> StoreError {
        let (holder, address) = (lease::shown(holder), self.server.address());
        StoreError::Locked {
            what: format!("the login `{key}` (leased by {holder}, in Redis at {address})"),
            holder: None,
            waited,
        }
    }

    fn unopened(&self, key: &Key, why: Unopened) -> Error {
        let what = format!("the login `{key}` in Redis at {}", self.server.address());
        match why {
            Unopened::Foreign(id) => Error::new(
                Code::Config,
                format!("{what} was sealed with the key {id}, which is not among the keys here"),
            )
            .with_hint("give every worker the same sealing key, or the key before as `former_key`"),
            Unopened::Damaged => Error::new(
                Code::StoreCorrupt,
                format!("{what} is not what was sealed for it: it was changed or moved there"),
            )
            .with_hint("find out who else writes to this Redis, then sign in again"),
            Unopened::Version(found) => Error::new(
                Code::StoreVersion,
                format!("{what} has version {found}; lakekey knows version 1"),
            )
            .with_hint("update lakekey; the entry was left as it is"),
        }
    }
}
