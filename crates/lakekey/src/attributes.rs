//! The rows of the attribute table that this crate reads.

use lakekey_config::AUTH_TYPE;
use lakekey_core::{ACCOUNT_ID, Attribute, HOST, Value, WORKSPACE_ID};

/// The personal access token.
pub const TOKEN: Attribute = Attribute::new("token", "Databricks personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .secret();

/// The scopes to ask for at sign-in.
pub const SCOPES: Attribute = Attribute::new(
    "scopes",
    "scopes to ask for at sign-in, separated by commas",
)
.of(Value::List)
.default("all-apis");

/// Every row that the credentials of this crate read.
pub const ATTRIBUTES: &[Attribute] = &[HOST, ACCOUNT_ID, WORKSPACE_ID, TOKEN, AUTH_TYPE, SCOPES];
