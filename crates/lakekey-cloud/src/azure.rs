pub(crate) mod attributes;
mod az;
mod directory;
mod environment;
mod epoch;
mod place;
mod process;
mod resource;
mod strategy;
mod tenant;

use lakekey_core::{Attribute, Strategy};

use crate::{Cloud, Stage, Zone};

pub use environment::AzureEnvironment;
pub use resource::AzureResource;
pub use strategy::AzureCli;
pub use tenant::AzureTenant;

/// Microsoft Azure, with the clouds of the US government and of China.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Azure;

impl Azure {
    /// The id of the application that Azure Databricks is in Microsoft Entra: the resource of a
    /// token for it.
    pub const fn login_application(stage: Stage) -> &'static str {
        match stage {
            Stage::Production => "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
            Stage::Staging => "4a67d088-db5c-48f1-9ff2-0aace800ae68",
            Stage::Development => "62a912ac-b58e-4c1d-89ea-b2dbfc7358fc",
        }
    }
}

impl Cloud for Azure {
    fn name(&self) -> &'static str {
        "azure"
    }

    fn zones(&self) -> &[Zone] {
        ZONES
    }

    fn attributes(&self) -> &[Attribute] {
        attributes::ROWS
    }

    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        strategy::in_order()
    }
}

const ZONES: &[Zone] = &[
    Zone::new("azuredatabricks.net").accounts(&["accounts.azuredatabricks.net"]),
    Zone::new("databricks.azure.us")
        .environment("USGOVERNMENT")
        .accounts(&["accounts.databricks.azure.us"]),
    Zone::new("databricks.azure.cn")
        .environment("CHINA")
        .accounts(&["accounts.databricks.azure.cn"]),
    Zone::new("staging.azuredatabricks.net").at(Stage::Staging),
    Zone::new("dev.azuredatabricks.net").at(Stage::Development),
];
