//! The bound on the time to have a connection, chosen by each request.
//!
//! One client serves requests of every patience, so that they share its connections: the bound
//! travels with the task that sends the request, not with the client.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lakekey_core::Limits;
use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static PATIENCE: Duration;
}

/// Runs `exchange`, within which a new connection may take no longer than `patience`.
pub(super) fn within<F: Future>(
    patience: Duration,
    exchange: F,
) -> impl Future<Output = F::Output> {
    PATIENCE.scope(patience, exchange)
}

/// Puts the bound around whatever connects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounded;

impl<S> Layer<S> for Bounded {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector(inner)
    }
}

/// What connects, and gives up in time.
#[derive(Clone, Debug)]
pub(super) struct Connector<S>(S);

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = BoxError, Future: Send + 'static>,
{
    type Response = <S as Service<R>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let patience = PATIENCE
            .try_with(|patience| *patience)
            .unwrap_or(Limits::default().connect);
        let connecting = self.0.call(destination);
        Box::pin(async move {
            match timeout(patience, connecting).await {
                Ok(outcome) => outcome,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        })
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Request;
    use lakekey_core::{Code, HttpClient, Limits};

    use crate::Http;

    /// The socket takes connections and nobody ever answers the TLS handshake; the bound on the
    /// whole exchange is longer than a test may take.
    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "a socket of this test's own")]
    async fn a_peer_that_says_nothing_is_given_up_on_by_the_bound_of_the_request() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("https://{}/", silent.local_addr().unwrap());
        let patient = Limits::default().with_total(Duration::from_secs(3600));
        let http = Http::default();
        for connect in [Duration::ZERO, Duration::from_millis(20)] {
            let mut request = Request::get(&address).body(Vec::new()).unwrap();
            request
                .extensions_mut()
                .insert(patient.with_connect(connect));
            let error = http.send(request).await.unwrap_err();
            assert_eq!(error.code(), Code::Timeout);
            assert!(error.is_unsent(), "{error:?}");
        }
    }
}
