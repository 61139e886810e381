pub(crate) mod attributes;
#[cfg(feature = "google")]
mod strategy;

use lakekey_core::Attribute;
#[cfg(feature = "google")]
use lakekey_core::Strategy;

use crate::{Cloud, Stage, Zone};

/// Google Cloud.
///
/// With the feature `google`, which is on by default, it adds two strategies:
///
/// 1. `google-credentials`: the key of a service account in [`GOOGLE_CREDENTIALS`], JSON or the
///    path of a file with it. A text that begins with `{` is JSON.
/// 2. `google-id`: the service account in [`GOOGLE_SERVICE_ACCOUNT`], which the application default
///    credentials may impersonate: those of the file that [`GOOGLE_APPLICATION_CREDENTIALS`] names,
///    else those of gcloud, else those of the machine, asked of its metadata server.
///
/// Both send an ID token for the host in `Authorization`, and beside it an access token in
/// `X-Databricks-GCP-SA-Access-Token` unless Google refuses one. Credentials are keys of service
/// accounts or those of a person; workload identity federation (`external_account`) and credentials
/// that impersonate by themselves are refused by name.
///
/// A signed assertion is sent to the `token_uri` of its key, which must be `https`, or `http` on
/// this machine. Any such host may stand there, since the assertion names it as its audience and is
/// worth nothing elsewhere. All else goes to hosts of Google that are fixed.
///
/// [`GOOGLE_CREDENTIALS`]: crate::attributes::GOOGLE_CREDENTIALS
/// [`GOOGLE_SERVICE_ACCOUNT`]: crate::attributes::GOOGLE_SERVICE_ACCOUNT
/// [`GOOGLE_APPLICATION_CREDENTIALS`]: crate::attributes::GOOGLE_APPLICATION_CREDENTIALS
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gcp;

impl Cloud for Gcp {
    fn name(&self) -> &'static str {
        "gcp"
    }

    fn zones(&self) -> &[Zone] {
        ZONES
    }

    fn attributes(&self) -> &[Attribute] {
        attributes::ROWS
    }

    #[cfg(feature = "google")]
    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        strategy::in_order()
    }
}

const ZONES: &[Zone] = &[
    Zone::new("gcp.databricks.com").accounts(&["accounts.gcp.databricks.com"]),
    Zone::new("staging.gcp.databricks.com").at(Stage::Staging),
    Zone::new("dev.gcp.databricks.com").at(Stage::Development),
];
