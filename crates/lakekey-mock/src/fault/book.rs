//! Which fault hits which request.

use std::{collections::HashMap, sync::Arc};

use http::Request;
use sha2::{Digest, Sha256};

use super::{Effect, Fault, FaultError, FaultReport, Phase, catalogue, preset};
use crate::{Endpoint, Setup, params::Params};

/// The faults in force, in the order they were added. The first that matches a request hits it.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    armed: Vec<Armed>,
    added: u64,
}

#[derive(Debug)]
struct Armed {
    id: Arc<str>,
    fault: Fault,
    endpoint: Option<Endpoint>,
    effects: Arc<[Effect]>,
    acts: bool,
    seen: u64,
    hits: u64,
    /// How many requests each client stream has sent, for the dice of that stream.
    streams: HashMap<String, u64>,
}

/// A fault that hits a request.
#[derive(Debug, Clone)]
pub(crate) struct Strike {
    pub(crate) id: Arc<str>,
    /// Whether the server acts on the request.
    pub(crate) acts: bool,
    effects: Arc<[Effect]>,
}

impl Strike {
    pub(crate) fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.effects.iter()
    }
}

/// What a fault can see of a request.
#[derive(Debug)]
pub(crate) struct Sight<'a> {
    request: Option<&'a Request<Vec<u8>>>,
    endpoint: Endpoint,
    moment: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// A connection was made; nothing was read.
    Accept,
    /// A request was read from a socket: what happens at accept is over.
    Read,
    /// A request came without a socket: accept and read are one.
    Handed,
    /// The answer is a redirect to a client.
    Redirect,
}

impl<'a> Sight<'a> {
    pub(crate) fn of(request: &'a Request<Vec<u8>>, endpoint: Endpoint, by_socket: bool) -> Self {
        Self {
            request: Some(request),
            endpoint,
            moment: if by_socket {
                Moment::Read
            } else {
                Moment::Handed
            },
        }
    }

    pub(crate) fn of_redirect(request: &'a Request<Vec<u8>>, endpoint: Endpoint) -> Self {
        Self {
            request: Some(request),
            endpoint,
            moment: Moment::Redirect,
        }
    }

    pub(crate) fn of_accept() -> Self {
        Self {
            request: None,
            endpoint: Endpoint::Other,
            moment: Moment::Accept,
        }
    }

    fn stream(&self) -> &str {
        let header = self
            .request
            .and_then(|request| request.headers().get("x-client-stream"));
        header
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn has_grant(&self, grant: &str) -> bool {
        self.request
            .is_some_and(|request| Params::parse(request.body()).get("grant_type") == Some(grant))
    }
}

impl FaultBook {
    pub(crate) fn add(&mut self, fault: Fault, setup: &mut Setup) -> Result<String, FaultError> {
        let actions: Vec<_> = fault.actions.iter().flat_map(preset::expand).collect();
        let read = |(name, params): &(String, _)| Effect::read(name, params, setup);
        let effects: Vec<Effect> = actions.iter().map(read).collect::<Result<_, _>>()?;
        self.added += 1;
        let id = fault
            .id
            .clone()
            .unwrap_or_else(|| format!("f{}", self.added));
        let entries: Vec<_> = actions
            .iter()
            .filter_map(|(name, _)| catalogue::find(name))
            .collect();
        let acts = match fault.phase {
            Some(phase) => phase == Phase::After,
            None => effects
                .iter()
                .zip(&entries)
                .all(|(effect, entry)| effect.acts(entry.acts)),
        };
        self.armed.push(Armed {
            id: id.as_str().into(),
            endpoint: fault
                .endpoint
                .or(entries.iter().find_map(|entry| entry.endpoint)),
            hits: u64::from(effects.iter().all(|effect| *effect == Effect::Configured)),
            effects: effects.into(),
            acts,
            seen: 0,
            streams: HashMap::new(),
            fault,
        });
        Ok(id)
    }

    /// The first fault that matches and hits, counted.
    pub(crate) fn strike(&mut self, sight: &Sight<'_>) -> Option<Strike> {
        self.armed.iter_mut().find_map(|armed| armed.strike(sight))
    }

    /// Takes the fault of that id out, or all of them, and gives what they did.
    pub(crate) fn remove(&mut self, id: Option<&str>) -> Vec<String> {
        let goes = |armed: &mut Armed| id.is_none_or(|id| *armed.id == *id);
        let removed = self.armed.extract_if(.., goes);
        removed
            .flat_map(|armed| armed.fault.actions)
            .map(|(name, _)| name)
            .collect()
    }

    /// The faults in force, as they were written.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Fault> {
        self.armed.iter().map(|armed| &armed.fault)
    }

    pub(crate) fn report(&self) -> Vec<FaultReport> {
        let names = |armed: &Armed| {
            armed
                .fault
                .actions
                .iter()
                .map(|(name, _)| name.clone())
                .collect()
        };
        let report = |armed: &Armed| FaultReport {
            id: armed.id.to_string(),
            names: names(armed),
            seen: armed.seen,
            hits: armed.hits,
        };
        self.armed.iter().map(report).collect()
    }
}

impl Armed {
    fn strike(&mut self, sight: &Sight<'_>) -> Option<Strike> {
        if !self.sees(sight) {
            return None;
        }
        self.seen += 1;
        let is_due =
            self.seen > self.fault.offset && self.fault.times.is_none_or(|times| self.hits < times);
        if !is_due || !self.is_lucky(sight.stream()) {
            return None;
        }
        self.hits += 1;
        Some(Strike {
            id: Arc::clone(&self.id),
            acts: self.acts,
            effects: Arc::clone(&self.effects),
        })
    }

    fn sees(&self, sight: &Sight<'_>) -> bool {
        let at_accept = self.effects.iter().any(Effect::is_at_accept);
        let about_redirects = self.effects.iter().any(Effect::is_about_redirects);
        let right_moment = match sight.moment {
            Moment::Accept => return at_accept,
            Moment::Read => !at_accept && !about_redirects,
            Moment::Handed => !about_redirects,
            Moment::Redirect => about_redirects,
        };
        right_moment
            && !self
                .effects
                .iter()
                .all(|effect| *effect == Effect::Configured)
            && self
                .endpoint
                .is_none_or(|endpoint| endpoint == sight.endpoint)
            && self
                .fault
                .grant
                .as_deref()
                .is_none_or(|grant| sight.has_grant(grant))
            && self
                .fault
                .stream
                .as_deref()
                .is_none_or(|stream| stream == sight.stream())
    }

    /// Throws the dice of this fault for the next request of a stream.
    fn is_lucky(&mut self, stream: &str) -> bool {
        if self.fault.probability >= 1.0 {
            return true;
        }
        let count = self.streams.entry(stream.to_owned()).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        hash.update(self.fault.seed.to_be_bytes());
        hash.update(count.to_be_bytes());
        hash.update(stream.as_bytes());
        let thrown = hash
            .finalize()
            .iter()
            .take(4)
            .fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
        f64::from(thrown) / 4_294_967_296.0 < self.fault.probability
    }
}
