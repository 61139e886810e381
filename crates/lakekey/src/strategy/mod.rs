//! The ways to authenticate, in the order in which they are tried.

mod basic;
mod federation;
mod fixed;
mod m2m;
mod metadata_service;
mod pat;
pub(crate) mod u2m;

use std::sync::Arc;

use lakekey_config::{AUTH_TYPE, Environment};
use lakekey_core::{Attribute, Secret, Settings, Strategy};

use crate::hosts::Hosts;
use crate::login_stores::LoginStores;

pub(crate) use federation::env::variable as id_token_variable;

/// The general strategies, strongest first. The order is compatibility: the official Go SDK, and
/// with it the official command, tries the same names in the same order. Clouds add theirs after
/// these.
pub(crate) fn general(
    stores: &LoginStores,
    hosts: &Hosts,
    environment: &Arc<Environment>,
) -> Vec<Box<dyn Strategy>> {
    let (hosts, environment) = (|| hosts.clone(), || Arc::clone(environment));
    vec![
        Box::new(pat::Pat),
        Box::new(basic::Basic),
        Box::new(m2m::M2m::new(hosts())),
        Box::new(u2m::U2m::new(stores.clone(), hosts())),
        Box::new(metadata_service::MetadataService),
        Box::new(federation::github::Github::new(hosts())),
        Box::new(federation::azure_devops::AzureDevops::new(
            hosts(),
            environment(),
        )),
        Box::new(federation::env::Env::new(hosts(), environment())),
        Box::new(federation::file::File::new(hosts(), environment())),
    ]
}

/// Whether the settings ask for this strategy and no other.
fn is_pinned(settings: &Settings, name: &str) -> bool {
    settings.get(&AUTH_TYPE) == Some(name)
}

/// The value of an attribute, unless it is empty.
pub(crate) fn given<'a>(settings: &'a Settings, attribute: &Attribute) -> Option<&'a Secret> {
    settings.secret(attribute).filter(|text| !text.is_empty())
}

/// The rights that a token is to be narrowed to (RFC 9396), as a further parameter of the form.
fn details(details: Option<&str>) -> Vec<(&'static str, &str)> {
    let details = details.filter(|text| !text.is_empty());
    details
        .map(|text| ("authorization_details", text))
        .into_iter()
        .collect()
}
