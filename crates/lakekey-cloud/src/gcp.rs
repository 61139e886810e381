pub(crate) mod attributes;

use lakekey_core::Attribute;

use crate::{Cloud, Stage, Zone};

/// Google Cloud.
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
}

const ZONES: &[Zone] = &[
    Zone::new("gcp.databricks.com").accounts(&["accounts.gcp.databricks.com"]),
    Zone::new("staging.gcp.databricks.com").at(Stage::Staging),
    Zone::new("dev.gcp.databricks.com").at(Stage::Development),
];
