//! The library's doors to a mock, without a socket.

use std::time::{Duration, SystemTime};

use http::{Request, Response};
use lakekey_core::{BoxFuture, Clock, Code, Error, HttpClient, Limits};
use lakekey_mock::{Cut, Delay};

use super::Server;
use crate::journey::OfLibrary;

/// Calls the mock and turns what a fault does to the connection into an error.
#[derive(Debug)]
pub(super) struct Wire(pub(super) Server);

impl HttpClient for Wire {
    fn send(
        &self,
        mut request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async move {
            let limits = request.extensions().get().copied().unwrap_or_default();
            request.extensions_mut().insert(OfLibrary);
            let response = self.0.send(request);
            let response = response.map_err(|wrong| Error::new(Code::Transport, wrong.0))?;
            arrived(response, limits)
        })
    }
}

/// The response as a client within these limits receives it.
fn arrived(response: Response<Vec<u8>>, limits: Limits) -> Result<Response<Vec<u8>>, Error> {
    let late = response
        .extensions()
        .get()
        .is_some_and(|Delay(delay)| *delay > limits.total);
    let cut = response.extensions().get().copied();
    match cut {
        Some(Cut::Hang { .. } | Cut::Drip { .. }) => {
            Err(Error::new(Code::Timeout, "no answer in time"))
        }
        Some(_) => Err(Error::new(Code::Transport, "the connection was closed")),
        None if late => Err(Error::new(Code::Timeout, "no answer in time")),
        None if response.body().len() > limits.body => Err(Error::new(
            Code::ResponseTooLarge,
            "the answer is too large",
        )),
        None => Ok(response),
    }
}

/// A mock's clock as the library's: both agree, and nobody waits.
#[derive(Debug)]
pub(super) struct SharedClock(pub(super) Server);

impl Clock for SharedClock {
    fn now(&self) -> SystemTime {
        self.0.with(|mock| mock.clock().now())
    }

    fn elapsed(&self) -> Duration {
        self.now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.advance(duration);
        Box::pin(async {})
    }
}
