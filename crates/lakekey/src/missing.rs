//! Why a strategy does not apply, in the words of every message and every explanation.

use lakekey_cloud::attributes as cloud;
use lakekey_core::{Attribute, HOST, Settings};

use crate::attributes::{
    ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL, ATTRIBUTES, CLIENT_ID,
    CLIENT_SECRET, OIDC_TOKEN_FILEPATH,
};
use crate::strategy::{given, id_token_variable};

/// What a strategy would need, as far as the attribute table tells.
pub(crate) fn missing(strategy: &str, settings: &Settings) -> String {
    let unset = needed(strategy).filter(|row| given(settings, row).is_none());
    let keys: Vec<_> = unset.map(|row| format!("`{}`", row.key())).collect();
    if !keys.is_empty() {
        return format!("no {} is set", keys.join(" and no "));
    }
    if settings.get(&HOST).is_none() {
        return "no `host` is set".to_owned();
    }
    match strategy {
        "env-oidc" => format!("no `{}` is set", id_token_variable(settings).escape_debug()),
        "azure-devops-oidc" => {
            "this is no job of Azure Pipelines that has `SYSTEM_ACCESSTOKEN`".to_owned()
        }
        _ => "not configured".to_owned(),
    }
}

/// Whether something is set that the strategy needs, so that it may have been meant.
pub(crate) fn is_meant(strategy: &str, settings: &Settings) -> bool {
    needed(strategy).any(|row| given(settings, row).is_some())
}

/// The rows that a strategy cannot do without: those of its group, unless it shares them with
/// others or needs more.
fn needed(strategy: &str) -> impl Iterator<Item = &'static Attribute> {
    let listed = NEEDS.iter().find(|(name, _)| *name == strategy);
    let rows = listed.map(|(_, rows)| *rows);
    let own = ATTRIBUTES.iter().filter(move |row| {
        rows.is_none() && row.auth_group().is_some() && row.strategy_names().contains(&strategy)
    });
    rows.unwrap_or_default().iter().chain(own)
}

const NEEDS: &[(&str, &[Attribute])] = &[
    ("oauth-m2m", &[CLIENT_ID, CLIENT_SECRET]),
    ("databricks-cli", &[]),
    (
        "github-oidc",
        &[ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN],
    ),
    ("azure-devops-oidc", &[]),
    ("env-oidc", &[]),
    ("file-oidc", &[OIDC_TOKEN_FILEPATH]),
    (
        "github-oidc-azure",
        &[ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN],
    ),
    ("azure-msi", &[cloud::AZURE_USE_MSI]),
    (
        "azure-client-secret",
        &[cloud::AZURE_CLIENT_ID, cloud::AZURE_CLIENT_SECRET],
    ),
    ("azure-cli", &[]),
];
