//! A running `lakekey-mock` and its control API.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use http::{HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Home, Running};
use crate::loopback;
use crate::stopwatch::Stopwatch;
use crate::terminal::Failure;

/// A mock on ports the system chose; it stops when the value is dropped.
#[derive(Debug)]
pub(crate) struct Mock {
    running: Running,
    place: Place,
    /// The number of the last journal entry that was read.
    read: u64,
}

/// A request the mock has answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    sequence: u64,
    pub(crate) endpoint: String,
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
    status: Option<u16>,
    /// Whether the mock acted on it.
    pub(crate) committed: bool,
    response_body: String,
}

/// The line the program prints when it is ready.
#[derive(Debug, Deserialize)]
struct Place {
    url: String,
    control_url: String,
    control_token: String,
    inspector: String,
}

impl Mock {
    /// Starts a mock and waits until it listens.
    pub(crate) fn start(program: &Path, args: &[&str]) -> Result<Self, Failure> {
        let home = Home::new()?;
        let mut command = home.command(program);
        command.args(["--output", "json"]).args(args);
        let (running, place) =
            Running::until(&mut command, |line| serde_json::from_str(line).ok())?;
        Ok(Self {
            running,
            place,
            read: 0,
        })
    }

    /// Where it is, for instance `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> &str {
        &self.place.url
    }

    /// The address of its inspector, with the token of the control API.
    pub(crate) fn inspector(&self) -> &str {
        &self.place.inspector
    }

    /// The id of its process.
    pub(crate) fn process(&self) -> u32 {
        self.running.id()
    }

    /// The requests since the journal was read last.
    pub(crate) fn news(&mut self) -> Result<Vec<Entry>, Failure> {
        let path = format!("journal?since={}", self.read);
        let mut answer = self.control(Method::GET, &path, &Value::Null)?;
        let entries = serde_json::from_value::<Vec<Entry>>(answer["entries"].take());
        let entries = entries
            .map_err(|error| Failure::new(format!("the journal is not understood: {error}")))?;
        self.read = entries.last().map_or(self.read, |entry| entry.sequence);
        Ok(entries)
    }

    /// Moves the mock's clock.
    pub(crate) fn advance(&self, seconds: u64) -> Result<(), Failure> {
        let body = json!({ "advance": seconds });
        self.control(Method::POST, "clock", &body).map(drop)
    }

    /// Changes how many seconds the tokens live that are issued from now on.
    pub(crate) fn token_life(&self, seconds: u64) -> Result<(), Failure> {
        self.configure(&json!({ "ttl": { "access": seconds } }))
    }

    /// Changes settings, as the mock's control API describes them.
    pub(crate) fn configure(&self, settings: &Value) -> Result<(), Failure> {
        self.control(Method::PUT, "config", settings).map(drop)
    }

    /// Lets another key sign from now on.
    pub(crate) fn rotate_keys(&self) -> Result<(), Failure> {
        self.control(Method::POST, "keys/rotate", &Value::Null)
            .map(drop)
    }

    /// Whether a token opens the workspace or the account of that id, right now.
    pub(crate) fn opens(&self, token: &str, id: &str) -> Result<bool, Failure> {
        let body = json!({ "token": token, "aud": id });
        let verdict = self.control(Method::POST, "verify", &body)?;
        Ok(verdict["active"] == true)
    }

    /// Whether a token opens anything, right now.
    pub(crate) fn is_active(&self, token: &str) -> Result<bool, Failure> {
        let verdict = self.control(Method::POST, "verify", &json!({ "token": token }))?;
        Ok(verdict["active"] == true)
    }

    /// Lets something go wrong, as the mock's control API describes faults; gives the fault's id.
    pub(crate) fn inject(&self, fault: &Value) -> Result<String, Failure> {
        let answer = self.control(Method::POST, "faults", fault)?;
        Ok(answer["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until a fault has hit a request.
    pub(crate) fn hit(&self, id: &str) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        while watch.elapsed() < PATIENCE {
            let faults = self.faults()?;
            if faults
                .iter()
                .any(|fault| fault["id"] == id && fault["hits"] != 0)
            {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(Failure::new(format!("the fault `{id}` hit no request")))
    }

    /// How many requests the faults in force have hit.
    pub(crate) fn hits(&self) -> Result<usize, Failure> {
        let hits = self
            .faults()?
            .iter()
            .filter_map(|fault| fault["hits"].as_u64())
            .sum::<u64>();
        Ok(usize::try_from(hits).unwrap_or(usize::MAX))
    }

    /// How many faults are in force.
    pub(crate) fn in_force(&self) -> Result<usize, Failure> {
        Ok(self.faults()?.len())
    }

    /// Ends every fault.
    pub(crate) fn heal(&self) -> Result<(), Failure> {
        self.control(Method::DELETE, "faults", &Value::Null)
            .map(drop)
    }

    /// Lets the requests go on that a barrier holds.
    pub(crate) fn release(&self, barrier: &str) -> Result<(), Failure> {
        let path = format!("release/{barrier}");
        self.control(Method::POST, &path, &Value::Null).map(drop)
    }

    fn faults(&self) -> Result<Vec<Value>, Failure> {
        let mut answer = self.control(Method::GET, "faults", &Value::Null)?;
        Ok(answer["faults"]
            .as_array_mut()
            .map(std::mem::take)
            .unwrap_or_default())
    }

    fn control(&self, method: Method, path: &str, body: &Value) -> Result<Value, Failure> {
        let Place {
            control_url,
            control_token,
            ..
        } = &self.place;
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let mut request = loopback::request(method, &format!("{control_url}/{path}"), body)?;
        let token = HeaderValue::from_str(&format!("Bearer {control_token}"));
        let token =
            token.map_err(|_| Failure::new("the mock's control token is no header value"))?;
        request.headers_mut().insert(header::AUTHORIZATION, token);
        let answer = loopback::send(request)?;
        let body = answer.body();
        if !answer.status().is_success() {
            let says = String::from_utf8_lossy(body);
            return Err(Failure::new(format!("the mock's control `{path}`: {says}")));
        }
        serde_json::from_slice(body)
            .map_err(|error| Failure::new(format!("the mock's control `{path}`: {error}")))
    }
}

impl Entry {
    /// Method and path.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> BTreeMap<String, String> {
        pairs(self.uri.split_once('?').map_or("", |(_, query)| query))
    }

    /// The parameters of the form in the body.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        pairs(&self.body)
    }

    /// The JSON in the body of the answer, which the client may not have got.
    pub(crate) fn answer(&self) -> Value {
        serde_json::from_str(&self.response_body).unwrap_or_default()
    }

    /// Whether it was answered, and not with a refusal.
    pub(crate) fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status < 400)
    }

    fn path(&self) -> &str {
        self.uri.split('?').next().unwrap_or_default()
    }
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// How long a fault may take to hit a request.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(1);
