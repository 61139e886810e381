use lakekey_core::{Attribute, Value};

/// Whom to trust beside the authorities of the system.
pub const CA_FILE: Attribute = Attribute::new(
    "ca_file",
    "PEM file of certificate authorities that lakekey trusts beside those of the system",
)
.of(Value::Path);

/// Whether any certificate is good enough.
pub const SKIP_VERIFY: Attribute = Attribute::new(
    "skip_verify",
    "whether an SDK takes any certificate of the host; false unless set",
)
.of(Value::Flag);

/// How long a connection may be silent.
pub const HTTP_TIMEOUT_SECONDS: Attribute = Attribute::new(
    "http_timeout_seconds",
    "seconds that a connection of an SDK may be silent; 60 unless set",
)
.of(Value::Number);

/// How much of a body is logged.
pub const DEBUG_TRUNCATE_BYTES: Attribute = Attribute::new(
    "debug_truncate_bytes",
    "bytes of a body that an SDK logs; 96 unless set",
)
.env(&["DATABRICKS_DEBUG_TRUNCATE_BYTES"])
.of(Value::Number);

/// Whether headers are logged.
pub const DEBUG_HEADERS: Attribute = Attribute::new(
    "debug_headers",
    "whether an SDK logs headers; false unless set",
)
.env(&["DATABRICKS_DEBUG_HEADERS"])
.of(Value::Flag);

/// How many requests a second are sent.
pub const RATE_LIMIT: Attribute = Attribute::new(
    "rate_limit",
    "requests that an SDK sends a second; 15 unless set",
)
.env(&["DATABRICKS_RATE_LIMIT"])
.of(Value::Number);

/// How long a request is tried.
pub const RETRY_TIMEOUT_SECONDS: Attribute = Attribute::new(
    "retry_timeout_seconds",
    "seconds that an SDK tries a request, without limit below 0; 300 unless set",
)
.of(Value::Number);

/// Whether a request is sent once only.
pub const DISABLE_RETRIES: Attribute = Attribute::new(
    "disable_retries",
    "whether the Java SDK sends a request once only; false unless set",
)
.env(&["DATABRICKS_DISABLE_RETRIES"])
.of(Value::Flag);

/// Whether a token is renewed only once it is over.
pub const DISABLE_ASYNC_TOKEN_REFRESH: Attribute = Attribute::new(
    "disable_async_token_refresh",
    "whether a token is renewed only once it is over, never in the background; false unless set",
)
.env(&["DATABRICKS_DISABLE_ASYNC_TOKEN_REFRESH"])
.of(Value::Flag);

/// How many hosts have connections that are kept.
pub const MAX_CONNECTION_POOLS: Attribute = Attribute::new(
    "max_connection_pools",
    "hosts that the Python SDK keeps connections to; 20 unless set",
)
.of(Value::Number);

/// How many connections to a host are kept.
pub const MAX_CONNECTIONS_PER_POOL: Attribute = Attribute::new(
    "max_connections_per_pool",
    "connections to a host that the Python SDK keeps; 20 unless set",
)
.of(Value::Number);

/// Whether files go through the plain API.
pub const DISABLE_EXPERIMENTAL_FILES_API_CLIENT: Attribute = Attribute::new(
    "disable_experimental_files_api_client",
    "whether the Python SDK moves files with its plain client; false unless set",
)
.of(Value::Flag);
