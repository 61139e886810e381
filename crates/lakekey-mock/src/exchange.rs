//! One request on its way through the mock.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Request, Response, header::DATE};

use crate::{
    fault::{Effect, Strike, message},
    keys::SigningKey,
    mint::Issue,
    reply,
    routes::Endpoint,
    rules::Rule,
};

/// Marks a response that a real connection would not deliver whole.
///
/// Found in [`http::Response::extensions`] when [`Mock::handle`](crate::Mock::handle) is driven without
/// a socket; turn it into the transport error it stands for. A listener acts it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// The connection is reset before any byte of the response.
    Reset,
    /// The connection ends after so many bytes of the body, although the length promised more.
    Truncate {
        /// Bytes of the body that arrive.
        after: usize,
        /// Whether the end is a reset; an orderly close if not.
        reset: bool,
    },
    /// Nothing more arrives, and the connection stays open.
    Hang {
        /// Bytes of the body that arrive; `None`: not even the headers.
        after: Option<usize>,
    },
    /// The body arrives slowly and has no end.
    Drip {
        /// Bytes a second.
        bytes_per_second: u32,
    },
}

/// Marks a response that a real connection would deliver late. See [`Cut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay(pub Duration);

/// A request that has been journalled and matched with faults, and not yet acted on.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) sequence: u64,
    pub(crate) endpoint: Endpoint,
    pub(crate) request: Arc<Request<Vec<u8>>>,
    pub(crate) strike: Option<Strike>,
}

/// A request that has been acted on; what is left needs no lock.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) sequence: u64,
    pub(crate) endpoint: Endpoint,
    pub(crate) request: Arc<Request<Vec<u8>>>,
    pub(crate) strikes: Vec<Strike>,
    pub(crate) answer: Answer,
    pub(crate) date: HeaderValue,
}

impl Settled {
    /// Signs, writes the response and damages it as the faults say.
    pub(crate) fn finish(self) -> Response<Vec<u8>> {
        let Self {
            endpoint,
            request,
            strikes,
            answer,
            date,
            ..
        } = self;
        let mut response = match answer.content {
            Content::Ready(response) => response,
            Content::Grant(issue, key) => reply::token(&issue.sign(&key)),
            Content::Redirect(redirect) => {
                redirect.response(strikes.iter().flat_map(Strike::effects))
            }
        };
        response.headers_mut().entry(DATE).or_insert(date);
        for effect in strikes.iter().flat_map(Strike::effects) {
            message::apply(effect, &mut response, endpoint, &request);
        }
        response
    }
}

/// What a route decided.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The rule that refused.
    pub(crate) rule: Option<&'static Rule>,
    pub(crate) content: Content,
}

impl Answer {
    pub(crate) fn ready(response: Response<Vec<u8>>) -> Self {
        Self {
            rule: None,
            content: Content::Ready(response),
        }
    }

    pub(crate) fn refusal(rule: &'static Rule, response: Response<Vec<u8>>) -> Self {
        Self {
            rule: Some(rule),
            content: Content::Ready(response),
        }
    }
}

/// The response, or what it will be made from.
#[derive(Debug)]
pub(crate) enum Content {
    Ready(Response<Vec<u8>>),
    /// Tokens to be signed outside of the lock.
    Grant(Box<Issue>, SigningKey),
    Redirect(ClientRedirect),
}

/// An authorization response: the browser goes back to the client.
#[derive(Debug, Clone)]
pub(crate) struct ClientRedirect {
    pub(crate) status: u16,
    pub(crate) uri: String,
    pub(crate) params: Vec<(String, String)>,
}

impl ClientRedirect {
    fn response<'a>(mut self, effects: impl Iterator<Item = &'a Effect>) -> Response<Vec<u8>> {
        let mut delivery = None;
        for effect in effects {
            crate::fault::redirect::alter(effect, &mut self, &mut delivery);
        }
        crate::fault::redirect::deliver(&self, delivery.as_deref())
    }

    /// The whole address.
    pub(crate) fn location(&self, separator: char) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.params)
            .finish();
        let separator = if separator == '?' && self.uri.contains('?') {
            '&'
        } else {
            separator
        };
        format!("{}{separator}{query}", self.uri)
    }
}
