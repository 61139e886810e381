//! What the control API shows.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    Mock, Recorded, Setup, User, Workspace,
    dice::Dice,
    mint,
    rules::scope,
    site::Tenant,
    state::{Ask, Family, Ticket},
};

/// The journal after entry number `since`, at most the `last` entries of it, and the number to ask
/// with next time.
pub(super) fn journal(entries: &[Recorded], since: u64, last: Option<u64>) -> Value {
    let next = entries.last().map_or(since, |entry| entry.sequence);
    let first = last.map_or(0, |last| next.saturating_sub(last));
    let entries: Vec<Value> = entries
        .iter()
        .filter(|entry| entry.sequence > since.max(first))
        .map(entry)
        .collect();
    json!({ "entries": entries, "next": next })
}

/// Sessions and counters.
pub(super) fn state(mock: &Mock) -> Value {
    let state = &mock.world.state;
    let counters = state.counters;
    let families: Vec<Value> = (1_u64..)
        .zip(state.families())
        .map(|(number, family)| {
            let (kind, id) = tenant(&family.tenant);
            json!({
                "family": number,
                "client": family.client,
                "user": family.user,
                kind: id,
                "scope": family.scope,
                "generation": family.generation,
                "active": !family.revoked,
                "created": seconds(family.created),
                "used": seconds(family.used),
                "ends": ends(family, &mock.world.setup).map(seconds),
                "refresh_token": refresh_token(number, family, &mock.world.dice),
            })
        })
        .collect();
    let tickets: Vec<Value> = state.tickets().map(ticket).collect();
    let clock = &mock.world.setup.clock;
    json!({
        "active": state.families().iter().filter(|family| !family.revoked).count(),
        "families": families,
        "open_pages": tickets.len(),
        "tickets": tickets,
        "now": seconds(mock.now()),
        "clock": { "runs": clock.runs(), "skew": clock.skewed() },
        "resets": mock.resets(),
        "codes": counters.codes,
        "issued": counters.issued,
        "refreshed": counters.refreshed,
        "reuse_detected": counters.reuse_detected,
        "state_hash": mock.state_hash(),
    })
}

/// The people who can sign in.
pub(super) fn users(users: &[User]) -> Value {
    let user = |user: &User| {
        json!({
            "id": user.id,
            "user_name": user.user_name,
            "display_name": user.display_name,
            "personal_tokens": user.personal_tokens,
        })
    };
    json!({ "users": users.iter().map(user).collect::<Vec<Value>>() })
}

/// The accounts and workspaces.
pub(super) fn tenants(setup: &Setup) -> Value {
    let workspace = |workspace: &Workspace| {
        json!({
            "id": workspace.id,
            "account_id": workspace.account_id,
            "name": workspace.name,
            "host": workspace.host,
            "cloud": workspace.cloud,
            "azure_tenant": workspace.azure_tenant,
        })
    };
    let workspaces: Vec<Value> = setup.workspaces.iter().map(workspace).collect();
    json!({ "accounts": setup.account_ids, "workspaces": workspaces })
}

/// A sign-in page that waits for its answer.
fn ticket(ticket: &Ticket) -> Value {
    let Ask {
        client,
        scope,
        redirect_uri,
        ..
    } = &ticket.ask;
    let (kind, id) = tenant(&ticket.ask.tenant);
    json!({
        "ticket": ticket.id,
        "client": client,
        kind: id,
        "scope": scope,
        "redirect_uri": redirect_uri,
    })
}

fn tenant(tenant: &Tenant) -> (&'static str, &str) {
    match tenant {
        Tenant::Workspace(id) => ("workspace", id),
        Tenant::Account(id) => ("account", id),
    }
}

/// When the session ends unless it is used again; `None` if it never does.
fn ends(family: &Family, setup: &Setup) -> Option<SystemTime> {
    let idle = family.used.checked_add(setup.lifetimes.idle);
    let absolute = family.created.checked_add(setup.lifetimes.absolute);
    idle.into_iter().chain(absolute).min()
}

/// The refresh token that is good now, if the session has any.
fn refresh_token(number: u64, family: &Family, dice: &Dice) -> Option<String> {
    scope::has(&family.scope, "offline_access")
        .then(|| mint::refresh_token(dice, number, family.generation))
}

/// Seconds since 1970, with fractions.
pub(super) fn seconds(moment: SystemTime) -> f64 {
    moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

fn entry(entry: &Recorded) -> Value {
    json!({
        "sequence": entry.sequence,
        "accepted_at": entry.accepted_at.map(seconds),
        "at": seconds(entry.at),
        "committed_at": entry.committed_at.map(seconds),
        "ended_at": entry.ended_at.map(seconds),
        "connection": entry.connection,
        "endpoint": entry.endpoint.name(),
        "method": entry.method().as_str(),
        "uri": entry.request.uri().to_string(),
        "headers": headers(entry.request.headers()),
        "body": String::from_utf8_lossy(entry.request.body()),
        "raw": STANDARD.encode(&entry.raw),
        "aborted": entry.aborted,
        "status": entry.status.map(|status| status.as_u16()),
        "response_headers": headers(&entry.response_headers),
        "response_body": String::from_utf8_lossy(&entry.response_body),
        "rule": entry.rule,
        "faults": entry.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "committed": entry.committed,
        "cut": entry.cut.map(|cut| format!("{cut:?}")),
    })
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}
