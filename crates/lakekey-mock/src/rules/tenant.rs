//! Which paths and tenants exist.

use super::{Rule, Verdict, require};
use crate::{
    Setup,
    site::{Site, Tenant},
};

/// The workspace of this host.
pub(crate) fn workspace(site: &Site) -> Verdict<Tenant> {
    site.workspace
        .as_ref()
        .map(|workspace| Tenant::Workspace(workspace.id.clone()))
        .ok_or(&UNKNOWN)
}

/// The account that a path names. The id is compared byte for byte.
pub(crate) fn account(id: &str, setup: &Setup) -> Verdict<Tenant> {
    require(setup.account_ids.iter().any(|known| known == id), &UNKNOWN)?;
    Ok(Tenant::Account(id.to_owned()))
}

pub(crate) static UNKNOWN: Rule = Rule::new(
    "tenant.unknown",
    404,
    "",
    "no such account or workspace on this host",
    "RFC 8414 §2",
);
pub(crate) static ROUTE_UNKNOWN: Rule = Rule::new(
    "route.unknown",
    404,
    "",
    "nothing is served at this path",
    "RFC 9110 §15.5.5",
);
pub(crate) static ROUTE_METHOD: Rule = Rule::new(
    "route.method",
    405,
    "",
    "this path does not answer this method",
    "RFC 9110 §15.5.6",
);
