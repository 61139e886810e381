//! A connection of the listener without a socket, and the environment of the browser.

use std::ffi::OsString;
use std::sync::Arc;

use lakekey_core::Error;
use lakekey_endpoints::Target;
use lakekey_oauth::{Grant, Pending};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

use super::SignedIn;
use super::connection::{Patience, Service};
use super::gate::Gate;
use super::outcome::Outcome;
use super::scrub;

/// Serves one connection of a listener on `port`, as the sign-in does that waits for `pending`,
/// and lets the exchange succeed; `None` unless the connection decided the sign-in.
pub async fn serve<S>(
    stream: S,
    pending: Pending,
    target: Target,
    port: u16,
) -> Option<Result<Grant, Error>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (gate, decision) = Gate::new(pending);
    let gate = Arc::new(gate);
    let service = Service::new(Arc::clone(&gate), port, Patience::default());
    let (_stays, evicted) = oneshot::channel();
    let served = async {
        service.serve(stream, evicted).await;
        gate.close();
    };
    let decided = async {
        let decision = decision.await.ok()?;
        if decision.is_ok() {
            gate.publish(Outcome::from(&Ok(SignedIn::new(target))));
        }
        Some(decision)
    };
    tokio::join!(served, decided).1
}

/// The variable as the browser may have it.
pub fn harmless(variable: (OsString, OsString)) -> Option<(OsString, OsString)> {
    scrub::harmless(variable)
}
