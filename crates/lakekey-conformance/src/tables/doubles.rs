//! What the judges of tables share: a network that answers from a list, and a way to wait.

use std::sync::{Mutex, PoisonError};

use http::{Request, Response};
use lakekey::attributes::ATTRIBUTES;
use lakekey::{Attribute, Code, Error, HttpClient};
use lakekey_core::BoxFuture;
use tokio::runtime::Builder;

use crate::case::{Finding, there};

/// A network in which only what is listed answers; it keeps what was asked.
#[derive(Debug, Default)]
pub(super) struct Network {
    answers: Vec<Answer>,
    asked: Mutex<Vec<Request<Vec<u8>>>>,
}

/// What answers a request whose address begins like that.
#[derive(Debug)]
struct Answer {
    address: String,
    response: Response<Vec<u8>>,
}

impl HttpClient for Network {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let address = request.uri().to_string();
        let answers = self.answers.iter();
        let answer = answers
            .filter(|answer| address.starts_with(&answer.address))
            .max_by_key(|answer| answer.address.len());
        let response = answer.map(|answer| answer.response.clone());
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let nobody = || Error::new(Code::Transport, format!("nobody answers at {address}"));
        Box::pin(std::future::ready(response.ok_or_else(nobody)))
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
    Ok(Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work))
}
