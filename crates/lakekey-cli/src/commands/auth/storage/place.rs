use lakekey::{Origin, Storage, StorageChoice};
use serde::Serialize;

/// Where logins are kept, in the terms of the official command.
#[derive(Serialize)]
pub(in crate::commands::auth) struct Place {
    pub(in crate::commands::auth) mode: &'static str,
    pub(in crate::commands::auth) location: &'static str,
    pub(in crate::commands::auth) source: String,
}

impl Place {
    pub(in crate::commands::auth) fn of(choice: &StorageChoice) -> Self {
        let source = match &choice.origin {
            Origin::Default => "default".to_owned(),
            Origin::Env(name) => format!("{name} environment variable"),
            Origin::Profile { name, path, .. } => {
                format!("auth_storage in [{name}] section of {}", path.display())
            }
            _ => "--storage flag".to_owned(),
        };
        Self {
            mode: choice.storage.as_str(),
            location: match choice.storage {
                Storage::Secure => "OS keyring (service: databricks-cli)",
                _ => "~/.databricks/token-cache.json",
            },
            source,
        }
    }
}
