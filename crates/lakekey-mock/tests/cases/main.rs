//! The cases a judge has to pass before it may judge: the server side of the conformance catalogue.

#![expect(clippy::unwrap_used, reason = "a case whose set-up fails has failed")]

mod api;
mod authorize;
mod common;
mod fault_names;
mod faults;
mod inspector;
mod metadata;
mod namespaces;
mod program;
mod redirect_model;
mod refresh;
mod seed;
mod socket;
mod tls;
mod token;
mod wire;
