//! What was asked and what was answered.

use std::{sync::Arc, time::SystemTime};

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};

use crate::{exchange::Cut, params::Params, routes::Endpoint};

/// A request the mock received, with its answer once there is one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// Its number; the first is 1. A gap never occurs.
    pub sequence: u64,
    /// When its connection was made; `None` without a socket. This and the other times are by the mock's clock.
    pub accepted_at: Option<SystemTime>,
    /// When it was there with its last byte.
    pub at: SystemTime,
    /// When the server had acted on it; `None` while it has not, or if a fault kept it from it.
    pub committed_at: Option<SystemTime>,
    /// When the last byte of the answer was handed to the connection, or a fault broke it off.
    pub ended_at: Option<SystemTime>,
    /// The number of its connection; the first of a namespace is 1. `None` without a socket.
    pub connection: Option<u64>,
    /// The endpoint it was for; `Other` for one that never was complete.
    pub endpoint: Endpoint,
    /// The request as it was received.
    pub request: Arc<Request<Vec<u8>>>,
    /// Its bytes as they came, with their framing (after decryption). Empty without a socket. A body is cut
    /// at 2 MiB.
    pub raw: Vec<u8>,
    /// Whether the client went away before the request or the answer was complete.
    pub aborted: bool,
    /// The status of the answer; `None` while there is none.
    pub status: Option<StatusCode>,
    /// The headers of the answer.
    pub response_headers: HeaderMap,
    /// The body of the answer, whole even if the wire carried less.
    pub response_body: Vec<u8>,
    /// The id of the rule that refused.
    pub rule: Option<&'static str>,
    /// The ids of the faults that hit.
    pub faults: Vec<Arc<str>>,
    /// Whether the request was acted on; `false` if a fault kept it from the server.
    pub committed: bool,
    /// How the connection was disturbed.
    pub cut: Option<Cut>,
}

impl Recorded {
    /// The method.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.request.uri().path()
    }

    /// A request header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// The decoded parameters of the query, in order.
    pub fn query(&self) -> Vec<(String, String)> {
        Params::parse(self.request.uri().query().unwrap_or_default().as_bytes()).into_pairs()
    }

    /// The decoded parameters of the body, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        Params::parse(self.request.body()).into_pairs()
    }

    /// A parameter of the body, or else of the query.
    pub fn param(&self, name: &str) -> Option<String> {
        self.form()
            .into_iter()
            .chain(self.query())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

/// How a request came.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) connection: u64,
    pub(crate) accepted_at: SystemTime,
    pub(crate) raw: Vec<u8>,
}

/// The last requests, oldest first.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: Vec<Recorded>,
    capacity: usize,
    last: u64,
}

impl Journal {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: Vec::new(),
            capacity: capacity.max(1),
            last: 0,
        }
    }

    /// Forgets everything but the last number.
    pub(crate) fn start_over(&mut self, capacity: usize) {
        *self = Self {
            last: self.last,
            ..Self::new(capacity)
        };
    }

    /// Writes a request down and gives its number.
    pub(crate) fn open(
        &mut self,
        request: Arc<Request<Vec<u8>>>,
        endpoint: Endpoint,
        at: SystemTime,
        arrival: Option<Arrival>,
    ) -> u64 {
        // Trimmed in steps, so that most requests move nothing.
        if self.entries.len() >= self.capacity + self.capacity / 4 {
            self.entries.drain(..self.entries.len() - self.capacity);
        }
        self.last += 1;
        let (connection, accepted_at) = arrival
            .as_ref()
            .map(|arrival| (arrival.connection, arrival.accepted_at))
            .unzip();
        self.entries.push(Recorded {
            sequence: self.last,
            accepted_at,
            at,
            committed_at: None,
            ended_at: None,
            connection,
            endpoint,
            request,
            raw: arrival.map(|arrival| arrival.raw).unwrap_or_default(),
            aborted: false,
            status: None,
            response_headers: HeaderMap::new(),
            response_body: Vec::new(),
            rule: None,
            faults: Vec::new(),
            committed: false,
            cut: None,
        });
        self.last
    }

    /// The entry of that number, if it is still there.
    pub(crate) fn entry(&mut self, sequence: u64) -> Option<&mut Recorded> {
        let first = self.entries.first()?.sequence;
        self.entries
            .get_mut(usize::try_from(sequence.checked_sub(first)?).ok()?)
    }

    /// Writes the answer down.
    pub(crate) fn close(&mut self, sequence: u64, response: &Response<Vec<u8>>) {
        if let Some(entry) = self.entry(sequence) {
            entry.status = Some(response.status());
            entry.response_headers.clone_from(response.headers());
            entry.response_body.clone_from(response.body());
            entry.cut = response.extensions().get().copied();
        }
    }

    /// Writes down that the answer is over: given whole, or broken off by a fault or by the client.
    pub(crate) fn end(&mut self, sequence: u64, whole: bool, now: SystemTime) {
        if let Some(entry) = self.entry(sequence) {
            if whole || entry.cut.is_some() {
                entry.ended_at = Some(now);
            } else {
                entry.aborted = true;
            }
        }
    }

    /// Writes down bytes that became no request: malformed if there is a status, else half of one.
    pub(crate) fn overhear(
        &mut self,
        arrival: Arrival,
        status: Option<StatusCode>,
        now: SystemTime,
    ) {
        let sketch = Arc::new(sketch(&arrival.raw));
        let sequence = self.open(sketch, Endpoint::Other, now, Some(arrival));
        if let Some(entry) = self.entry(sequence) {
            entry.aborted = status.is_none();
            entry.ended_at = status.map(|_| now);
            entry.status = status;
        }
    }

    pub(crate) fn entries(&self) -> &[Recorded] {
        let extra = self.entries.len().saturating_sub(self.capacity);
        &self.entries[extra..]
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// What can be made out of bytes that are no request: the method and the address, if they are there.
fn sketch(raw: &[u8]) -> Request<Vec<u8>> {
    let line = raw.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut words = line.split(u8::is_ascii_whitespace);
    let mut request = Request::new(Vec::new());
    if let Some(method) = words.next().and_then(|word| Method::from_bytes(word).ok()) {
        *request.method_mut() = method;
    }
    if let Some(uri) = words.next().and_then(|word| Uri::try_from(word).ok()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The values in requests and answers that nobody else may see.
pub(crate) fn secrets(entries: &[Recorded]) -> Vec<String> {
    let mut found: Vec<String> = entries
        .iter()
        .flat_map(secrets_of)
        .filter(|secret| !secret.is_empty())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn secrets_of(entry: &Recorded) -> Vec<String> {
    let mut found = Vec::new();
    if entry.endpoint == Endpoint::Token {
        let secret = |(name, _): &(String, String)| SECRET_PARAMS.contains(&name.as_str());
        found.extend(
            entry
                .form()
                .into_iter()
                .filter(secret)
                .map(|(_, value)| value),
        );
        let answer: serde_json::Value =
            serde_json::from_slice(&entry.response_body).unwrap_or_default();
        found.extend(
            SECRET_MEMBERS
                .iter()
                .filter_map(|member| answer[member].as_str().map(str::to_owned)),
        );
    }
    let location = entry
        .response_headers
        .get(http::header::LOCATION)
        .and_then(|value| value.to_str().ok());
    if let Some((_, query)) = location.and_then(|location| location.split_once('?')) {
        found.extend(
            Params::parse(query.as_bytes())
                .get("code")
                .map(str::to_owned),
        );
    }
    found
}

const SECRET_PARAMS: [&str; 4] = ["code", "code_verifier", "refresh_token", "client_secret"];
const SECRET_MEMBERS: [&str; 3] = ["access_token", "refresh_token", "id_token"];
