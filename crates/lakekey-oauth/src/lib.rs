//! OAuth messages for Databricks: what to send, and what the answer means.
//!
#![doc = include_str!("../README.md")]

mod authorize;
mod callback;
mod client;
mod entropy;
mod error;
mod exchange;
mod form;
mod github;
mod grant;
mod granted;
mod id_token;
mod jwt;
mod members;
mod redirect;
mod refusal;
mod request;
mod response;
mod retry;
mod retry_after;
mod scopes;
mod seconds;
mod state;
mod text;

pub use authorize::{authorization_url, authorize};
pub use callback::Pending;
pub use client::Client;
pub use error::{CallbackError, EndpointError, Mismatch, ResponseError, ScopesMissing};
pub use exchange::exchange;
pub use github::{github_id_token, github_id_token_request};
pub use grant::Grant;
pub use granted::{Granted, check_granted};
pub use id_token::id_token_response;
pub use jwt::subject;
pub use redirect::{RedirectUri, RedirectUriError};
pub use request::token_request;
pub use response::{DEFAULT_LIFETIME, MAX_LIFETIME, token_response};
pub use retry::Retry;
pub use scopes::{ScopeError, Scopes};
pub use state::{State, StateError};
