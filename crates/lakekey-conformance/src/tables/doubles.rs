//! What the judges of tables share: a network that answers from a list, a clock that stands, a way to wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::{Request, Response};
use lakekey::attributes::ATTRIBUTES;
use lakekey::{Attribute, Clock, Code, Error, HttpClient};
use lakekey_core::BoxFuture;
use serde::Deserialize;
use tokio::runtime::Builder;

use crate::case::{Finding, Wrong, there};
use crate::probe::noon;

/// A network in which only what is listed answers; it keeps what was asked.
#[derive(Debug, Default)]
pub(super) struct Network {
    answers: Vec<Answer>,
    asked: Mutex<Vec<Request<Vec<u8>>>>,
}

/// What answers requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// How the address begins; the longest beginning counts.
    url: String,
    #[serde(default = "fine")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The document of the answer; `body` where it is none.
    json: Option<toml::Value>,
    #[serde(default)]
    body: String,
}

impl Network {
    pub(super) fn of(answers: &[Answer]) -> Self {
        Self {
            answers: answers.to_vec(),
            asked: Mutex::default(),
        }
    }

    /// The requests so far, oldest first.
    pub(super) fn asked(&self) -> Vec<Request<Vec<u8>>> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn answer(&self, address: &str) -> Finding<Response<Vec<u8>>> {
        let fitting = self.answers.iter();
        let fitting = fitting.filter(|answer| address.starts_with(&answer.url));
        let answer = fitting.max_by_key(|answer| answer.url.len());
        let nobody = || Wrong::new(format!("nobody answers at {address}"));
        answer.ok_or_else(nobody)?.response()
    }
}

impl Answer {
    /// The metadata of the authorization server at that workspace.
    pub(super) fn metadata(host: &str) -> Self {
        let body = serde_json::json!({
            "issuer": format!("{host}/oidc"),
            "authorization_endpoint": format!("{host}/oidc/v1/authorize"),
            "token_endpoint": format!("{host}/oidc/v1/token"),
        });
        Self {
            url: format!("{host}/oidc/.well-known/oauth-authorization-server"),
            status: fine(),
            headers: BTreeMap::new(),
            json: None,
            body: body.to_string(),
        }
    }

    /// The address that is answered.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn response(&self) -> Finding<Response<Vec<u8>>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = match &self.json {
            Some(document) => serde_json::to_vec(document)?,
            None => self.body.clone().into_bytes(),
        };
        if self.json.is_some() {
            response = response.header("content-type", "application/json");
        }
        Ok(response.body(body)?)
    }
}

impl HttpClient for Network {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let address = request.uri().to_string();
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let answer = self.answer(&address);
        let answer = answer.map_err(|wrong| Error::new(Code::Transport, wrong.0));
        Box::pin(std::future::ready(answer))
    }
}

/// A clock that stands at noon; nobody waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Still;

impl Clock for Still {
    fn now(&self) -> SystemTime {
        noon()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The attribute of that key, for instance `host`.
pub(super) fn attribute(key: &str) -> Finding<&'static Attribute> {
    let found = ATTRIBUTES
        .iter()
        .find(|row| row.key() == key || row.key_aliases().contains(&key));
    there(key, found)
}

/// Runs what the library does to its end.
pub(super) fn wait<F: Future>(work: F) -> Finding<F::Output> {
    Ok(Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?
        .block_on(work))
}

fn fine() -> u16 {
    200
}
