//! How commands reach chromedriver: thirtyfour over the task's own socket door.

use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderValue, Request, Response, header};
use hyper::body::Bytes;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};

use crate::loopback;

/// Sends each command over a connection of its own.
pub(super) struct Client;

type Future<'a, T> = Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

// What `#[async_trait]` makes of the trait's two functions.
impl HttpClient for Client {
    fn send<'me, 'body, 'future>(
        &'me self,
        request: Request<Body<'body>>,
    ) -> Future<'future, WebDriverResult<Response<Bytes>>>
    where
        'me: 'future,
        'body: 'future,
        Self: 'future,
    {
        Box::pin(async {
            let answer = loopback::exchange(written(request)).await;
            answer.map_err(|failure| WebDriverError::HttpError(failure.to_string()))
        })
    }

    fn new<'me, 'future>(&'me self) -> Future<'future, Arc<dyn HttpClient>>
    where
        'me: 'future,
        Self: 'future,
    {
        Box::pin(async { Arc::new(Self) as Arc<dyn HttpClient> })
    }
}

fn written(request: Request<Body<'_>>) -> Request<Vec<u8>> {
    let (mut parts, body) = request.into_parts();
    let body = match body {
        Body::Empty => Vec::new(),
        Body::Json(value) => value.to_string().into_bytes(),
    };
    let close = HeaderValue::from_static("close");
    parts.headers.insert(header::CONNECTION, close);
    Request::from_parts(parts, body)
}
