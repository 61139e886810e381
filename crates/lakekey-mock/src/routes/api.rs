//! Resources behind a bearer token.

use serde_json::{Value, json};

use super::Visit;
use crate::{
    Setup, Target,
    exchange::Answer,
    mint, reply,
    rules::{Verdict, bearer, tenant},
    server::World,
    site::{Site, Tenant},
};

/// Answers an API route, or says why not.
pub(super) fn answer(world: &World, visit: &Visit<'_>) -> Answer {
    match resource(world, visit) {
        Ok(document) => Answer::ready(reply::json(200, &document)),
        Err(rule) => Answer::refusal(rule, reply::api_refusal(rule, NEEDED)),
    }
}

fn resource(world: &World, visit: &Visit<'_>) -> Verdict<Value> {
    let site = visit.site(world);
    let path = visit.request.uri().path();
    let account = path
        .strip_prefix("/api/2.0/accounts/")
        .and_then(|rest| rest.strip_suffix("/workspaces"));
    let tenant = match (account, path) {
        (Some(id), _) => tenant::account(id, &world.setup)?,
        (
            None,
            "/api/2.0/preview/scim/v2/Me" | "/api/2.1/clusters/list" | "/api/2.0/clusters/list",
        ) => tenant::workspace(&site)?,
        _ => return Err(&tenant::ROUTE_UNKNOWN),
    };
    visit.must_read()?;
    let caller = caller(world, visit, &site, &tenant)?;
    Ok(match (tenant, path) {
        (Tenant::Account(id), _) => workspaces(&id, &world.setup),
        (_, "/api/2.0/preview/scim/v2/Me") => me(&caller, &world.setup),
        _ => clusters(&caller),
    })
}

/// The one whose token this is.
fn caller(world: &World, visit: &Visit<'_>, site: &Site, tenant: &Tenant) -> Verdict<String> {
    let request = visit.request;
    let token = bearer::presented(request.headers(), request.uri(), request.body())?;
    let at_workspace = matches!(tenant, Tenant::Workspace(_));
    let owner = world
        .setup
        .users
        .iter()
        .find(|user| user.personal_tokens.iter().any(|known| known == token));
    if let (Some(owner), true) = (owner, at_workspace) {
        return Ok(owner.user_name.clone());
    }
    let keys = world
        .keys
        .published(visit.now, world.setup.lifetimes.access);
    let claims = bearer::is_genuine(token, &keys)?;
    bearer::is_for(&claims, &accepted(site, tenant), visit.now)?;
    bearer::is_alive(
        world
            .state
            .is_revoked(&claims.jti, mint::family_of(&world.dice, &claims.jti)),
    )?;
    bearer::may(&claims, NEEDED)?;
    Ok(claims.sub)
}

/// Issuer and audience of the tokens that open this tenant. On a unified host a workspace takes the
/// tokens of its account too.
fn accepted(site: &Site, tenant: &Tenant) -> Vec<(String, String)> {
    let own = (site.issuer(tenant), tenant.id().to_owned());
    let workspace = site
        .workspace
        .as_ref()
        .filter(|_| site.target == Target::Unified);
    let account = workspace.map(|workspace| {
        let account = Tenant::Account(workspace.account_id.clone());
        (site.issuer(&account), workspace.account_id.clone())
    });
    std::iter::once(own).chain(account).collect()
}

fn me(caller: &str, setup: &Setup) -> Value {
    let user = setup.users.iter().find(|user| user.user_name == caller);
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": user.map_or("9001", |user| &user.id),
        "userName": caller,
        "displayName": user.map_or("Service principal", |user| &user.display_name),
        "active": true,
    })
}

fn clusters(caller: &str) -> Value {
    let cluster = |id: &str, name: &str, state: &str| {
        json!({
            "cluster_id": id,
            "cluster_name": name,
            "state": state,
            "spark_version": "16.4.x-scala2.12",
            "node_type_id": "i3.xlarge",
            "num_workers": 2,
            "creator_user_name": caller,
        })
    };
    json!({
        "clusters": [
            cluster("0101-120000-aaaa0001", "shared", "RUNNING"),
            cluster("0101-120000-aaaa0002", "nightly", "TERMINATED"),
        ],
    })
}

fn workspaces(account_id: &str, setup: &Setup) -> Value {
    let own = setup
        .workspaces
        .iter()
        .filter(|workspace| workspace.account_id == account_id);
    own.map(|workspace| {
        json!({
            "workspace_id": workspace.id.parse::<u64>().unwrap_or_default(),
            "account_id": workspace.account_id,
            "workspace_name": workspace.name,
            "deployment_name": workspace.name,
            "workspace_status": "RUNNING",
            "cloud": workspace.cloud.to_ascii_lowercase(),
        })
    })
    .collect()
}

/// The scope that every route here needs.
const NEEDED: &str = "all-apis";
