//! `lakekey auth env`: the settings of a login as environment variables.

use std::collections::BTreeMap;

use lakekey::{Error, Origin, Settings};
use lakekey_config::PROFILE;
use serde::Serialize;

use crate::machine::Machine;
use crate::output;
use crate::selection::Wanted;

/// Prints each setting that has an environment variable, secrets in clear: they are the data.
pub(super) fn run(wanted: Wanted) -> Result<(), Error> {
    let machine = Machine::read()?;
    let credentials = machine.wanted(wanted)?.builder(&machine).build()?;
    let answer = Answer {
        env: variables(credentials.settings()),
    };
    let text = serde_json::to_string_pretty(&answer).expect("texts can be written as JSON");
    output::data(&text)
}

#[derive(Serialize)]
struct Answer<'a> {
    env: BTreeMap<&'static str, &'a str>,
}

/// The variables that make an SDK use the same settings. The profile is named also where it is
/// the default one, since that could change.
fn variables(settings: &Settings) -> BTreeMap<&'static str, &str> {
    let given = settings
        .iter()
        .filter(|setting| *setting.origin() != Origin::Default);
    let named = given.filter_map(|setting| {
        let name = setting.attribute().env_names().first()?;
        Some((*name, setting.value().expose()))
    });
    let profile = PROFILE.env_names().first().copied().zip(settings.profile());
    profile.into_iter().chain(named).collect()
}
