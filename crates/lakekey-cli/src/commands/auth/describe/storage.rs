//! Where the login of a person is kept.

use serde::Serialize;

use crate::machine::Machine;

/// Where the login of a person is kept, in the terms of the official command.
///
/// The first of these decides: `DATABRICKS_AUTH_STORAGE`, `auth_storage` in the profile file, the
/// default.
#[derive(Serialize)]
pub(super) struct Storage {
    pub(super) mode: String,
    pub(super) location: &'static str,
    pub(super) source: String,
}

impl Storage {
    pub(super) fn of(machine: &Machine) -> Self {
        let variable = machine.environment.get(VARIABLE).ok().flatten();
        let (mode, source) = if let Some(mode) = variable {
            (mode.to_owned(), NAMED.to_owned())
        } else if let (Some(mode), Ok(path)) =
            (machine.profiles.auth_storage(), machine.profile_file())
        {
            let section = "auth_storage in [__settings__] section of";
            (mode, format!("{section} {}", path.display()))
        } else {
            (PLAINTEXT.to_owned(), "default".to_owned())
        };
        let mode = mode.trim().to_ascii_lowercase();
        Self {
            location: if mode == SECURE { KEYRING } else { FILE },
            mode,
            source,
        }
    }
}

const VARIABLE: &str = "DATABRICKS_AUTH_STORAGE";
const NAMED: &str = "DATABRICKS_AUTH_STORAGE environment variable";
const PLAINTEXT: &str = "plaintext";
const SECURE: &str = "secure";
const FILE: &str = "~/.databricks/token-cache.json";
const KEYRING: &str = "OS keyring (service: databricks-cli)";
