//! The plug-in seam for clouds, and the three that Databricks runs on.
//!
#![doc = include_str!("../README.md")]

pub mod attributes;
mod aws;
mod azure;
mod cloud;
mod clouds;
mod gcp;
mod github;
mod zone;

pub use aws::Aws;
pub use azure::{Azure, AzureCli, AzureEnvironment, AzureResource, AzureTenant};
pub use cloud::Cloud;
pub use clouds::{Clouds, Owner};
pub use gcp::Gcp;
pub use zone::{Stage, Zone};
