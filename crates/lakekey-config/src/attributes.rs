use lakekey_core::{Attribute, Value};

/// The profile to read from the profile file.
pub const PROFILE: Attribute = Attribute::new("profile", "profile to read from the profile file")
    .env(&["DATABRICKS_CONFIG_PROFILE"]);

/// The profile file.
pub const CONFIG_FILE: Attribute =
    Attribute::new("config_file", "profile file; ~/.databrickscfg unless set")
        .env(&["DATABRICKS_CONFIG_FILE"])
        .of(Value::Path);

/// The one strategy to use.
pub const AUTH_TYPE: Attribute = Attribute::new(
    "auth_type",
    "the one strategy to use, instead of the first that applies",
)
.env(&["DATABRICKS_AUTH_TYPE"]);
