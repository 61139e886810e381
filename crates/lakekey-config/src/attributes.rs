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

/// The cluster that Databricks Connect runs on.
pub const CLUSTER_ID: Attribute =
    Attribute::new("cluster_id", "cluster to run on").env(&["DATABRICKS_CLUSTER_ID"]);

/// The SQL warehouse.
pub const WAREHOUSE_ID: Attribute =
    Attribute::new("warehouse_id", "SQL warehouse to query").env(&["DATABRICKS_WAREHOUSE_ID"]);

/// The serverless compute that Databricks Connect runs on, instead of a cluster.
pub const SERVERLESS_COMPUTE_ID: Attribute = Attribute::new(
    "serverless_compute_id",
    "serverless compute to run on, instead of a cluster; `auto` chooses",
)
.env(&["DATABRICKS_SERVERLESS_COMPUTE_ID"]);
