//! What client cases share: the library with a mock behind its doors, and the person at the browser.

use std::sync::Arc;

use http::Request;
use lakekey::{Attempt, Builder, Code, Credentials, Environment, Error, Ports, SignIn, SignedIn};
use lakekey_store::MemoryStore;
use serde_json::Value;
use tokio::runtime::Runtime;
use url::Url;

use crate::case::{Finding, Wrong, holds, same};
use crate::probe::{Form, Lakekey, Outcome, Probe, Server, header};

/// The library on a machine of its own: one mock for every host, the mock's clock, a store in memory.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) server: Server,
    pub(super) store: MemoryStore,
    runtime: Runtime,
}

impl Library {
    /// The library in front of that mock.
    pub(super) fn at(server: &Server) -> Finding<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            server: server.clone(),
            store: MemoryStore::new(),
            runtime,
        })
    }

    /// Credentials to be, with nothing but the doors set.
    pub(super) fn builder(&self) -> Builder {
        Credentials::builder()
            .environment(Environment::default())
            .store(Arc::new(self.store.clone()))
            .http(self.server.wire())
            .clock(self.server.clock())
    }

    /// Credentials for the mock's own address.
    pub(super) fn credentials(&self) -> Result<Credentials, Error> {
        self.builder().host(self.server.url()).build()
    }

    /// Runs what the library does to its end.
    pub(super) fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// Begins a sign-in, up to the address for the browser.
    pub(super) fn start(&self, credentials: &Credentials) -> Result<Attempt, Error> {
        self.wait(ready(credentials).start())
    }

    /// Opens the address of a sign-in as a browser does, and takes the answer back to it.
    pub(super) fn finish(&self, attempt: Attempt) -> Finding<Result<SignedIn, Error>> {
        let page = self
            .server
            .send(Request::get(attempt.url().as_str()).body(Vec::new())?)?;
        let answer = header(&page, "location").to_owned();
        if answer.is_empty() {
            return Err(Wrong::new(format!(
                "the browser was not sent back: status {}",
                page.status()
            )));
        }
        Ok(self.wait(async {
            attempt.inbox().offer(&answer)?;
            attempt.wait().await
        }))
    }

    /// Signs in, with a browser that opens what it is given.
    pub(super) fn sign_in(&self, credentials: &Credentials) -> Finding<Result<SignedIn, Error>> {
        match self.start(credentials) {
            Ok(attempt) => self.finish(attempt),
            Err(error) => Ok(Err(error)),
        }
    }
}

/// Fails unless this was refused with that code; says so, and has the words searched for secrets.
pub(super) fn refused<T>(
    probe: &mut Probe,
    outcome: Result<T, Error>,
    code: Code,
) -> Finding<Error> {
    let Err(error) = outcome else {
        return Err(Wrong::new(format!("it went well, wanted `{code}`")));
    };
    probe.printed("an error", format!("{error} {error:?}"));
    same(&format!("the code of \"{error}\""), error.code(), code)?;
    probe.saw(code);
    Ok(error)
}

/// A sign-in that leaves the ports of the command alone.
fn ready(credentials: &Credentials) -> SignIn {
    credentials.sign_in().ports(Ports::Any)
}

/// The parameters of an address.
pub(super) fn form_of(address: &Url) -> Form {
    let pairs = address.query_pairs().into_owned();
    pairs.collect::<Vec<_>>().into()
}

/// Signs in at a terminal: the command prints the address, and a browser opens it.
pub(super) fn login(probe: &mut Probe, arguments: &[&str]) -> Finding<Url> {
    let arguments = [&["auth", "login", "--no-browser"], arguments].concat();
    let mut running = probe.lakekey(&arguments)?.start()?;
    let address = running.authorization_url()?;
    let page = probe.browser().open(&address)?;
    let outcome = running.finish()?;
    outcome.went_well()?;
    same("the status of the last page", page.status(), 200)?;
    Ok(Url::parse(&address)?)
}

/// The same with a command that may fail, before it prints an address or later.
pub(super) fn attempt_login(probe: &Probe, lakekey: Lakekey) -> Finding<Outcome> {
    let mut running = lakekey.start()?;
    if let Ok(address) = running.authorization_url() {
        // What becomes of the page is for the command to say.
        let _ = probe.browser().open(&address);
    }
    running.finish()
}

/// Fails unless a command that was asked for JSON failed with that code, and with its exit code.
pub(super) fn failed_as(outcome: &Outcome, code: Code) -> Finding {
    let document: Value = serde_json::from_str(&outcome.stdout)?;
    same(
        &format!("the kind of the failure\n{}", outcome.stderr),
        document["kind"].as_str(),
        Some(code.as_str()),
    )?;
    same(
        "the exit code",
        outcome.exit,
        Some(i32::from(code.exit_status())),
    )
}

/// Fails where the bytes are spread so unevenly that chance does it once in a million times (chi-square).
pub(super) fn looks_random(bytes: &[u8]) -> Finding {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = u32::try_from(bytes.len())?;
    let mean = f64::from(total) / 256.0;
    let spread: f64 = counts
        .iter()
        .map(|count| (f64::from(*count) - mean).powi(2) / mean)
        .sum();
    holds(
        spread < ONCE_IN_A_MILLION,
        format!("chi-square over the bytes is {spread:.1}"),
    )
}

/// The chi-square of 255 degrees of freedom that chance exceeds with a probability of 1e-6.
const ONCE_IN_A_MILLION: f64 = 377.5;
