//! Waiting for the library, on this thread alone.

use std::time::Duration;

use lakekey::{Code, Error};
use tokio::runtime::Builder;

use crate::args::Timeout;

/// Runs a future to its end.
///
/// The runtime is not shut down: a thread that still waits in it would panic, and the process is
/// about to end anyway.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Error::new(Code::Transport, "the system gives no more files or threads")
                .caused_by(error)
        })?;
    let outcome = runtime.block_on(future);
    std::mem::forget(runtime);
    outcome
}

/// The same future with an end in time, if one is given.
pub(crate) async fn within<T>(
    timeout: Option<Timeout>,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(Timeout(span)) = timeout else {
        return future.await;
    };
    bounded(span, FAREWELL, future).await.unwrap_or_else(|| {
        Err(Error::new(
            Code::Timeout,
            format!("there was no answer within {span:?}"),
        )
        .with_hint("try again, or with a longer --timeout"))
    })
}

/// What a future comes to within `span`; `None` when that is not enough.
///
/// A renewal that it began goes on without it, on a thread of its own: that has `farewell` to be
/// kept.
pub(crate) async fn bounded<T>(
    span: Duration,
    farewell: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    let outcome = tokio::time::timeout(span, future).await.ok();
    if outcome.is_none() {
        tokio::time::sleep(farewell).await;
    }
    outcome
}

/// Keeps tokens out of core dumps. A system that refuses has none of ours to lose.
pub(crate) fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(
            Resource::Core,
            Rlimit {
                current: Some(0),
                maximum: Some(0),
            },
        );
    }
}

const FAREWELL: Duration = Duration::from_secs(5);
