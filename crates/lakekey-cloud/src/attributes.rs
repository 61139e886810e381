//! The rows of the attribute table that the clouds own.

pub use crate::azure::attributes::{
    AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_ENVIRONMENT, AZURE_LOGIN_APP_ID, AZURE_TENANT_ID,
    AZURE_USE_MSI, AZURE_WORKSPACE_RESOURCE_ID,
};
pub use crate::gcp::attributes::{GOOGLE_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT};
pub use crate::github::{ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL};
