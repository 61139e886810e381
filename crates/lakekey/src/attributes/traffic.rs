use lakekey_core::{Attribute, Value};

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
