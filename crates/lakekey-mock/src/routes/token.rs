//! The token endpoint (RFC 6749 §3.2).

use http::header::AUTHORIZATION;

use super::Visit;
use crate::{
    Client, Dialect, Rotation,
    exchange::{Answer, Content},
    jwt::{Claims, Identity},
    mint::{self, Issue},
    params::Params,
    reply,
    rules::{Rule, Verdict, client, code_once, pkce, refresh_rotation, request_shape, scope},
    server::World,
    site::Tenant,
    state::{CodeFate, Family},
};

/// Gives tokens, or says why not.
pub(super) fn answer(world: &mut World, visit: &Visit<'_>) -> Answer {
    match grant(world, visit) {
        Ok(issue) => {
            world.state.counters.issued += 1;
            Answer {
                rule: None,
                content: Content::Grant(Box::new(issue), world.keys.current()),
            }
        }
        Err(rule) => Answer::refusal(rule, refusal(world, visit, rule)),
    }
}

fn grant(world: &mut World, visit: &Visit<'_>) -> Verdict<Issue> {
    let site = visit.site(world);
    let tenant = visit.tenant(&site, world)?;
    let (parts, body) = (visit.request, visit.request.body());
    let params = request_shape::token_form(parts.method(), parts.headers(), body)?;
    let grant_type = request_shape::grant_type(&params)?;
    let grant = match grant_type {
        "authorization_code" => redeem_code,
        "refresh_token" => refresh,
        "client_credentials" => client_credentials,
        _ => return Err(&request_shape::GRANT_UNSUPPORTED),
    };
    let client = client::of_token(parts.headers(), &params, &world.setup.clients)?.clone();
    let issuer = site.issuer(&tenant);
    grant(
        world,
        &Request {
            visit,
            params: &params,
            client: &client,
            tenant: &tenant,
            issuer: &issuer,
        },
    )
}

/// What every grant needs to know.
struct Request<'a> {
    visit: &'a Visit<'a>,
    params: &'a Params,
    client: &'a Client,
    tenant: &'a Tenant,
    issuer: &'a str,
}

/// RFC 6749 §4.1.3 and RFC 7636 §4.5.
fn redeem_code(world: &mut World, request: &Request<'_>) -> Verdict<Issue> {
    let now = request.visit.now;
    let text = request.params.get("code").ok_or(&code_once::MISSING)?;
    let code = world.state.code(text).ok_or(&code_once::UNKNOWN)?.clone();
    code_once::is_bound(&code, request.client, request.tenant, request.params)?;
    if let Err(rule) = code_once::is_fresh(&code, now, world.setup.lifetimes.code) {
        if let CodeFate::Redeemed(family) = code.fate {
            world.state.revoke_family(family);
        }
        return Err(rule);
    }
    if let Err(rule) = pkce::verifier(request.params, code.challenge.as_ref()) {
        let burns = rule == &pkce::VERIFIER_MISMATCH && world.setup.pkce.burn_on_failure;
        if let (true, Some(code)) = (burns, world.state.code_mut(text)) {
            code.fate = CodeFate::Burned;
        }
        return Err(rule);
    }
    let family = world.state.found_family(Family {
        client: code.client,
        user: code.user.clone(),
        tenant: code.tenant,
        scope: code.scope.clone(),
        created: now,
        used: now,
        generation: 1,
        rotated: None,
        revoked: false,
    });
    if let Some(code) = world.state.code_mut(text) {
        code.fate = CodeFate::Redeemed(family);
    }
    let refresh = scope::has(&code.scope, "offline_access")
        .then(|| mint::refresh_token(&world.dice, family, 1));
    let identity = scope::has(&code.scope, "openid").then_some(Nonce(code.nonce));
    Ok(issue(
        world,
        request,
        &Grant {
            family,
            sub: &code.user,
            scope: code.scope.clone(),
            refresh,
            identity,
        },
    ))
}

/// RFC 6749 §6.
fn refresh(world: &mut World, request: &Request<'_>) -> Verdict<Issue> {
    let now = request.visit.now;
    let token = request
        .params
        .get("refresh_token")
        .ok_or(&refresh_rotation::MISSING)?;
    let (number, presented) =
        mint::read_refresh_token(&world.dice, token).ok_or(&refresh_rotation::UNKNOWN)?;
    let family = world
        .state
        .family(number)
        .ok_or(&refresh_rotation::UNKNOWN)?;
    refresh_rotation::is_alive(
        family,
        request.client,
        request.tenant,
        now,
        &world.setup.lifetimes,
    )?;
    let next = match refresh_rotation::successor(family, presented, world.setup.rotation, now) {
        Ok(next) => next,
        Err(rule) => {
            if world.setup.rotation != Rotation::Single {
                world.state.revoke_family(number);
            }
            world.state.counters.reuse_detected += 1;
            return Err(rule);
        }
    };
    let scope = scope::narrowed(request.params, &family.scope, &world.setup.scopes)?;
    let user = family.user.clone();
    if let Some(family) = world.state.family_mut(number) {
        family.used = now;
        family.rotated = if next == family.generation {
            family.rotated
        } else {
            Some(now)
        };
        family.generation = next;
    }
    world.state.counters.refreshed += 1;
    // Where the token stays the same it is not sent again.
    let refresh = (next != presented).then(|| mint::refresh_token(&world.dice, number, next));
    Ok(issue(
        world,
        request,
        &Grant {
            family: number,
            sub: &user,
            scope,
            refresh,
            identity: None,
        },
    ))
}

/// RFC 6749 §4.4.
fn client_credentials(world: &mut World, request: &Request<'_>) -> Verdict<Issue> {
    client::is_confidential(request.client)?;
    let scope = scope::asked(request.params, &world.setup.scopes, &scope::TOKEN_UNKNOWN)?;
    Ok(issue(
        world,
        request,
        &Grant {
            family: 0,
            sub: &request.client.id,
            scope,
            refresh: None,
            identity: None,
        },
    ))
}

/// What a grant has come to.
struct Grant<'a> {
    family: u64,
    sub: &'a str,
    scope: String,
    refresh: Option<String>,
    /// Whether to add an identity token, and what goes into it.
    identity: Option<Nonce>,
}

/// The `nonce` of the authorization request, if it had one.
#[derive(Clone)]
struct Nonce(Option<String>);

fn issue(world: &mut World, request: &Request<'_>, grant: &Grant<'_>) -> Issue {
    let (iat, exp) = mint::validity(request.visit.now, world.setup.lifetimes.access);
    let access = Claims {
        client_id: request.client.id.clone(),
        scope: grant.scope.clone(),
        iss: request.issuer.to_owned(),
        aud: request.tenant.id().to_owned(),
        sub: grant.sub.to_owned(),
        iat,
        exp,
        jti: mint::token_id(&mut world.dice, grant.family),
    };
    let identity = grant.identity.clone().map(|Nonce(nonce)| Identity {
        iss: access.iss.clone(),
        aud: access.client_id.clone(),
        sub: access.sub.clone(),
        iat,
        exp,
        nonce,
    });
    Issue {
        access,
        identity,
        refresh: grant.refresh.clone(),
    }
}

fn refusal(world: &World, visit: &Visit<'_>, rule: &'static Rule) -> http::Response<Vec<u8>> {
    let is_dead_refresh = rule.error == "invalid_grant" && rule.id.starts_with("token.refresh.");
    match world.setup.dialect {
        Dialect::Databricks { status } if is_dead_refresh => {
            reply::token_error(status, "invalid_request", "Refresh token is invalid")
        }
        _ => reply::token_refusal(rule, visit.request.headers().contains_key(AUTHORIZATION)),
    }
}
