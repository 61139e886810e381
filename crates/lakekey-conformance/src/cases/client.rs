//! Cases that judge lakekey: the library and the command.

mod api;
mod authz_request;
mod callback;
mod cli_secrets;
mod desk;
mod discovery;
mod host_config;
mod keyring;
mod listener;
mod machine;
mod opener;
mod pkce;
mod refresh;
mod steered;
mod store;
mod support;
mod tls_proxy;
mod token;

use crate::case::Case;

/// One list an area.
pub(super) const AREAS: &[&[Case]] = &[
    authz_request::CASES,
    pkce::CASES,
    callback::ANSWERS,
    callback::STATES,
    callback::REQUESTS,
    callback::FRAMING,
    callback::PAGES,
    callback::RACES,
    callback::ISSUERS,
    callback::SLOWNESS,
    callback::SIZES,
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
    store::PERMISSIONS,
    store::CONTENTS,
    store::LINKS,
    store::READ_ONLY,
    store::FAILURES,
    store::CONCURRENCY,
    store::LOCKS,
    store::LOGOUTS,
    keyring::BACKENDS,
    keyring::LATE,
    keyring::MODES,
    tls_proxy::CERTIFICATES,
    tls_proxy::AUTHORITIES,
    tls_proxy::PROXIES,
    tls_proxy::BROKEN_PROXIES,
    api::REACH,
    api::REFUSALS,
    listener::PORTS,
    listener::REACH,
    listener::OPENERS,
    listener::WAITS,
    listener::SIGNALS,
    listener::TOGETHER,
    cli_secrets::OUTPUT,
    cli_secrets::KINDS,
    cli_secrets::SILENCE,
    cli_secrets::ARGUMENTS,
    cli_secrets::LEAKS,
    cli_secrets::TYPES,
    cli_secrets::CHILDREN,
];
