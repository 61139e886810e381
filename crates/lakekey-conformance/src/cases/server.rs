//! Cases that judge the mock, without a client in between.

mod api;
mod authorize;
mod authorize_binding;
mod control;
mod metadata;
mod peer;
mod refresh;
mod refresh_binding;
mod revocation;
mod sabotage;
mod token;
mod token_binding;
mod token_errors;

use crate::case::Case;

/// One list an area.
pub(super) const AREAS: &[&[Case]] = &[
    authorize::CASES,
    authorize_binding::CASES,
    token::CASES,
    token_errors::CASES,
    token_binding::CASES,
    refresh::CASES,
    refresh_binding::CASES,
    metadata::CASES,
    api::CASES,
    revocation::CASES,
    control::CASES,
    sabotage::CASES,
];
