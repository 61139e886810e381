//! The sign-in page and its form.

use std::time::SystemTime;

use http::{Method, Response};
use url::Url;

use super::{
    Visit,
    authorize::{ReturnTo, back},
};
use crate::{
    Setup,
    exchange::{Answer, ClientRedirect, Content},
    pages,
    params::Params,
    reply,
    rules::{Rule, Verdict, consent, request_shape, require, tenant},
    server::World,
    site::Site,
    state::{Ask, Code, CodeFate, Ticket},
};

/// Takes the form of the sign-in page.
pub(super) fn answer(world: &mut World, visit: &Visit<'_>) -> Answer {
    let (ticket, params) = match submitted(world, visit) {
        Ok(submitted) => submitted,
        Err(rule) => return Answer::refusal(rule, reply::page_refusal(rule)),
    };
    world.state.take_ticket(Some(&ticket.id));
    if params.get("decision") != Some("allow") {
        return back(
            303,
            &consent::DECLINED,
            &ReturnTo::of(&ticket.ask, world.setup.iss),
        );
    }
    let chosen = params
        .get("user")
        .filter(|name| world.setup.users.iter().any(|user| user.user_name == *name));
    let user = chosen
        .or(world
            .setup
            .users
            .first()
            .map(|user| user.user_name.as_str()))
        .map(str::to_owned);
    Answer {
        rule: None,
        content: Content::Redirect(decide(world, &ticket.ask, user.as_deref(), 303, visit.now)),
    }
}

/// The page that asks a person.
pub(super) fn page(ticket: &Ticket, setup: &Setup, site: &Site) -> Response<Vec<u8>> {
    let html = pages::consent(ticket, setup, site);
    // A browser applies `form-action` to the redirect after the form as well.
    let target = Url::parse(&ticket.ask.redirect_uri).map(|uri| uri.origin().ascii_serialization());
    reply::page(
        200,
        &html,
        &format!("'self' {}", target.unwrap_or_default()),
    )
}

/// Gives a code for an authorization request, in the name of `user`, or reports that nobody is there.
pub(crate) fn decide(
    world: &mut World,
    ask: &Ask,
    user: Option<&str>,
    status: u16,
    now: SystemTime,
) -> ClientRedirect {
    let return_to = ReturnTo::of(ask, world.setup.iss);
    let Some(user) = user else {
        return return_to.with(status, &[("error", "access_denied")]);
    };
    let code = world.dice.text();
    world.state.keep_code(
        code.clone(),
        Code {
            client: ask.client.clone(),
            redirect_uri: ask.redirect_uri.clone(),
            challenge: ask.challenge.clone(),
            scope: ask.scope.clone(),
            nonce: ask.nonce.clone(),
            user: user.to_owned(),
            tenant: ask.tenant.clone(),
            issued: now,
            fate: CodeFate::Waiting,
        },
    );
    return_to.with(status, &[("code", &code)])
}

/// The way back for somebody who declined.
pub(crate) fn decline(ask: &Ask, iss: bool, rule: &Rule) -> ClientRedirect {
    ReturnTo::of(ask, iss).with(
        303,
        &[("error", rule.error), ("error_description", rule.says)],
    )
}

/// The form and the ticket it belongs to.
fn submitted(world: &World, visit: &Visit<'_>) -> Verdict<(Ticket, Params)> {
    require(visit.is(&Method::POST), &tenant::ROUTE_METHOD)?;
    require(
        request_shape::is_form(visit.request.headers()),
        &request_shape::WRONG_TYPE,
    )?;
    let params = Params::parse(visit.request.body());
    let ticket = params
        .get("ticket")
        .and_then(|id| world.state.ticket(id))
        .ok_or(&consent::TICKET)?;
    consent::form(&params, &ticket.csrf)?;
    Ok((ticket.clone(), params))
}
