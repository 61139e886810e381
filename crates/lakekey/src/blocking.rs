//! Work that blocks: files, locks, keyrings.

use lakekey_core::{Code, Error};

/// Runs work that blocks on a thread where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::new(Code::Cancelled, "the program is shutting down")),
        },
    }
}
