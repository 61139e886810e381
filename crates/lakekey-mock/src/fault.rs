//! Faults: what goes wrong on purpose, asked for by name.

mod args;
mod book;
mod catalogue;
mod coding;
mod effect;
mod manual;
pub(crate) mod message;
mod preset;
pub(crate) mod redirect;
mod text;

use std::fmt;

use serde_json::{Map, Value};

pub(crate) use book::{FaultBook, Sight, Strike};
pub(crate) use effect::Effect;
pub use manual::{FaultKind, fault_kinds};

use crate::Endpoint;

/// Something that goes wrong on purpose, for the requests it matches.
///
/// ```
/// use lakekey_mock::{Endpoint, Fault, Mock, Setup};
///
/// let mut mock = Mock::new(Setup::workspace());
/// let busy = Fault::new("http.status").param("status", 503).and("http.headers").param("set", r#"{"retry-after":"1"}"#);
/// let id = mock.inject(busy.on(Endpoint::Token).times(2))?;
/// assert_eq!(mock.hits(&id), 0);
///
/// let same: Fault = "token:http.status=503,times=2".parse()?;
/// mock.inject(same)?;
/// # Ok::<(), lakekey_mock::FaultError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(crate) id: Option<String>,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) grant: Option<String>,
    pub(crate) stream: Option<String>,
    pub(crate) offset: u64,
    pub(crate) times: Option<u64>,
    pub(crate) probability: f64,
    pub(crate) seed: u64,
    pub(crate) phase: Option<Phase>,
    pub(crate) actions: Vec<(String, Map<String, Value>)>,
}

impl Fault {
    /// A fault of that name from the catalogue, for instance `http.status`, on every request it can act on.
    pub fn new(name: &str) -> Self {
        Self {
            id: None,
            endpoint: None,
            grant: None,
            stream: None,
            offset: 0,
            times: None,
            probability: 1.0,
            seed: 0,
            phase: None,
            actions: vec![(name.to_owned(), Map::new())],
        }
    }

    /// The id to report it by. Default `f1`, `f2`, ….
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Only requests for this endpoint. `disco.*`, `token.*`, `authz.*` and `api.*` know theirs.
    pub fn on(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Only token requests of this `grant_type`.
    pub fn grant(mut self, grant_type: &str) -> Self {
        self.grant = Some(grant_type.to_owned());
        self
    }

    /// Only requests whose header `x-client-stream` has this value.
    pub fn stream(mut self, stream: &str) -> Self {
        self.stream = Some(stream.to_owned());
        self
    }

    /// Lets the first `count` matching requests pass.
    pub fn offset(mut self, count: u64) -> Self {
        self.offset = count;
        self
    }

    /// Ends after `count` hits. Default: never.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Hits with this probability only, decided by the seed, the stream and the count of requests in it.
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = probability;
        self.seed = seed;
        self
    }

    /// Whether the server acts on the request. Default: whatever makes sense for the fault.
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = Some(phase);
        self
    }

    /// Sets a parameter of the fault named last. The value is read as JSON where it is JSON, else as text.
    pub fn param(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = text::value(&value.to_string());
        if let Some((_, params)) = self.actions.last_mut() {
            params.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds another fault to the same requests; parameters that follow are its.
    pub fn and(mut self, name: &str) -> Self {
        self.actions.push((name.to_owned(), Map::new()));
        self
    }
}

/// Whether the server acts on a request that a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It does not: nothing changes on the server.
    Before,
    /// It does not: the fault makes the whole answer.
    Instead,
    /// It does: the change stays, the answer is damaged or replaced.
    After,
}

/// A fault in force.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultReport {
    /// Its id.
    pub id: String,
    /// The names of what it does.
    pub names: Vec<String>,
    /// How many requests matched it.
    pub seen: u64,
    /// How many requests it hit.
    pub hits: u64,
}

/// A fault that can not be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultError {
    /// The catalogue has no fault of that name.
    Unknown(String),
    /// A parameter is missing or has a wrong value.
    Param {
        /// The fault.
        fault: String,
        /// The parameter.
        param: String,
    },
    /// The text or JSON is not a fault.
    Malformed(String),
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                let names: Vec<_> = catalogue::ENTRIES.iter().map(|entry| entry.name).collect();
                write!(
                    f,
                    "no fault is called `{name}`; known are {}",
                    names.join(", ")
                )
            }
            Self::Param { fault, param } => {
                write!(f, "the fault `{fault}` needs a valid `{param}`")
            }
            Self::Malformed(text) => write!(
                f,
                "`{text}` is not a fault; write for instance `token:http.status=503,times=2`"
            ),
        }
    }
}

impl std::error::Error for FaultError {}
