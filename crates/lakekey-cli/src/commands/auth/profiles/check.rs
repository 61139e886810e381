//! Trying every profile at once, within a bounded time.

use std::sync::Arc;
use std::time::Duration;

use lakekey::attributes::CA_FILE;
use lakekey::{Code, Credentials, Error, Http, HttpClient};
use tokio::task::JoinSet;

use super::row::{Row, known_kind};
use crate::commands::auth::who::{Who, who};
use crate::machine::Machine;
use crate::runtime;

/// What became of a profile.
pub(super) struct Outcome {
    pub(super) found: Result<Who, Error>,
    /// What the host said it is, now or lately.
    pub(super) kind: Option<&'static str>,
}

/// Tries all profiles at the same time; the outcomes are in the order of the rows.
pub(super) fn all(rows: &[Row], machine: &Machine) -> Result<Vec<Outcome>, Error> {
    // One client for all that trust the same: setting one up takes a while.
    let http: Arc<dyn HttpClient> = Arc::new(Http::default());
    let tried = rows.iter().map(|row| credentials(row, machine, &http));
    let tried: Vec<_> = tried.collect();
    let checks = async {
        let mut set = JoinSet::new();
        for (at, credentials) in tried.into_iter().enumerate() {
            set.spawn(async move { (at, one(credentials).await) });
        }
        let mut outcomes = set.join_all().await;
        outcomes.sort_by_key(|(at, _)| *at);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    };
    runtime::block_on(checks)
}

fn credentials(
    row: &Row,
    machine: &Machine,
    http: &Arc<dyn HttpClient>,
) -> Result<Credentials, Error> {
    let builder = machine
        .with_settings(row.settings.clone())
        // What is wrong with a profile is in the table.
        .observer(Arc::new(()));
    if row.settings.get(&CA_FILE).is_some() || machine.has_ca_file() {
        return builder.build();
    }
    builder.http(Arc::clone(http)).build()
}

async fn one(credentials: Result<Credentials, Error>) -> Outcome {
    let credentials = match credentials {
        Ok(credentials) => credentials,
        Err(error) => {
            return Outcome {
                found: Err(error),
                kind: None,
            };
        }
    };
    let (found, _) = tokio::join!(
        runtime::bounded(PATIENCE, FAREWELL, who(&credentials)),
        runtime::bounded(PATIENCE, FAREWELL, credentials.target()),
    );
    Outcome {
        found: found.unwrap_or_else(|| Err(silent())),
        kind: known_kind(&credentials),
    }
}

fn silent() -> Error {
    Error::new(
        Code::Timeout,
        format!("there was no answer within {PATIENCE:?}"),
    )
    .with_hint("check the host, and whether this network reaches it")
}

/// How long a profile may take. With [`FAREWELL`] it stays below 5 s.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long renewals that are still under way get, to be kept.
const FAREWELL: Duration = Duration::from_millis(600);
