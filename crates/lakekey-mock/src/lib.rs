#![doc = include_str!("../README.md")]

mod calendar;
mod clock;
mod control;
mod dice;
mod exchange;
mod fault;
mod inspector;
mod journal;
mod jwt;
mod keys;
mod listen;
mod mint;
mod pages;
mod params;
pub mod program;
mod reply;
mod routes;
mod rules;
mod sabotage;
mod server;
mod setup;
mod site;
mod state;
mod tls;
mod wire;

pub use clock::MockClock;
pub use exchange::{Cut, Delay};
pub use fault::{Fault, FaultError, FaultKind, FaultReport, Phase, fault_kinds};
pub use journal::Recorded;
pub use listen::{Listening, Namespace};
pub use routes::Endpoint;
pub use rules::{Rule, rules};
pub use server::Mock;
pub use setup::{
    Client, Consent, DEFAULT_ACCOUNT_ID, DEFAULT_WORKSPACE_ID, Dialect, Lifetimes, M2M_CLIENT_ID,
    M2M_CLIENT_SECRET, PUBLIC_CLIENT_ID, Pkce, Rotation, Setup, Target, User, Workspace,
};
pub use state::Counters;

/// Doors of the project's fuzz targets, and no part of the interface.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub use control::fuzzing;
