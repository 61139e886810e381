//! The seams of lakekey: the few types and traits that its crates hand to each other.
//!
//! A profile name becomes [`Settings`], settings become a [`Login`], a login becomes a [`Token`],
//! a token becomes a header value. Each step is one type handed forward, never back. This crate
//! holds those types, the doors through which the outside world is reached ([`HttpClient`],
//! [`Clock`]), and the one [`Error`] with its stable [`Code`]s.
//!
//! A type is admitted here only when two sibling crates need it. Nothing in this crate performs
//! I/O, reads a clock or draws randomness.
//!
#![doc = include_str!("../README.md")]

mod attribute;
mod code;
mod context;
mod error;
#[doc(hidden)]
pub mod sabotage;
mod secret;
mod settings;
mod shell;
mod source;
mod strategy;
mod token;
mod typed;

pub use attribute::{ACCOUNT_ID, Attribute, HOST, Value, WORKSPACE_ID};
pub use code::{Code, Kind};
pub use context::{BoxFuture, Clock, Context, HttpClient, Limits, Observer};
pub use error::Error;
pub use secret::Secret;
pub use settings::{Origin, Setting, Settings};
pub use shell::shell_word;
pub use source::{Demand, HostSource, TokenSource};
pub use strategy::{Login, Strategy};
pub use token::Token;
