//! A token store in Redis, for fleets of workers on many machines that share one login.
//!
//! A [`RedisStore`] is a [`TokenStore`](lakekey_store::TokenStore): tokens are sealed with a
//! [`SealingKey`] before they leave the process, and one worker at a time renews a login.
//!
#![doc = include_str!("../README.md")]

mod builder;
mod entry;
mod key;
mod lease;
mod machine;
mod names;
mod script;
mod seal;
mod server;
mod store;
mod text;

pub use builder::Builder;
pub use key::SealingKey;
pub use store::RedisStore;
