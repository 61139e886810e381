use lakekey_core::{Attribute, Value};

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

/// The file with the application default credentials, under the name all Google libraries use.
pub const GOOGLE_APPLICATION_CREDENTIALS: Attribute = Attribute::new(
    "google_application_credentials",
    "file with Google's application default credentials; that of gcloud unless set",
)
.env(&["GOOGLE_APPLICATION_CREDENTIALS"])
.strategies(&["google-id"])
.of(Value::Path);

/// Where gcloud keeps what it knows, its application default credentials among it.
pub const CLOUDSDK_CONFIG: Attribute = Attribute::new(
    "cloudsdk_config",
    "folder of gcloud; ~/.config/gcloud, or ~/AppData/Roaming/gcloud on Windows, unless set",
)
.env(&["CLOUDSDK_CONFIG"])
.strategies(&["google-id"])
.of(Value::Path);

pub(super) const ROWS: &[Attribute] = &[
    GOOGLE_SERVICE_ACCOUNT,
    GOOGLE_CREDENTIALS,
    GOOGLE_APPLICATION_CREDENTIALS,
    CLOUDSDK_CONFIG,
];

const GROUP: &str = "google";
