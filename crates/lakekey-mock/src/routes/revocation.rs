//! Giving tokens back (RFC 7009), and asking about them (RFC 7662).

use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::Visit;
use crate::{
    calendar::unix_seconds,
    exchange::Answer,
    jwt::Claims,
    mint,
    params::Params,
    reply,
    rules::{Rule, Verdict, bearer, client, refresh_rotation, request_shape, revocation},
    server::World,
    site::Tenant,
};

/// Ends the token, if it is the client's. What is not there or not the client's gets the same answer.
pub(super) fn revoke(world: &mut World, visit: &Visit<'_>) -> Answer {
    match revocable(world, visit) {
        Ok(held) => {
            match held {
                Some(Held::Access(claims)) => world.state.revoke_id(&claims.jti),
                Some(Held::Refresh { family, .. }) => world.state.revoke_family(family),
                None => {}
            }
            Answer::ready(reply::json(200, &json!({})))
        }
        Err(rule) => refusal(visit, rule),
    }
}

/// Says whether a token works, and what it is if it does.
pub(super) fn introspect(world: &World, visit: &Visit<'_>) -> Answer {
    match description(world, visit) {
        Ok(description) => {
            let inactive = || json!({ "active": false });
            Answer::ready(reply::json(200, &description.unwrap_or_else(inactive)))
        }
        Err(rule) => refusal(visit, rule),
    }
}

/// A token of this tenant.
enum Held {
    Access(Claims),
    Refresh { family: u64, generation: u64 },
}

fn revocable(world: &World, visit: &Visit<'_>) -> Verdict<Option<Held>> {
    let (tenant, params) = request(world, visit)?;
    let client = client::of_token(visit.request.headers(), &params, &world.setup.clients)?;
    let held = held(world, visit, &tenant, revocation::token(&params)?);
    Ok(held.filter(|held| owner(world, held) == Some(client.id.as_str())))
}

fn description(world: &World, visit: &Visit<'_>) -> Verdict<Option<Value>> {
    let (tenant, params) = request(world, visit)?;
    revocation::caller(visit.request.headers(), &params, &world.setup.clients)?;
    let held = held(world, visit, &tenant, revocation::token(&params)?);
    Ok(held.and_then(|held| describe(world, visit, &tenant, &held)))
}

fn request(world: &World, visit: &Visit<'_>) -> Verdict<(Tenant, Params)> {
    let tenant = visit.tenant(&visit.site(world), world)?;
    let request = visit.request;
    let params = request_shape::token_form(request.method(), request.headers(), request.body())?;
    Ok((tenant, params))
}

/// The token, whatever the request says it is: a hint may be wrong (RFC 7009 §2.1).
fn held(world: &World, visit: &Visit<'_>, tenant: &Tenant, token: &str) -> Option<Held> {
    if let Some((family, generation)) = mint::read_refresh_token(&world.dice, token) {
        let known = world.state.family(family)?;
        return (known.tenant == *tenant).then_some(Held::Refresh { family, generation });
    }
    let keys = world
        .keys
        .published(visit.now, world.setup.lifetimes.access);
    let claims = bearer::is_genuine(token, &keys).ok()?;
    let issuer = visit.site(world).issuer(tenant);
    (claims.iss == issuer && claims.aud == tenant.id()).then_some(Held::Access(claims))
}

fn owner<'a>(world: &'a World, held: &'a Held) -> Option<&'a str> {
    match held {
        Held::Access(claims) => Some(&claims.client_id),
        Held::Refresh { family, .. } => Some(&world.state.family(*family)?.client),
    }
}

/// What a token that works says. `None` for one that does not.
fn describe(world: &World, visit: &Visit<'_>, tenant: &Tenant, held: &Held) -> Option<Value> {
    match held {
        Held::Access(claims) => {
            let family = mint::family_of(&world.dice, &claims.jti);
            let is_active = unix_seconds(visit.now) < claims.exp
                && !world.state.is_revoked(&claims.jti, family);
            let mut description = serde_json::to_value(claims).ok().filter(|_| is_active)?;
            description["active"] = json!(true);
            description["token_type"] = json!("Bearer");
            Some(description)
        }
        Held::Refresh { family, generation } => {
            let family = world.state.family(*family)?;
            let clients = &mut world.setup.clients.iter();
            let client = clients.find(|client| client.id == family.client)?;
            let lifetimes = &world.setup.lifetimes;
            refresh_rotation::is_alive(family, client, tenant, visit.now, lifetimes).ok()?;
            let rotation = world.setup.rotation;
            refresh_rotation::successor(family, *generation, rotation, visit.now).ok()?;
            Some(json!({
                "active": true,
                "client_id": family.client,
                "scope": family.scope,
                "sub": family.user,
            }))
        }
    }
}

fn refusal(visit: &Visit<'_>, rule: &'static Rule) -> Answer {
    let used_header = visit.request.headers().contains_key(AUTHORIZATION);
    let must_log_in = used_header || rule.status == 401;
    Answer::refusal(rule, reply::token_refusal(rule, must_log_in))
}
