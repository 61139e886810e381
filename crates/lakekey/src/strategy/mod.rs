//! The ways to authenticate, in the order in which they are tried.

mod pat;
pub(crate) mod u2m;

use std::sync::Arc;

use lakekey_core::Strategy;
use lakekey_store::TokenStore;

use crate::hosts::Hosts;

/// The general strategies, strongest first. The order is compatibility: the official SDKs try
/// the same names in the same order. Clouds add theirs after these.
pub(crate) fn general(store: &Arc<dyn TokenStore>, hosts: &Hosts) -> Vec<Box<dyn Strategy>> {
    vec![
        Box::new(pat::Pat),
        Box::new(u2m::U2m::new(Arc::clone(store), hosts.clone())),
    ]
}
