//! Something between the library and the mock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response, Uri};
use lakekey::{Code, Error, HttpClient, Limits};
use lakekey_core::BoxFuture;

/// An HTTP client that gives token requests less time, or takes them elsewhere.
#[derive(Debug)]
pub(super) struct Steered {
    http: Arc<dyn HttpClient>,
    total: Option<Duration>,
    detours: Mutex<VecDeque<String>>,
}

impl Steered {
    pub(super) fn new(http: Arc<dyn HttpClient>) -> Self {
        Self {
            http,
            total: None,
            detours: Mutex::default(),
        }
    }

    /// Takes the next token request to this origin instead, for instance `http://127.0.0.1:41234`.
    pub(super) fn past(self, origin: &str) -> Self {
        self.detours().push_back(origin.to_owned());
        self
    }

    /// Gives each token request this much time.
    pub(super) fn within(self, total: Duration) -> Self {
        Self {
            total: Some(total),
            ..self
        }
    }

    fn detours(&self) -> std::sync::MutexGuard<'_, VecDeque<String>> {
        self.detours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn steer(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>, http::Error> {
        if request.method() != Method::POST {
            return Ok(request);
        }
        if let Some(total) = self.total {
            request
                .extensions_mut()
                .insert(Limits::default().with_total(total));
        }
        if let Some(origin) = self.detours().pop_front() {
            let origin: Uri = origin.parse()?;
            let mut parts = origin.into_parts();
            parts.path_and_query = request.uri().path_and_query().cloned();
            *request.uri_mut() = Uri::from_parts(parts)?;
        }
        Ok(request)
    }
}

impl HttpClient for Steered {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async move {
            let steered = self.steer(request);
            let request = steered
                .map_err(|error| Error::new(Code::Usage, "no such detour").caused_by(error))?;
            self.http.send(request).await
        })
    }
}
