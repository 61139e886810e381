//! Opening and closing mocks of their own.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, config, users};
use crate::{
    DEFAULT_ACCOUNT_ID, Setup,
    listen::{DEFAULT_NAMESPACE, Namespace, Namespaces},
    reply,
};

/// Answers `/ns` and `/ns/<name>`; the name of the former is empty.
pub(super) fn route(namespaces: &Namespaces, method: &Method, name: &str, body: &Value) -> Outcome {
    match (method.as_str(), name) {
        ("GET", "") => {
            let all: Vec<Value> = namespaces.all().iter().map(place).collect();
            Ok(reply::json(200, &json!({ "namespaces": all })))
        }
        ("GET", name) => {
            let namespace = namespaces.get(name);
            let namespace = namespace.ok_or((404, format!("there is no namespace `{name}`")))?;
            Ok(reply::json(200, &place(&namespace)))
        }
        ("PUT" | "DELETE", DEFAULT_NAMESPACE) => Err((
            409,
            "the namespace default is always there; `POST /ns/default/reset` starts it over"
                .to_owned(),
        )),
        ("PUT", name) => open(namespaces, name, body),
        ("DELETE", name) if namespaces.close(name) => Ok(reply::json(200, &json!({}))),
        ("DELETE", name) => Err((404, format!("there is no namespace `{name}`"))),
        _ => Err((405, "a namespace takes GET, PUT and DELETE".to_owned())),
    }
}

fn open(namespaces: &Namespaces, name: &str, body: &Value) -> Outcome {
    let setup = setup(namespaces, body)?;
    let (namespace, is_new) = namespaces
        .open(name, setup)
        .map_err(|error| (400, error.to_string()))?;
    Ok(reply::json(
        if is_new { 201 } else { 200 },
        &place(&namespace),
    ))
}

/// What the server itself was started with, and what the body says instead.
fn setup(namespaces: &Namespaces, body: &Value) -> Result<Setup, (u16, String)> {
    let wrong = |says| (400, says);
    let written: Written =
        serde_json::from_value(body.clone()).map_err(|error| (400, error.to_string()))?;
    let account = written.account_id.as_deref().unwrap_or(DEFAULT_ACCOUNT_ID);
    let mut setup = match written.target.as_deref() {
        None => namespaces
            .get(DEFAULT_NAMESPACE)
            .map(|default| default.with(|mock| mock.initial().clone()))
            .unwrap_or_default(),
        Some("workspace") => Setup::of_account(account),
        Some("account") => Setup::account(account),
        Some("unified") => Setup::unified(account),
        Some(other) => {
            let says = format!("`{other}` is not one of workspace, account and unified");
            return Err((400, says));
        }
    };
    setup.port = 0;
    setup.seed = written.seed.unwrap_or(setup.seed);
    if let Some(config) = &written.config {
        config::change(&mut setup, config).map_err(wrong)?;
    }
    if let Some(tenants) = &written.tenants {
        config::tenants(&mut setup, tenants).map_err(wrong)?;
    }
    if written.users.is_some() {
        setup.users = users(body)?;
    }
    Ok(setup)
}

/// Where a namespace is.
fn place(namespace: &Namespace) -> Value {
    json!({
        "name": namespace.name(),
        "url": namespace.url(),
        "accounts_url": namespace.url_of("accounts.localhost"),
        "control_url": namespace.control_url(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    target: Option<String>,
    account_id: Option<String>,
    seed: Option<u64>,
    config: Option<Value>,
    tenants: Option<Value>,
    users: Option<Value>,
}
