use lakekey_core::Error;

use super::document::ProfileFile;
use super::names::checked_name;

impl ProfileFile {
    /// Writes the profile of a new sign-in: `values` in this order, in a profile that is changed
    /// when it is there and added when it is not.
    ///
    /// Credentials of other methods leave the profile, so that it means this sign-in and nothing
    /// else; keys that are no credentials stay, and so do comments. The first profile of a file
    /// also becomes its default.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`](lakekey_core::Code::Usage) for a name, key or value that cannot be
    /// written; the document is then as it was.
    ///
    /// ```
    /// use lakekey_config::ProfileFile;
    ///
    /// let mut file = ProfileFile::default();
    /// file.save_login("dev", &[("host", "https://w.example"), ("auth_type", "databricks-cli")])?;
    /// assert_eq!(file.to_string(), "\
    /// [dev]
    /// host      = https://w.example
    /// auth_type = databricks-cli
    ///
    /// [__settings__]
    /// default_profile = dev
    /// ");
    /// # Ok::<_, lakekey_core::Error>(())
    /// ```
    pub fn save_login(&mut self, name: &str, values: &[(&str, &str)]) -> Result<(), Error> {
        let mut next = self.clone();
        let is_first = !next.profiles().any(|profile| profile.get("host").is_some());
        if next.profile(name).is_none() {
            next.append_section(checked_name(name)?, values)?;
        } else {
            for key in CREDENTIALS {
                if values.iter().all(|(new, _)| new != key) {
                    next.unset(name, key)?;
                }
            }
            for (key, value) in values {
                next.set(name, key, value)?;
            }
        }
        if is_first {
            next.set_default_profile(name)?;
        }
        *self = next;
        Ok(())
    }
}

/// The keys that a sign-in clears: every credential of the official file format, and a switch
/// that is no longer read.
const CREDENTIALS: &[&str] = &[
    "metadata_service_url",
    "token",
    "username",
    "password",
    "google_service_account",
    "google_credentials",
    "azure_workspace_resource_id",
    "azure_use_msi",
    "azure_client_secret",
    "azure_client_id",
    "azure_tenant_id",
    "azure_login_app_id",
    "client_id",
    "client_secret",
    "databricks_id_token_filepath",
    "oidc_token_filepath",
    "oidc_token_env",
    "experimental_is_unified_host",
];
