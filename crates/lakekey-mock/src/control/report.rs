//! What the control API shows.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{Mock, Recorded, Setup, User, Workspace, site::Tenant};

/// The journal after entry number `since`, and the number to ask with next time.
pub(super) fn journal(entries: &[Recorded], since: u64) -> Value {
    let next = entries.last().map_or(since, |entry| entry.sequence);
    let entries: Vec<Value> = entries
        .iter()
        .filter(|entry| entry.sequence > since)
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
            let (kind, id) = match &family.tenant {
                Tenant::Workspace(id) => ("workspace", id),
                Tenant::Account(id) => ("account", id),
            };
            json!({
                "family": number,
                "client": family.client,
                "user": family.user,
                kind: id,
                "scope": family.scope,
                "generation": family.generation,
                "active": !family.revoked,
            })
        })
        .collect();
    json!({
        "active": state.families().iter().filter(|family| !family.revoked).count(),
        "families": families,
        "open_pages": state.tickets(),
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
