//! The table of `NO_PROXY`, `fixtures/no-proxy.toml`, held against what the client decides.

use lakekey::{Environment, Http};
use serde::Deserialize;
use url::Url;

use crate::case::{Finding, Wrong, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    no_proxy: Option<String>,
    no_proxy_lower: Option<String>,
    url: String,
    proxied: bool,
    /// Whether it needs variables whose names differ in case alone, which Windows does not have.
    #[serde(default)]
    tells_cases_apart: bool,
}

/// Fails with the first row that does not hold.
pub(super) fn hold() -> Finding {
    let table: Table = toml::from_str(TABLE)?;
    let rows = table.case.iter();
    rows.filter(|row| !(cfg!(windows) && row.tells_cases_apart))
        .try_for_each(|row| {
            row.judge()
                .map_err(|wrong: Wrong| wrong.during(format_args!("\"{}\"", row.name)))
        })
}

impl Row {
    fn judge(&self) -> Finding {
        let lists = [
            ("NO_PROXY", &self.no_proxy),
            ("no_proxy", &self.no_proxy_lower),
        ];
        let lists = lists
            .into_iter()
            .filter_map(|(name, list)| Some((name, list.as_deref()?)));
        let proxies = [("HTTPS_PROXY", PROXY), ("HTTP_PROXY", PROXY)];
        let environment: Environment = proxies.into_iter().chain(lists).collect();
        let proxy = Http::in_environment(environment).proxy_for(&self.url.parse()?)?;
        let wanted = self.proxied.then_some(PROXY);
        same("the proxy", proxy.as_ref().map(Url::as_str), wanted)
    }
}

const TABLE: &str = include_str!("../../../../../../fixtures/no-proxy.toml");
const PROXY: &str = "http://proxy.example:3128/";
