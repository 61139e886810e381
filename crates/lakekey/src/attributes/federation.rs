use lakekey_core::{Attribute, Value};

/// The file with an ID token to exchange.
pub const OIDC_TOKEN_FILEPATH: Attribute = Attribute::new(
    "databricks_id_token_filepath",
    "file with the ID token to exchange",
)
.aliases(&["oidc_token_filepath"])
.env(&[
    "DATABRICKS_OIDC_TOKEN_FILEPATH",
    "DATABRICKS_OIDC_TOKEN_FILE",
])
.group("file-oidc")
.strategies(&["file-oidc"])
.of(Value::Path);

/// The variable with an ID token to exchange.
pub const OIDC_TOKEN_ENV: Attribute = Attribute::new(
    "oidc_token_env",
    "environment variable with the ID token to exchange; DATABRICKS_OIDC_TOKEN unless set",
)
.env(&["DATABRICKS_OIDC_TOKEN_ENV"])
.group("env-oidc")
.strategies(&["env-oidc"]);

/// Whom an ID token to exchange is meant for.
pub const AUDIENCE: Attribute = Attribute::new(
    "audience",
    "audience of the ID token to exchange; asked of the host unless set",
)
.aliases(&["token_audience"])
.env(&["DATABRICKS_TOKEN_AUDIENCE", "TOKEN_AUDIENCE"])
.strategies(&["github-oidc", "env-oidc", "file-oidc"]);

/// The document that says where a host's OAuth endpoints are.
pub const DISCOVERY_URL: Attribute = Attribute::new(
    "discovery_url",
    "address of the OAuth server metadata; follows from the host unless set",
)
.env(&["DATABRICKS_DISCOVERY_URL"]);
