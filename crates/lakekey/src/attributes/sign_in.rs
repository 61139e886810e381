use lakekey_core::{Attribute, Value};

/// The service on this machine that gives out tokens.
pub const METADATA_SERVICE_URL: Attribute = Attribute::new(
    "metadata_service_url",
    "address of a service on this machine that gives out tokens",
)
.env(&["DATABRICKS_METADATA_SERVICE_URL"])
.group("metadata-service")
.strategies(&["metadata-service"])
.secret();

/// The personal access token.
pub const TOKEN: Attribute = Attribute::new("token", "Databricks personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .strategies(&["pat"])
    .secret();

/// The name of a user with a password.
pub const USERNAME: Attribute = Attribute::new("username", "name of a user with a password")
    .env(&["DATABRICKS_USERNAME"])
    .group("basic")
    .strategies(&["basic"]);

/// The password of a user.
pub const PASSWORD: Attribute = Attribute::new("password", "password of the user")
    .env(&["DATABRICKS_PASSWORD"])
    .group("basic")
    .strategies(&["basic"])
    .secret();

/// The port that a browser comes back to at sign-in.
pub const OAUTH_CALLBACK_PORT: Attribute = Attribute::new(
    "oauth_callback_port",
    "port a browser comes back to at sign-in; a free one from 8020 to 8040 unless set",
)
.env(&["DATABRICKS_OAUTH_CALLBACK_PORT"])
.strategies(&["databricks-cli"])
.of(Value::Number);

/// The OAuth client: a service principal, or an application.
pub const CLIENT_ID: Attribute =
    Attribute::new("client_id", "client id of the Databricks service principal")
        .env(&["DATABRICKS_CLIENT_ID"])
        .group("oauth")
        .strategies(&[
            "oauth-m2m",
            "github-oidc",
            "azure-devops-oidc",
            "env-oidc",
            "file-oidc",
        ]);

/// The secret of the OAuth client.
pub const CLIENT_SECRET: Attribute = Attribute::new(
    "client_secret",
    "OAuth secret of the Databricks service principal",
)
.env(&["DATABRICKS_CLIENT_SECRET"])
.group("oauth")
.strategies(&["oauth-m2m"])
.secret();

/// The scopes to ask for.
pub const SCOPES: Attribute = Attribute::new(
    "scopes",
    "scopes to ask for, at sign-in and for a machine, separated by commas",
)
.of(Value::List)
.default("all-apis");

/// Whether to sign in without a refresh token.
pub const DISABLE_OAUTH_REFRESH_TOKEN: Attribute = Attribute::new(
    "disable_oauth_refresh_token",
    "whether to sign in without a refresh token; false unless set",
)
.env(&["DATABRICKS_DISABLE_OAUTH_REFRESH_TOKEN"])
.strategies(&["databricks-cli"])
.of(Value::Flag);

/// What a token of a machine is to be narrowed to.
pub const AUTHORIZATION_DETAILS: Attribute = Attribute::new(
    "authorization_details",
    "rights that a token of a machine is narrowed to, as a JSON array (RFC 9396); sent as it is",
)
.strategies(&[
    "oauth-m2m",
    "github-oidc",
    "azure-devops-oidc",
    "env-oidc",
    "file-oidc",
]);

/// Where a browser comes back to at sign-in.
pub const REDIRECT_URL: Attribute = Attribute::new(
    "redirect_url",
    "address a browser comes back to at sign-in; read by the Java SDK, lakekey has oauth_callback_port",
)
.env(&["DATABRICKS_REDIRECT_URL"])
.strategies(&["external-browser"]);

/// How long a sign-in waits for the browser.
pub const OAUTH_BROWSER_AUTH_TIMEOUT: Attribute = Attribute::new(
    "oauth_browser_auth_timeout",
    "seconds that a sign-in of the Java SDK waits for the browser; lakekey has --timeout",
)
.env(&["DATABRICKS_OAUTH_BROWSER_AUTH_TIMEOUT"])
.strategies(&["external-browser"])
.of(Value::Number);

/// The command that other programs ask for a token.
pub const DATABRICKS_CLI_PATH: Attribute = Attribute::new(
    "databricks_cli_path",
    "command that the official SDKs ask for a token; looked for in PATH unless set",
)
.env(&["DATABRICKS_CLI_PATH"])
.strategies(&["databricks-cli"])
.of(Value::Path);
