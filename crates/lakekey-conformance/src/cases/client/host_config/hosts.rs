//! Texts that mean a host, and the table of all texts: `fixtures/hosts.toml`.

use std::sync::LazyLock;

use lakekey::{ACCOUNT_ID, Builder, Host, Settings, WORKSPACE_ID};
use lakekey_mock::Setup;
use lakekey_store::{Key, TokenStore};
use serde::Deserialize;

use super::super::support::Library;
use crate::case::{Case, Finding, holds, same};
use crate::probe::Probe;

pub(super) const CASE: Case = Case::each(
    "C-HOST-01",
    &[
        ("bare", spelling),
        ("slash", spelling),
        ("case-port", spelling),
        ("query-o", spelling),
        ("path-fragment", spelling),
        ("whitespace", spelling),
    ],
);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    spelling: Vec<Spelling>,
    pub(super) refusal: Vec<Refusal>,
}

/// A text that means a host.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelling {
    variant: String,
    text: String,
    host: String,
    account_id: Option<String>,
    workspace_id: Option<String>,
}

/// A text that means none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    pub(super) variant: String,
    pub(super) text: String,
}

fn spelling(probe: &mut Probe) -> Finding {
    let rows = TABLE
        .spelling
        .iter()
        .filter(|row| row.variant == probe.variant());
    for row in checked_each(rows)? {
        spelled(probe, row).map_err(|wrong| wrong.during(format_args!("{:?}", row.text)))?;
    }
    probe.saw("ok");
    Ok(())
}

fn spelled(probe: &mut Probe, row: &Spelling) -> Finding {
    let Spelling {
        variant: _,
        text,
        host,
        account_id,
        workspace_id,
    } = row;
    let parsed: Host = text.parse()?;
    same("the host", parsed.as_str(), host.as_str())?;
    same(
        "the host, parsed again",
        parsed.as_str().parse::<Host>()?,
        parsed.clone(),
    )?;
    let library = Library::at(&probe.server(Setup::workspace()))?;
    let credentials = library.builder().host(text).build()?;
    same(
        "the ids of the text",
        ids(credentials.settings()),
        [account_id.clone(), workspace_id.clone()],
    )?;
    let given = library
        .builder()
        .host(text)
        .account_id("a-1")
        .workspace_id("7")
        .build()?;
    same(
        "ids that were given",
        ids(given.settings()),
        ["a-1", "7"].map(|id| Some(id.to_owned())),
    )?;
    library.sign_in(&credentials)??;
    let key = account_id
        .as_ref()
        .map_or_else(|| host.clone(), |id| format!("{host}/oidc/accounts/{id}"));
    holds(
        library.store.load(&Key::new(&key))?.is_some(),
        format!("no token is kept under `{key}`"),
    )?;
    let canonical = library.builder().host(host);
    let canonical = account_id
        .iter()
        .fold(canonical, Builder::account_id)
        .build()?;
    library.wait(canonical.token())?;
    Ok(())
}

fn ids(settings: &Settings) -> [Option<String>; 2] {
    [&ACCOUNT_ID, &WORKSPACE_ID].map(|id| settings.get(id).map(str::to_owned))
}

/// The rows, of which there must be one at least.
pub(super) fn checked_each<T>(rows: impl Iterator<Item = T>) -> Finding<Vec<T>> {
    let rows: Vec<_> = rows.collect();
    holds(
        !rows.is_empty(),
        "no row of the table is about this variant",
    )?;
    Ok(rows)
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../../../fixtures/hosts.toml"))
        .expect("the table of hosts is in order")
});
