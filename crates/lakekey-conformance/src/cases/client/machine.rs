//! The library on a machine of its own, and what came of it.

use std::sync::Arc;

use http::Request;
use lakekey::{Clock, Credentials, Environment, Error, Http, HttpClient, Ports, SignedIn, Token};
use lakekey_mock::{Endpoint, Fault, Setup};
use lakekey_store::FileStore;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use url::Url;

use crate::case::{Finding, Wrong, holds, same};
use crate::doors;
use crate::probe::{Probe, Server, header};

/// A machine with a mock, a token cache in the home folder, and the mock's clock, on which nobody waits.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) server: Server,
    runtime: Runtime,
    store: FileStore,
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
}

impl Machine {
    /// A machine that calls the mock as a value.
    pub(super) fn near(probe: &mut Probe) -> Finding<Self> {
        Self::near_to(probe, Setup::workspace())
    }

    /// The same with a mock of this setup.
    pub(super) fn near_to(probe: &mut Probe, setup: Setup) -> Finding<Self> {
        let server = probe.server(setup);
        let http = server.wire();
        Self::at(probe, server, http)
    }

    /// A machine that calls the mock over loopback, with the HTTP client people use.
    pub(super) fn wired(probe: &mut Probe) -> Finding<Self> {
        let server = probe.listening(Setup::workspace())?;
        Self::at(probe, server, Arc::new(Http::default()))
    }

    /// A machine that calls this mock with this client.
    pub(super) fn at(
        probe: &mut Probe,
        server: Server,
        http: Arc<dyn HttpClient>,
    ) -> Finding<Self> {
        let store = FileStore::in_home(probe.home()?.path());
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let clock = server.clock();
        Ok(Self {
            server,
            runtime,
            store,
            http,
            clock,
        })
    }

    /// The same machine with something between it and the mock.
    pub(super) fn through<H>(self, wrap: impl FnOnce(Arc<dyn HttpClient>) -> H) -> Self
    where
        H: HttpClient + 'static,
    {
        Self {
            http: Arc::new(wrap(self.http)),
            ..self
        }
    }

    /// The same machine with a clock of its own.
    pub(super) fn by(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The token cache in the home folder.
    pub(super) fn store(&self) -> &FileStore {
        &self.store
    }

    /// Runs what the library does to its end.
    pub(super) fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// Runs it as a task.
    pub(super) fn spawn<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(work)
    }

    /// New credentials, with an empty memory.
    pub(super) fn credentials(&self) -> Finding<Credentials> {
        Ok(self.builder().build()?)
    }

    /// Credentials to be, with everything set.
    pub(super) fn builder(&self) -> lakekey::Builder {
        Credentials::builder()
            .environment(Environment::default())
            .host(self.server.url())
            .store(Arc::new(self.store.clone()))
            .clock(Arc::clone(&self.clock))
            .http(Arc::clone(&self.http))
    }

    /// Signs in as a person would who approves at once.
    pub(super) fn sign_in(&self) -> Finding<Result<SignedIn, Error>> {
        let starting = self.credentials()?.sign_in().ports(Ports::Any).start();
        let attempt = self.runtime.block_on(starting)?;
        let callback = self.approve(attempt.url())?;
        attempt.inbox().offer(&callback)?;
        Ok(self.runtime.block_on(attempt.wait()))
    }

    /// Asks for a token, with an empty memory.
    pub(super) fn token(&self) -> Finding<Result<Token, Error>> {
        let credentials = self.credentials()?;
        Ok(self.runtime.block_on(credentials.token()))
    }

    /// The same with credentials that may have one in memory.
    pub(super) fn token_of(&self, credentials: &Credentials) -> Result<Token, Error> {
        self.runtime.block_on(credentials.token())
    }

    /// The text of the token cache; `None` if nothing was ever stored.
    pub(super) fn cache(&self) -> Finding<Option<String>> {
        let bytes = doors::read(self.store.path())?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Puts a fault in force for token requests.
    pub(super) fn inject(&self, fault: Fault) -> Finding {
        self.server.inject(fault.on(Endpoint::Token))?;
        Ok(())
    }

    /// Signs in, which only sets the scene: gives the token cache as it is then.
    pub(super) fn settled(&self, probe: &mut Probe) -> Finding<Option<String>> {
        fine(probe, self.sign_in()?)?;
        self.server.clear_faults();
        probe.count_from_here();
        let cache = self.cache()?;
        holds(cache.is_some(), "the login was not stored")?;
        Ok(cache)
    }

    fn approve(&self, url: &Url) -> Finding<String> {
        let request = Request::get(url.as_str()).body(Vec::new())?;
        let response = self.server.with(|mock| mock.handle(request));
        Ok(header(&response, "location").to_owned())
    }
}

/// A fault of token responses that sets members; `members` is a JSON object.
pub(super) fn set(members: &str) -> Finding<Fault> {
    let members: serde_json::Map<_, _> = serde_json::from_str(members)?;
    let set = |fault: Fault, (name, value): (&String, &serde_json::Value)| fault.param(name, value);
    Ok(members.iter().fold(Fault::new("token.set"), set))
}

/// A fault of token responses that leaves members out.
pub(super) fn omit(members: &str) -> Fault {
    Fault::new("token.omit").param("members", members)
}

/// A fault of token responses that replaces the body, of whatever type; `body` is taken to the byte.
pub(super) fn body(body: &str, content_type: &str) -> Finding<Fault> {
    let body = serde_json::to_string(body)?;
    Ok(Fault::new("http.body")
        .param("bytes", body)
        .and("http.content_type")
        .param("value", content_type))
}

/// The value of what had to succeed.
pub(super) fn fine<T>(probe: &mut Probe, outcome: Result<T, Error>) -> Finding<T> {
    probe.saw("ok");
    outcome.map_err(|error| Wrong::new(format!("it failed with {}: {error}", error.code())))
}

/// Fails unless the token cache is still what it was.
pub(super) fn untouched(machine: &Machine, before: Option<&str>) -> Finding {
    let now = machine.cache()?;
    holds(now.as_deref() == before, "the token cache has changed")
}

/// Fails unless that many token requests were counted so far.
pub(super) fn posts(machine: &Machine, wanted: usize) -> Finding {
    same(
        "the number of token requests",
        machine.server.token_posts().len(),
        wanted,
    )
}
