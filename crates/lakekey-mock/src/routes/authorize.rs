//! The authorization endpoint (RFC 6749 §4.1.1).

use http::Method;

use super::{Visit, consent};
use crate::{
    Consent,
    exchange::{Answer, ClientRedirect, Content},
    params::Params,
    reply,
    rules::{
        Rule, Verdict, client, consent as consent_rules, pkce, redirect_uri, request_shape,
        require, scope, tenant,
    },
    sabotage,
    server::World,
    site::Tenant,
    state::{Ask, Ticket},
};

/// Sends the browser back with a code or an error, or shows the sign-in page.
pub(super) fn answer(world: &mut World, visit: &Visit<'_>) -> Answer {
    let (params, return_to) = match return_address(world, visit) {
        Ok(found) => found,
        Err(rule) => return Answer::refusal(rule, reply::page_refusal(rule)),
    };
    match accept(world, &params, &return_to) {
        Ok(ask) => proceed(world, visit, ask),
        Err(rule) => back(302, rule, &return_to),
    }
}

/// Where errors go from now on: the client, its redirect URI and what every response to it carries.
#[derive(Debug)]
pub(super) struct ReturnTo {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    tenant: Tenant,
    issuer: String,
    /// Whether the response names the issuer.
    iss: bool,
}

impl ReturnTo {
    pub(super) fn of(ask: &Ask, iss: bool) -> Self {
        let Ask {
            client,
            redirect_uri,
            state,
            tenant,
            issuer,
            ..
        } = ask.clone();
        Self {
            client,
            redirect_uri,
            state,
            tenant,
            issuer,
            iss,
        }
    }

    /// The way back with these parameters, `state` and `iss`.
    pub(super) fn with(&self, status: u16, params: &[(&str, &str)]) -> ClientRedirect {
        let state = self.state.as_deref().map(|state| ("state", state));
        let state = state.filter(|_| !sabotage::is_off("state_echo"));
        let iss = self.iss.then_some(("iss", self.issuer.as_str()));
        let iss = iss.filter(|_| !sabotage::is_off("iss"));
        let params = params.iter().copied().chain(state).chain(iss);
        ClientRedirect {
            status,
            uri: self.redirect_uri.clone(),
            params: params
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

/// The way back with an error (RFC 6749 §4.1.2.1).
pub(super) fn back(status: u16, rule: &'static Rule, return_to: &ReturnTo) -> Answer {
    let redirect = return_to.with(
        status,
        &[("error", rule.error), ("error_description", rule.says)],
    );
    Answer {
        rule: Some(rule),
        content: Content::Redirect(redirect),
    }
}

/// The checks whose failure must be shown and not redirected.
fn return_address(world: &World, visit: &Visit<'_>) -> Verdict<(Params, ReturnTo)> {
    let params = if visit.is(&Method::POST) {
        require(
            request_shape::is_form(visit.request.headers()),
            &request_shape::WRONG_TYPE,
        )?;
        Params::parse(visit.request.body())
    } else {
        require(
            visit.is(&Method::GET) || visit.is(&Method::HEAD),
            &tenant::ROUTE_METHOD,
        )?;
        Params::parse(visit.request.uri().query().unwrap_or_default().as_bytes())
    };
    let site = visit.site(world);
    let tenant = visit.tenant(&site, world)?;
    let client = client::of_authorize(&params, &world.setup.clients)?;
    let redirect_uri = redirect_uri::registered(&params, client)?.to_owned();
    let issuer = site.issuer(&tenant);
    let state = params.get("state").map(str::to_owned);
    Ok((
        params,
        ReturnTo {
            client: client.id.clone(),
            redirect_uri,
            state,
            tenant,
            issuer,
            iss: world.setup.iss,
        },
    ))
}

/// The checks whose failure the client is told.
fn accept(world: &World, params: &Params, return_to: &ReturnTo) -> Verdict<Ask> {
    request_shape::authorize(params)?;
    let challenge = pkce::challenge(params, world.setup.pkce)?;
    let scope = scope::asked(params, &world.setup.scopes, &scope::AUTHORIZE_UNKNOWN)?;
    consent_rules::may_ask(params)?;
    Ok(Ask {
        client: return_to.client.clone(),
        redirect_uri: return_to.redirect_uri.clone(),
        challenge,
        scope,
        state: return_to.state.clone(),
        nonce: params.get("nonce").map(str::to_owned),
        tenant: return_to.tenant.clone(),
        issuer: return_to.issuer.clone(),
    })
}

fn proceed(world: &mut World, visit: &Visit<'_>, ask: Ask) -> Answer {
    match world.setup.consent {
        Consent::Ask => {
            let ticket = Ticket {
                id: world.dice.text(),
                csrf: world.dice.text(),
                ask,
            };
            let page = consent::page(&ticket, &world.setup, &visit.site(world));
            world.state.keep_ticket(ticket);
            Answer::ready(page)
        }
        Consent::Approve => {
            let user = world.setup.users.first().map(|user| user.user_name.clone());
            Answer {
                rule: None,
                content: Content::Redirect(consent::decide(
                    world,
                    &ask,
                    user.as_deref(),
                    302,
                    visit.now,
                )),
            }
        }
        Consent::Deny => back(
            302,
            &consent_rules::DECLINED,
            &ReturnTo::of(&ask, world.setup.iss),
        ),
    }
}
