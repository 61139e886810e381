//! Waiting for the library, on this thread alone.

use std::time::Duration;

use lakekey::{Code, Error};
use tokio::runtime::Builder;

use crate::args::Timeout;

/// Runs a future to its end.
///
/// A renewal whose caller gave up may still be under way on a thread of its own: it gets a moment
/// to be kept.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Error::new(Code::Transport, "the system gives no more files or threads")
                .caused_by(error)
        })?;
    let outcome = runtime.block_on(future);
    runtime.shutdown_timeout(FAREWELL);
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
    tokio::time::timeout(span, future)
        .await
        .unwrap_or_else(|_| {
            Err(Error::new(
                Code::Timeout,
                format!("there was no answer within {span:?}"),
            )
            .with_hint("try again, or with a longer --timeout"))
        })
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
