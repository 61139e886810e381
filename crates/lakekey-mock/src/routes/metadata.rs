//! Where everything is, and how tokens can be verified.

use serde_json::{Value, json};

use super::Visit;
use crate::{
    Setup, Target,
    exchange::Answer,
    reply,
    rules::{Verdict, tenant},
    server::World,
    site::Site,
};

/// What this host is: `/.well-known/databricks-config`.
pub(super) fn host(world: &mut World, visit: &Visit<'_>) -> Answer {
    cached(world, visit, |site, world| {
        Ok(host_document(site, &world.setup))
    })
}

/// The metadata of the authorization server of a tenant (RFC 8414 §2, OpenID Connect Discovery §3).
pub(super) fn server(world: &mut World, visit: &Visit<'_>) -> Answer {
    cached(world, visit, |site, world| {
        let tenant = visit.tenant(site, world)?;
        let mut document = server_document(&site.issuer(&tenant), &world.setup);
        if visit.rest.ends_with("openid-configuration") {
            document["subject_types_supported"] = json!(["public"]);
            document["id_token_signing_alg_values_supported"] = json!(["RS256"]);
            document["request_parameter_supported"] = json!(false);
            document["request_uri_parameter_supported"] = json!(false);
        }
        Ok(document)
    })
}

/// The published keys (RFC 7517 §5).
pub(super) fn keys(world: &mut World, visit: &Visit<'_>) -> Answer {
    // The keys are one set for the whole mock, so a host without a workspace has them too.
    let known = visit
        .account
        .map_or(Ok(()), |id| tenant::account(id, &world.setup).map(drop));
    if let Err(rule) = visit.must_read().and(known) {
        return Answer::refusal(rule, reply::api_refusal(rule, ""));
    }
    let published = world
        .keys
        .published(visit.now, world.setup.lifetimes.access);
    let keys: Vec<Value> = published.iter().map(crate::keys::SigningKey::jwk).collect();
    Answer::ready(reply::json(200, &json!({ "keys": keys })))
}

/// A document that is written once for each address.
fn cached(
    world: &mut World,
    visit: &Visit<'_>,
    write: impl FnOnce(&Site, &World) -> Verdict<Value>,
) -> Answer {
    if let Err(rule) = visit.must_read() {
        return Answer::refusal(rule, reply::api_refusal(rule, ""));
    }
    let site = visit.site(world);
    let address = format!("{}{}", site.origin, visit.request.uri().path());
    if let Some(document) = world.documents.get(&address) {
        return Answer::ready(reply::document(document.clone()));
    }
    match write(&site, world) {
        Ok(document) => {
            let body = document.to_string().into_bytes();
            if world.documents.len() < MAX_DOCUMENTS {
                world.documents.insert(address, body.clone());
            }
            Answer::ready(reply::document(body))
        }
        Err(rule) => Answer::refusal(rule, reply::api_refusal(rule, "")),
    }
}

fn host_document(site: &Site, setup: &Setup) -> Value {
    let account_endpoint = format!("{}/oidc/accounts/{{account_id}}", site.origin);
    let Some(workspace) = &site.workspace else {
        return json!({ "oidc_endpoint": account_endpoint, "cloud": cloud(setup), "host_type": "account" });
    };
    if site.target == Target::Unified {
        return json!({
            "oidc_endpoint": account_endpoint,
            "account_id": workspace.account_id,
            "cloud": workspace.cloud,
            "host_type": "unified",
            "token_federation_default_oidc_audiences": [workspace.account_id],
        });
    }
    json!({
        "oidc_endpoint": format!("{}/oidc", site.origin),
        "account_id": workspace.account_id,
        "workspace_id": workspace.id,
        "cloud": workspace.cloud,
        "host_type": "workspace",
        "token_federation_default_oidc_audiences": [format!("{}/oidc/v1/token", site.origin)],
    })
}

fn server_document(issuer: &str, setup: &Setup) -> Value {
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/v1/authorize"),
        "token_endpoint": format!("{issuer}/v1/token"),
        "jwks_uri": format!("{issuer}/jwks.json"),
        "scopes_supported": setup.scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "code_challenge_methods_supported": if setup.pkce.plain { json!(["S256", "plain"]) } else { json!(["S256"]) },
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": setup.iss,
    });
    if setup.revocation {
        document["revocation_endpoint"] = json!(format!("{issuer}/v1/revoke"));
        document["introspection_endpoint"] = json!(format!("{issuer}/v1/introspect"));
    }
    document
}

fn cloud(setup: &Setup) -> &str {
    setup
        .workspaces
        .first()
        .map_or("AWS", |workspace| &workspace.cloud)
}

const MAX_DOCUMENTS: usize = 1_000;
