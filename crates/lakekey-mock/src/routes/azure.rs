//! The two addresses where an Azure workspace shows its Entra tenant.

use super::Visit;
use crate::{exchange::Answer, reply, rules::tenant, server::World};

/// Whether the sign-in of this path belongs to Entra.
pub(super) fn is_entra(world: &World, visit: &Visit<'_>) -> bool {
    visit.rest.ends_with("/oauth2/v2.0/authorize") && entra_tenant(world, visit).is_some()
}

/// Sends the browser to Entra's authorization endpoint, with its parameters.
pub(super) fn authorize(world: &World, visit: &Visit<'_>) -> Answer {
    to_entra(world, visit, "oauth2/v2.0/authorize")
}

/// `/aad/auth`: the first segment of the address is the tenant.
pub(super) fn auth(world: &World, visit: &Visit<'_>) -> Answer {
    to_entra(world, visit, "oauth2/authorize")
}

fn to_entra(world: &World, visit: &Visit<'_>, path: &str) -> Answer {
    let Some(tenant) = entra_tenant(world, visit) else {
        return Answer::refusal(
            &tenant::ROUTE_UNKNOWN,
            reply::api_refusal(&tenant::ROUTE_UNKNOWN, ""),
        );
    };
    let query = visit
        .request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Answer::ready(reply::redirect(
        302,
        &format!("https://login.microsoftonline.com/{tenant}/{path}{query}"),
    ))
}

fn entra_tenant(world: &World, visit: &Visit<'_>) -> Option<String> {
    visit.site(world).workspace?.azure_tenant
}
