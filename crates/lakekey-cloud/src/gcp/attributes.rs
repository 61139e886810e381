use lakekey_core::Attribute;

/// The service account to act as.
pub const GOOGLE_SERVICE_ACCOUNT: Attribute = Attribute::new(
    "google_service_account",
    "e-mail address of the Google service account to act as",
)
.env(&["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"])
.group(GROUP)
.strategies(&["google-id"]);

/// The key of a service account.
pub const GOOGLE_CREDENTIALS: Attribute = Attribute::new(
    "google_credentials",
    "key of the Google service account: JSON, or the path of a file with it",
)
.env(&["GOOGLE_CREDENTIALS"])
.group(GROUP)
.strategies(&["google-credentials"])
.secret();

pub(super) const ROWS: &[Attribute] = &[GOOGLE_SERVICE_ACCOUNT, GOOGLE_CREDENTIALS];

const GROUP: &str = "google";
