//! Where the login of a person is kept.

use lakekey::Environment;
use serde::Serialize;

/// Where the login of a person is kept, in the terms of the official command.
#[derive(Serialize)]
pub(super) struct Storage {
    pub(super) mode: String,
    pub(super) location: &'static str,
    pub(super) source: &'static str,
}

impl Storage {
    pub(super) fn of(environment: &Environment) -> Self {
        let asked = environment.get(VARIABLE).ok().flatten();
        let mode = asked.unwrap_or(PLAINTEXT).trim().to_ascii_lowercase();
        Self {
            location: if mode == SECURE { KEYRING } else { FILE },
            source: if asked.is_some() { NAMED } else { "default" },
            mode,
        }
    }
}

const VARIABLE: &str = "DATABRICKS_AUTH_STORAGE";
const NAMED: &str = "DATABRICKS_AUTH_STORAGE environment variable";
const PLAINTEXT: &str = "plaintext";
const SECURE: &str = "secure";
const FILE: &str = "~/.databricks/token-cache.json";
const KEYRING: &str = "OS keyring (service: databricks-cli)";
