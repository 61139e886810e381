//! The attribute table: every setting that the official SDKs know, each owned by the crate that
//! uses it.
//!
//! A row says what a value is and who reads it; the strategies that lakekey has are a part of
//! those that rows name.

mod federation;
mod sign_in;
mod traffic;

use lakekey_cloud::attributes as cloud;
use lakekey_config::{
    AUTH_TYPE, CLUSTER_ID, CONFIG_FILE, PROFILE, SERVERLESS_COMPUTE_ID, WAREHOUSE_ID,
};
use lakekey_core::{ACCOUNT_ID, Attribute, HOST, WORKSPACE_ID};

pub use crate::discover::CLOUD;
pub use federation::{AUDIENCE, DISCOVERY_URL, OIDC_TOKEN_ENV, OIDC_TOKEN_FILEPATH};
pub use lakekey_cloud::attributes::{ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL};
pub use sign_in::{
    AUTHORIZATION_DETAILS, CLIENT_ID, CLIENT_SECRET, DATABRICKS_CLI_PATH,
    DISABLE_OAUTH_REFRESH_TOKEN, METADATA_SERVICE_URL, OAUTH_BROWSER_AUTH_TIMEOUT,
    OAUTH_CALLBACK_PORT, PASSWORD, REDIRECT_URL, SCOPES, TOKEN, USERNAME,
};
pub use traffic::{
    CA_FILE, DEBUG_HEADERS, DEBUG_TRUNCATE_BYTES, DISABLE_ASYNC_TOKEN_REFRESH,
    DISABLE_EXPERIMENTAL_FILES_API_CLIENT, DISABLE_RETRIES, HTTP_TIMEOUT_SECONDS,
    MAX_CONNECTION_POOLS, MAX_CONNECTIONS_PER_POOL, RATE_LIMIT, RETRY_TIMEOUT_SECONDS, SKIP_VERIFY,
};

/// Every row, in the order in which the official SDKs list them: those of the Go SDK, then those
/// that only the Python or the Java SDK has, then what Google's own libraries read for them, then
/// lakekey's own.
pub const ATTRIBUTES: &[Attribute] = &[
    HOST,
    CLUSTER_ID,
    WAREHOUSE_ID,
    SERVERLESS_COMPUTE_ID,
    METADATA_SERVICE_URL,
    ACCOUNT_ID,
    WORKSPACE_ID,
    TOKEN,
    USERNAME,
    PASSWORD,
    PROFILE,
    CONFIG_FILE,
    OAUTH_CALLBACK_PORT,
    cloud::GOOGLE_SERVICE_ACCOUNT,
    cloud::GOOGLE_CREDENTIALS,
    cloud::AZURE_WORKSPACE_RESOURCE_ID,
    cloud::AZURE_USE_MSI,
    cloud::AZURE_CLIENT_SECRET,
    cloud::AZURE_CLIENT_ID,
    cloud::AZURE_TENANT_ID,
    ACTIONS_ID_TOKEN_REQUEST_URL,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    cloud::AZURE_ENVIRONMENT,
    cloud::AZURE_LOGIN_APP_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    SCOPES,
    DISABLE_OAUTH_REFRESH_TOKEN,
    DATABRICKS_CLI_PATH,
    AUTH_TYPE,
    OIDC_TOKEN_FILEPATH,
    OIDC_TOKEN_ENV,
    SKIP_VERIFY,
    HTTP_TIMEOUT_SECONDS,
    DEBUG_TRUNCATE_BYTES,
    DEBUG_HEADERS,
    RATE_LIMIT,
    RETRY_TIMEOUT_SECONDS,
    CLOUD,
    AUDIENCE,
    DISCOVERY_URL,
    DISABLE_ASYNC_TOKEN_REFRESH,
    AUTHORIZATION_DETAILS,
    MAX_CONNECTION_POOLS,
    MAX_CONNECTIONS_PER_POOL,
    DISABLE_EXPERIMENTAL_FILES_API_CLIENT,
    REDIRECT_URL,
    OAUTH_BROWSER_AUTH_TIMEOUT,
    DISABLE_RETRIES,
    cloud::GOOGLE_APPLICATION_CREDENTIALS,
    cloud::CLOUDSDK_CONFIG,
    CA_FILE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lakekey_cloud::Clouds;

    use super::{ATTRIBUTES, Attribute};

    #[test]
    fn every_name_belongs_to_one_row() {
        let mut names = BTreeSet::new();
        for row in ATTRIBUTES {
            let keys = [row.key()]
                .into_iter()
                .chain(row.key_aliases().iter().copied());
            for name in keys.chain(row.env_names().iter().copied()) {
                assert!(names.insert(name), "{name}");
            }
        }
        assert_eq!(ATTRIBUTES.len(), 52);
    }

    #[test]
    fn the_rows_of_the_clouds_are_among_them() {
        for row in Clouds::official()
            .iter()
            .flat_map(|cloud| cloud.attributes().to_vec())
        {
            assert!(ATTRIBUTES.contains(&row), "{}", row.key());
        }
    }

    #[test]
    fn what_opens_a_door_is_secret() {
        let secret = ATTRIBUTES.iter().filter(|row| row.is_secret());
        let keys: Vec<_> = secret.map(Attribute::key).collect();
        assert_eq!(
            keys,
            [
                "metadata_service_url",
                "token",
                "password",
                "google_credentials",
                "azure_client_secret",
                "actions_id_token_request_token",
                "client_secret",
            ]
        );
    }

    #[test]
    fn documentation_is_one_line_without_a_period() {
        for row in ATTRIBUTES {
            let doc = row.doc();
            assert!(
                !doc.is_empty() && !doc.contains('\n') && !doc.ends_with('.'),
                "{}",
                row.key()
            );
        }
    }
}
