//! Databricks unified configuration: explicit values, environment and profiles become
//! [`Settings`](lakekey_core::Settings), each value with its origin.
//!
//! [`Resolver`] decides which value counts. [`Environment`] and [`ProfileFile`] are the two
//! doors it looks through: a snapshot of the environment, and a profile file that can be edited
//! without losing a byte of what is not changed.
//!
#![doc = include_str!("../README.md")]

mod attributes;
mod choose;
mod environment;
mod mode;
mod nearest;
mod profiles;
mod provider;
mod resolution;
mod resolve;
mod validate;

pub use attributes::{
    AUTH_TYPE, CLUSTER_ID, CONFIG_FILE, PROFILE, SERVERLESS_COMPUTE_ID, WAREHOUSE_ID,
};
pub use environment::Environment;
/// The library whose [`Provider`](figment::Provider) trait [`Resolver::provider`] takes.
pub use figment;
pub use mode::Mode;
pub use profiles::{ParseError, Profile, ProfileFile, Remark};
pub use provider::Place;
pub use resolution::Resolution;
pub use resolve::Resolver;
