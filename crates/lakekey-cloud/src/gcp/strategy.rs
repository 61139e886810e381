//! The strategies of Google Cloud, and what they ask Google.

mod account;
mod ask;
mod default_credentials;
mod document;
mod file;
mod google_credentials;
mod google_id;
mod identity;
mod impersonation;
mod key;
mod metadata_server;
mod person;

use lakekey_core::Strategy;

/// The strategies in the order of the official SDKs.
pub(super) fn in_order() -> Vec<Box<dyn Strategy>> {
    vec![
        Box::new(google_credentials::GoogleCredentials),
        Box::new(google_id::GoogleId),
    ]
}

/// What an access token of Google is asked for: all that the service account may do.
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
const COMPUTE: &str = "https://www.googleapis.com/auth/compute";
