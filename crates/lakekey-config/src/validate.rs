use std::collections::BTreeMap;

use lakekey_core::{Code, Error, HOST, Origin, Settings};
use lakekey_endpoints::Host;

use crate::AUTH_TYPE;
use crate::choose::Chosen;
use crate::profiles::shown;
use crate::provider::Layer;

/// Checks that the values belong to one authentication method, unless `auth_type` chooses.
pub(crate) fn one_method(settings: &Settings) -> Result<(), Error> {
    if settings.get(&AUTH_TYPE).is_some() {
        return Ok(());
    }
    let mut methods = BTreeMap::new();
    for setting in settings
        .iter()
        .filter(|setting| *setting.origin() != Origin::Default)
    {
        if let Some(group) = setting.attribute().auth_group() {
            methods.entry(group).or_insert(setting);
        }
    }
    if methods.len() < 2 {
        return Ok(());
    }
    let names: Vec<_> = methods.keys().copied().collect();
    let keys: Vec<_> = methods
        .values()
        .map(|setting| format!("`{}`", setting.attribute().key()))
        .collect();
    let message = format!(
        "more than one authorization method configured: {}",
        names.join(" and ")
    );
    let hint = format!(
        "set `auth_type` to the one you mean, or unset {}",
        keys.join(" or ")
    );
    let error = Error::new(Code::Config, message).with_hint(hint);
    Err(methods.values().fold(error, |error, setting| {
        error.with_origin(setting.attribute().key(), setting.origin())
    }))
}

/// Checks that no secret of a profile that names a host would go to another host.
pub(crate) fn secrets_stay_home(settings: &Settings, chosen: &Chosen) -> Result<(), Error> {
    let Some(own) = chosen.get(HOST.key()) else {
        return Ok(());
    };
    let name = format!("profile `{}`", shown(&chosen.name));
    let hint = "or leave its host to the profile";
    stay_home(settings, own, |origin| chosen.holds(origin), &name, hint)
}

/// Checks that no secret of an environment that names a host would go to the host of the profile.
pub(crate) fn variables_stay_home(settings: &Settings, layers: &[Layer]) -> Result<(), Error> {
    let is_variable = |origin: &Origin| matches!(origin, Origin::Env(_));
    let mut variables = layers.iter().filter(|layer| is_variable(&layer.origin));
    let Some(own) = variables.find_map(|layer| layer.get(&HOST)) else {
        return Ok(());
    };
    let hint = "or unset the variable";
    stay_home(settings, own, is_variable, "the environment", hint)
}

/// Checks that the secrets of one source, which names `own` as its host, go to no other host.
fn stay_home(
    settings: &Settings,
    own: &str,
    of_the_source: impl Fn(&Origin) -> bool,
    name: &str,
    hint: &str,
) -> Result<(), Error> {
    let Some(elsewhere) = settings
        .origin(&HOST)
        .filter(|origin| !of_the_source(origin))
    else {
        return Ok(());
    };
    let mut secrets = settings
        .iter()
        .filter(|setting| setting.attribute().is_secret());
    let Some(secret) = secrets.find(|setting| of_the_source(setting.origin())) else {
        return Ok(());
    };
    let own = Host::parse_pasted(own).ok().map(|pasted| pasted.host);
    let used = settings.host()?;
    if own.is_some() && own == used {
        return Ok(());
    }
    let key = secret.attribute().key();
    let host = |host: Option<Host>| {
        host.map_or_else(|| "another host".to_owned(), |host| host.to_string())
    };
    let (own, used) = (host(own), host(used));
    let message = format!("`{key}` of {name} is for {own} and is not sent to {used}");
    Err(Error::new(Code::Config, message)
        .with_hint(format!("choose a profile for {used}, {hint}"))
        .with_origin(key, secret.origin())
        .with_origin(HOST.key(), elsewhere))
}
