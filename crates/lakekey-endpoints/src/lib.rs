#![doc = include_str!("../README.md")]

mod endpoints;
mod excerpt;
mod host;
mod host_metadata;
mod ids;
mod metadata;
mod pasted;
mod sabotage;
mod target;

pub use crate::endpoints::Endpoints;
pub use crate::host::{Host, HostError};
pub use crate::host_metadata::{HostMetadata, HostType};
pub use crate::ids::{AccountId, IdError, WorkspaceId};
pub use crate::metadata::MetadataError;
pub use crate::pasted::Pasted;
pub use crate::target::{Target, TargetError};
