//! Cases that judge lakekey: the library and the command.

mod authz_request;
mod discovery;
mod host_config;
mod machine;
mod pkce;
mod refresh;
mod steered;
mod support;
mod token;

use crate::case::Case;

/// One list an area.
pub(super) const AREAS: &[&[Case]] = &[
    authz_request::CASES,
    pkce::CASES,
    discovery::CASES,
    host_config::CASES,
    token::REQUESTS,
    token::RESPONSES,
    token::SCOPES,
    token::EXPIRIES,
    token::RETRIES,
    token::LIMITS,
    refresh::RENEWALS,
    refresh::REFUSALS,
    refresh::FAILURES,
    refresh::RACES,
    refresh::TASKS,
    refresh::LOSSES,
    refresh::CLOCKS,
    refresh::STORED,
];
