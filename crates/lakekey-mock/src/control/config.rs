//! Settings that can be changed while the mock runs.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use crate::{Consent, Dialect, MockClock, Rotation, Setup, Workspace};

/// Changes what the body names and leaves the rest.
pub(super) fn change(setup: &mut Setup, body: &Value) -> Result<(), String> {
    let written: Config =
        serde_json::from_value(body.clone()).map_err(|error| error.to_string())?;
    let consent = written.consent.as_deref().map(consent).transpose()?;
    let grace = Duration::from_secs(written.grace_s.unwrap_or(30));
    let rotation = written
        .rotation
        .as_deref()
        .map(|name| rotation(name, grace))
        .transpose()?;
    let status = written.dialect_status.unwrap_or(401);
    let dialect = written
        .dialect
        .as_deref()
        .map(|name| dialect(name, status))
        .transpose()?;
    let redirect_uris = written.redirect_uris.unwrap_or_default();
    if let Some(id) = redirect_uris
        .keys()
        .find(|id| !setup.clients.iter().any(|client| client.id == **id))
    {
        return Err(format!("no client `{id}`"));
    }
    for client in &mut setup.clients {
        if let Some(uris) = redirect_uris.get(&client.id) {
            client.redirect_uris.clone_from(uris);
        }
    }
    let seconds =
        |new: Option<u64>, old: &mut Duration| *old = new.map_or(*old, Duration::from_secs);
    seconds(written.ttl.code, &mut setup.lifetimes.code);
    seconds(written.ttl.access, &mut setup.lifetimes.access);
    seconds(written.ttl.idle, &mut setup.lifetimes.idle);
    seconds(written.ttl.absolute, &mut setup.lifetimes.absolute);
    setup.consent = consent.unwrap_or(setup.consent);
    setup.rotation = rotation.unwrap_or(setup.rotation);
    setup.dialect = dialect.unwrap_or(setup.dialect);
    setup.iss = written.iss.unwrap_or(setup.iss);
    setup.revocation = written.revocation.unwrap_or(setup.revocation);
    setup.pkce.plain = written.pkce_plain.unwrap_or(setup.pkce.plain);
    setup.pkce.required = written.require_pkce.unwrap_or(setup.pkce.required);
    setup.pkce.burn_on_failure = written
        .burn_on_pkce_failure
        .unwrap_or(setup.pkce.burn_on_failure);
    Ok(())
}

/// Puts these accounts and workspaces in the place of those that are.
pub(super) fn tenants(setup: &mut Setup, body: &Value) -> Result<(), String> {
    let written: Tenants =
        serde_json::from_value(body.clone()).map_err(|error| error.to_string())?;
    let first = written.accounts.first().cloned();
    let first = first.ok_or("`accounts` names at least one account")?;
    let workspace = |written: WrittenWorkspace| Workspace {
        name: written.name.unwrap_or_else(|| written.id.clone()),
        id: written.id,
        account_id: written.account_id.unwrap_or_else(|| first.clone()),
        host: written.host.map(|host| host.to_ascii_lowercase()),
        cloud: written.cloud.unwrap_or_else(|| "AWS".to_owned()),
        azure_tenant: written.azure_tenant,
    };
    setup.workspaces = written.workspaces.into_iter().map(workspace).collect();
    setup.account_ids = written.accounts;
    Ok(())
}

/// Moves the clock: `{"set": unix seconds}`, `{"advance": seconds}`, `{"skew": seconds}`.
pub(super) fn clock(clock: &mut MockClock, body: &Value) -> Result<(), String> {
    let written: ClockChange =
        serde_json::from_value(body.clone()).map_err(|error| error.to_string())?;
    if let Some(seconds) = written.set {
        let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        clock.set(moment.ok_or("`set` is no moment")?);
    }
    if let Some(seconds) = written.advance {
        clock.advance(Duration::from_secs(seconds));
    }
    if let Some(seconds) = written.skew {
        clock.skew(seconds);
    }
    Ok(())
}

/// `ask`, `approve` or `deny`.
pub(crate) fn consent(name: &str) -> Result<Consent, String> {
    match name {
        "ask" => Ok(Consent::Ask),
        "approve" => Ok(Consent::Approve),
        "deny" => Ok(Consent::Deny),
        _ => Err(format!("`{name}` is not one of ask, approve and deny")),
    }
}

fn rotation(name: &str, grace: Duration) -> Result<Rotation, String> {
    match name {
        "strict" => Ok(Rotation::Strict),
        "single" => Ok(Rotation::Single),
        "grace" => Ok(Rotation::Grace(grace)),
        "never" => Ok(Rotation::Never),
        _ => Err(format!(
            "`{name}` is not one of strict, single, grace and never"
        )),
    }
}

fn dialect(name: &str, status: u16) -> Result<Dialect, String> {
    match name {
        "databricks" => Ok(Dialect::Databricks { status }),
        "rfc" => Ok(Dialect::Rfc),
        _ => Err(format!("`{name}` is not one of databricks and rfc")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    ttl: Ttl,
    consent: Option<String>,
    rotation: Option<String>,
    grace_s: Option<u64>,
    dialect: Option<String>,
    dialect_status: Option<u16>,
    iss: Option<bool>,
    revocation: Option<bool>,
    pkce_plain: Option<bool>,
    require_pkce: Option<bool>,
    burn_on_pkce_failure: Option<bool>,
    redirect_uris: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ttl {
    code: Option<u64>,
    access: Option<u64>,
    idle: Option<u64>,
    absolute: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenants {
    accounts: Vec<String>,
    #[serde(default)]
    workspaces: Vec<WrittenWorkspace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWorkspace {
    id: String,
    account_id: Option<String>,
    name: Option<String>,
    host: Option<String>,
    cloud: Option<String>,
    azure_tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    /// Is obeyed before.
    #[serde(default, rename = "reset")]
    _reset: bool,
    set: Option<u64>,
    advance: Option<u64>,
    skew: Option<i64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{change, clock};
    use crate::{MockClock, Setup};

    #[test]
    fn what_is_refused_changes_nothing() {
        for uris in [
            json!({"databricks-cli": ["http://x"], "nobody": []}),
            json!({"databricks-cli": ["http://x"], "databricks-sql-connector": 7}),
        ] {
            let mut setup = Setup::workspace();
            change(&mut setup, &json!({"redirect_uris": uris})).unwrap_err();
            assert_eq!(setup.clients, Setup::workspace().clients);
        }
    }

    #[test]
    fn a_moment_that_no_clock_shows_is_refused() {
        let mut moved = MockClock::fixed(std::time::UNIX_EPOCH);
        clock(&mut moved, &json!({"set": u64::MAX, "advance": 5})).unwrap_err();
        assert_eq!(moved.now(), std::time::UNIX_EPOCH);
        clock(&mut moved, &json!({"set": 7, "advance": u64::MAX})).unwrap();
    }
}
