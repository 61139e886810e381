use crate::{Cloud, Stage, Zone};

/// Amazon Web Services, with the regions of the US government.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aws;

impl Cloud for Aws {
    fn name(&self) -> &'static str {
        "aws"
    }

    fn zones(&self) -> &[Zone] {
        ZONES
    }
}

const ZONES: &[Zone] = &[
    Zone::new("cloud.databricks.com").accounts(&["accounts.cloud.databricks.com"]),
    Zone::new("cloud.databricks.us")
        .environment("USGOVERNMENT")
        .accounts(&[
            "accounts.cloud.databricks.us",
            "accounts-dod.cloud.databricks.us",
        ]),
    Zone::new("cloud.databricks.mil").environment("USGOVERNMENT"),
    Zone::new("staging.cloud.databricks.com").at(Stage::Staging),
    Zone::new("dev.databricks.com").at(Stage::Development),
];
