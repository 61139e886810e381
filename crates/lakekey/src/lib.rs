//! Sign in to Databricks from Rust: credentials that refresh themselves.
//!
#![doc = include_str!("../README.md")]

mod api;
pub mod attributes;
mod blocking;
mod builder;
mod cache;
mod chain;
mod clock;
mod cloud;
mod complete;
mod credentials;
mod description;
mod discover;
mod explanation;
mod files;
mod freshness;
mod headers;
mod hosts;
mod http;
mod login_stores;
mod missing;
mod scopes;
mod sign_in;
mod storage;
mod stored;
mod stores;
mod strategy;
mod wish;

pub use attributes::{ATTRIBUTES, SCOPES, TOKEN};
pub use builder::Builder;
pub use clock::SystemClock;
pub use cloud::ChosenCloud;
pub use credentials::Credentials;
pub use description::{DescribedValue, Description};
pub use discover::CLOUD;
pub use explanation::{Explanation, Verdict};
pub use headers::Headers;
pub use http::Http;
pub use lakekey_config::{AUTH_TYPE, Environment};
pub use lakekey_core::{
    ACCOUNT_ID, Attribute, Clock, Code, Context, Demand, Error, HOST, HttpClient, Kind, Limits,
    Observer, Origin, Secret, Setting, Settings, Strategy, Token, TokenSource, WORKSPACE_ID,
    shell_word,
};
pub use lakekey_endpoints::{AccountId, Endpoints, Host, Target, WorkspaceId};
pub use lakekey_oauth::Scopes;
pub use lakekey_store::{FileHostCache, HostCache, MemoryHostCache};
pub use sign_in::{Attempt, Browser, Inbox, Ports, SignIn, SignedIn};
pub use storage::{Storage, StorageChoice};
pub use stores::{LoginName, Migration, Stores};

/// Doors of the project's fuzz targets, and no part of the interface.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing {
    pub use crate::sign_in::fuzzing::{harmless, serve};
}
