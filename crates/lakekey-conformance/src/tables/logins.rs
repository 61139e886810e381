//! A stored login: when it is renewed, and what comes of it when that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderName, Method};
use lakekey::{
    Code, Context, Credentials, Demand, Environment, Error, Ports, Settings, Strategy, Token,
    TokenSource,
};
use lakekey_core::{BoxFuture, Login};
use lakekey_store::{Key, Lease, MemoryStore, StoreError, TokenStore};
use serde::Deserialize;

use super::Facts;
use super::doubles::{Answer, Network, Still, wait};
use super::resolution::failed;
use crate::case::{Finding, Wrong, holds, same};
use crate::doors;
use crate::probe::{Families, Probe, noon};

/// A stored token, the answer to a renewal, and the token that is handed out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flow {
    /// How many seconds the stored token has left; absent, it does not say.
    left: Option<i64>,
    /// Whether there is a refresh token.
    refresh: bool,
    /// Whether a new token is demanded.
    #[serde(default)]
    force: bool,
    #[serde(default)]
    network: Vec<Answer>,
    /// What another process keeps in place of it while this one renews, when this one cannot keep anything.
    other: Option<Other>,
    expect: Handed,
}

/// The token of another process.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    /// How many seconds it has left.
    left: Option<i64>,
    /// Whether it is the very token that is being renewed.
    #[serde(default)]
    same: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Handed {
    /// `old`, `new` or `other`.
    token: Option<String>,
    error: Option<String>,
    says: Option<String>,
    /// How many token requests were sent, if it matters.
    renewals: Option<usize>,
}

impl Facts for Flow {
    fn judge(&self, _: &mut Probe) -> Finding {
        let store = Keeping::of(self)?;
        let network = Arc::new(Network::of(&self.network));
        let credentials = Credentials::builder()
            .environment(Environment::default())
            .host(HOST)
            .store(Arc::new(store.clone()))
            .clock(Arc::new(Still))
            .http(Arc::clone(&network) as _)
            .build()?;
        let demand = if self.force {
            Demand::MintedSince(noon())
        } else {
            Demand::Fresh
        };
        let outcome = wait(credentials.token_on(demand))?;
        let posts = network.asked().into_iter();
        let posts = posts.filter(|request| request.method() == Method::POST);
        if let Some(wanted) = self.expect.renewals {
            same("renewals", posts.count(), wanted)?;
        }
        match &self.expect.error {
            Some(kind) => failed(kind, self.expect.says.as_deref(), outcome),
            None => self.handed(&outcome?, &store),
        }
    }
}

impl Flow {
    fn handed(&self, token: &Token, store: &Keeping) -> Finding {
        let handed = Some(token.access().expose());
        same("the token", handed, self.expect.token.as_deref())?;
        holds(token.refresh().is_none(), "its refresh token is handed out")?;
        if self.refresh && self.other.is_none() {
            let kept = store.tokens.load(&Key::new(HOST))?;
            let kept = kept.as_ref().and_then(Token::refresh);
            holds(kept.is_some(), "the refresh token is lost")?;
        }
        Ok(())
    }
}

/// A store with a login, which may not keep another one.
#[derive(Clone, Debug)]
struct Keeping {
    tokens: MemoryStore,
    other: Option<Token>,
    failed: Arc<AtomicBool>,
}

impl Keeping {
    fn of(flow: &Flow) -> Finding<Self> {
        let tokens = MemoryStore::new();
        let old = ending(Token::bearer("old"), flow.left)?;
        let refresh = flow.refresh.then_some("refresh-of-old");
        let old = match refresh {
            Some(refresh) => old.with_refresh(refresh),
            None => old,
        };
        tokens.save(&Key::new(HOST), &old)?;
        let other = |it: Other| {
            let name = if it.same { "old" } else { "other" };
            let refresh = format!("refresh-of-{name}");
            Finding::Ok(ending(Token::bearer(name), it.left)?.with_refresh(refresh))
        };
        Ok(Self {
            tokens,
            other: flow.other.map(other).transpose()?,
            failed: Arc::default(),
        })
    }
}

impl TokenStore for Keeping {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        if self.failed.load(Ordering::Relaxed) {
            return Ok(self.other.clone());
        }
        self.tokens.load(key)
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        if self.other.is_none() {
            return self.tokens.save(key, token);
        }
        self.failed.store(true, Ordering::Relaxed);
        let error = Error::new(Code::StoreIo, "the disk is full");
        Err(StoreError::Backend(error))
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.tokens.remove(key)
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        self.tokens.lease(key, patience)
    }
}

fn ending(token: Token, left: Option<i64>) -> Finding<Token> {
    let Some(left) = left else {
        return Ok(token);
    };
    let seconds = Duration::from_secs(left.unsigned_abs());
    let end = if left < 0 {
        noon().checked_sub(seconds)
    } else {
        noon().checked_add(seconds)
    };
    Ok(token.expiring(end.ok_or_else(|| Wrong::new("there is no such moment"))?))
}

/// The port on which a sign-in waits for the browser.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listener {
    /// Whether the port is one that was asked for; else it is one of the usual ones.
    explicit: bool,
    /// Which ports somebody else has: `it`, or numbers.
    busy: String,
    /// The port, or whether it is the one that was asked for.
    port: Option<String>,
}

impl Facts for Listener {
    fn judge(&self, probe: &mut Probe) -> Finding {
        if self.explicit {
            return self.at_one_port();
        }
        // The usual ports belong to the whole machine, and sign-ins beside this one wait on them.
        probe.apart(Families::Both, |_| self.at_the_usual_ports())
    }
}

impl Listener {
    fn at_one_port(&self) -> Finding {
        let taken = doors::listen(("127.0.0.1", 0))?;
        let port = taken.local_addr()?.port();
        if self.busy.is_empty() {
            drop(taken);
        }
        let outcome = wait(credentials()?.sign_in().ports(Ports::Exactly(port)).start())?;
        if self.port.is_none() {
            return failed("denied", Some(&port.to_string()), outcome);
        }
        let wanted = format!("http://localhost:{port}");
        same("the address", outcome?.redirect_uri(), wanted)
    }

    fn at_the_usual_ports(&self) -> Finding {
        let (first, last) = self
            .busy
            .split_once(" to ")
            .unwrap_or((&self.busy, &self.busy));
        let _taken = match (first.parse::<u16>(), last.parse()) {
            (Ok(first), Ok(last)) => (first..=last)
                .map(|port| doors::listen(("127.0.0.1", port)))
                .collect::<Result<Vec<_>, _>>()?,
            _ => Vec::new(),
        };
        let outcome = wait(credentials()?.sign_in().start())?;
        let Some(port) = &self.port else {
            return failed("denied", None, outcome);
        };
        let wanted = format!("http://localhost:{port}");
        same("the address", outcome?.redirect_uri(), wanted)
    }
}

/// Those of somebody who has not signed in yet.
fn credentials() -> Finding<Credentials> {
    let credentials = Credentials::builder()
        .environment(Environment::default())
        .host(HOST)
        .store(Arc::new(MemoryStore::new()))
        .http(Arc::new(Network::of(&[Answer::metadata(HOST)])))
        .build()?;
    Ok(credentials)
}

/// Headers with tokens in them, printed for people who look for errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Redacted {
    headers: Vec<String>,
}

impl Facts for Redacted {
    fn judge(&self, _: &mut Probe) -> Finding {
        let names = self.headers.iter();
        let names = names.map(|name| HeaderName::from_bytes(name.as_bytes()));
        let strategy = Talkative(names.collect::<Result<_, _>>()?);
        let credentials = Credentials::builder()
            .environment(Environment::default())
            .host(HOST)
            .store(Arc::new(MemoryStore::new()))
            .http(Arc::new(Network::default()))
            .auth_type(strategy.name())
            .strategy(Box::new(strategy))
            .build()?;
        let headers = wait(credentials.headers())??;
        for name in &self.headers {
            let value = headers.as_map().get(name);
            let sent =
                value.is_some_and(|value| value.to_str().is_ok_and(|it| it.contains(CANARY)));
            holds(sent, format!("{name} carries no token"))?;
        }
        let printed = format!("{headers:?} {credentials:?}");
        holds(!printed.contains(CANARY), "a token is printed")
    }
}

/// A strategy with a token in each of these headers.
#[derive(Debug)]
struct Talkative(Vec<HeaderName>);

impl Strategy for Talkative {
    fn name(&self) -> &'static str {
        "talkative"
    }

    fn login(&self, _: &Settings) -> Result<Option<Login>, Error> {
        let mut login = Login::bearer(Canary);
        let further = self
            .0
            .iter()
            .filter(|name| *name != http::header::AUTHORIZATION);
        for name in further {
            login.headers.push((name.clone(), Box::new(Canary)));
        }
        Ok(Some(login))
    }
}

#[derive(Debug)]
struct Canary;

impl TokenSource for Canary {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(std::future::ready(Ok(Token::bearer(CANARY))))
    }
}

const CANARY: &str = "canary-token";
const HOST: &str = "https://ws.example.test";
