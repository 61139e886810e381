//! The scopes that the settings ask for.

use lakekey_core::{Code, Error, Settings};
use lakekey_oauth::{ScopeError, Scopes};

use crate::attributes::SCOPES;

/// The configured scopes; `all-apis` where there are none.
pub(crate) fn configured(settings: &Settings) -> Result<Scopes, Error> {
    let text = settings.get(&SCOPES).unwrap_or_default();
    if text.split([',', ' ']).all(|name| name.trim().is_empty()) {
        return Ok(Scopes::default());
    }
    text.parse().map_err(|error: ScopeError| {
        let error = Error::new(Code::Config, error.to_string());
        settings.with_origin_of(error, &SCOPES)
    })
}

/// The configured scopes in the order in which the official SDKs send them for a machine: sorted.
pub(crate) fn sorted(settings: &Settings) -> Result<Scopes, Error> {
    let scopes = configured(settings)?;
    let mut names: Vec<_> = scopes.iter().collect();
    names.sort_unstable();
    Ok(names.join(" ").parse().unwrap_or(scopes))
}
