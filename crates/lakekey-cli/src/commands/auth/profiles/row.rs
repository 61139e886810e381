//! One profile, as far as the file tells.

use std::collections::HashMap;

use lakekey::{
    ACCOUNT_ID, ATTRIBUTES, AUTH_TYPE, Attribute, Credentials, Environment, HOST, Host, Origin,
    Settings, Target, WORKSPACE_ID,
};
use lakekey_cloud::Clouds;
use lakekey_config::Profile;

use crate::machine::{Machine, U2M};
use crate::selection::is_of_a_person;

/// A profile, as far as the file tells.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) host: Option<String>,
    pub(super) account_id: Option<String>,
    pub(super) workspace_id: Option<String>,
    /// The cloud of the host by its name; empty when the name does not tell.
    pub(super) cloud: String,
    /// The way to authenticate; empty when it is none that is known here.
    pub(super) auth_type: String,
    pub(super) kind: Option<&'static str>,
    pub(super) is_default: bool,
    pub(super) settings: Settings,
}

/// The profiles in the order of the file, `DEFAULT` first. A section without host and account is
/// none, as for the official command.
pub(super) fn rows(machine: &Machine) -> Vec<Row> {
    let default = machine.profiles.default_profile();
    let clouds = Clouds::default();
    let origin = |name: &str| Origin::Profile {
        name: name.to_owned(),
        path: machine.profile_file().cloned().unwrap_or_default(),
        line: None,
    };
    let places = machine.places();
    let profiles = machine.profiles.profiles().filter_map(|profile| {
        let settings = settings(profile, &origin(profile.name()));
        let is_default = default.as_deref() == Some(profile.name());
        row(profile, settings, is_default, &clouds, &places)
    });
    let mut rows: Vec<_> = profiles.collect();
    rows.sort_by_key(|row| row.name != FIRST);
    rows
}

/// The values of each profile of a person, whose login may be kept.
pub(in crate::commands::auth) fn of_persons(machine: &Machine) -> Vec<Settings> {
    let profiles = machine.profiles.profiles();
    let of_persons = profiles.filter(|profile| is_of_a_person(*profile));
    of_persons
        .map(|profile| settings(profile, &Origin::Default))
        .collect()
}

/// The values of one profile and nothing else, which one pass over its lines gives.
fn settings(profile: Profile<'_>, origin: &Origin) -> Settings {
    let mut values = HashMap::new();
    for (key, value) in profile.iter() {
        values.insert(key, value);
    }
    let value = |attribute: &Attribute| {
        let own = [attribute.key()];
        let mut keys = own.iter().chain(attribute.key_aliases());
        keys.find_map(|key| values.get(*key).filter(|value| !value.is_empty()))
    };
    let known = ATTRIBUTES
        .iter()
        .filter_map(|attribute| Some((attribute, value(attribute)?)));
    known.fold(
        Settings::default().with_profile(profile.name()),
        |settings, (attribute, value)| settings.with(attribute, &**value, origin.clone()),
    )
}

fn row(
    profile: Profile<'_>,
    settings: Settings,
    is_default: bool,
    clouds: &Clouds,
    places: &Environment,
) -> Option<Row> {
    let text = |attribute| settings.get(attribute).map(str::to_owned);
    let (host, account_id) = (text(&HOST), text(&ACCOUNT_ID));
    if host.is_none() && account_id.is_none() {
        return None;
    }
    let parsed = settings.host().ok().flatten();
    let cloud = parsed.as_ref().and_then(|host| clouds.owner(host));
    let builder = Credentials::builder()
        .environment(places.clone())
        .settings(settings.clone());
    let credentials = builder.build().ok();
    Some(Row {
        name: profile.name().to_owned(),
        cloud: cloud.map_or(String::new(), |owner| owner.cloud.name().to_owned()),
        auth_type: auth_type(profile, &settings, credentials.as_ref()),
        kind: parsed.map(|host| {
            let known = credentials.as_ref().and_then(known_kind);
            known.unwrap_or_else(|| kind(&host, &settings))
        }),
        workspace_id: text(&WORKSPACE_ID),
        is_default,
        host,
        account_id,
        settings,
    })
}

/// What the file says, or else the first strategy that its values are for.
fn auth_type(
    profile: Profile<'_>,
    settings: &Settings,
    credentials: Option<&Credentials>,
) -> String {
    if let Some(pinned) = settings.get(&AUTH_TYPE) {
        return pinned.to_owned();
    }
    credentials
        .and_then(|credentials| credentials.describe().strategy)
        .filter(|strategy| *strategy != U2M || is_of_a_person(profile))
        .unwrap_or_default()
        .to_owned()
}

/// What the profile is for, as the profile itself tells: one that names an account, and no
/// workspace in it, is not for a workspace.
fn kind(host: &Host, settings: &Settings) -> &'static str {
    let workspace = settings.get(&WORKSPACE_ID).unwrap_or_default();
    if host.is_accounts() {
        ACCOUNT
    } else if settings.get(&ACCOUNT_ID).is_some() && ["", "none"].contains(&workspace) {
        UNIFIED
    } else {
        WORKSPACE
    }
}

/// The same, as the host told when it was last asked.
pub(super) fn known_kind(credentials: &Credentials) -> Option<&'static str> {
    match credentials.remembered_target()? {
        Target::Workspace { .. } => Some(WORKSPACE),
        Target::Account { .. } => Some(ACCOUNT),
        Target::Unified { .. } => Some(UNIFIED),
        _ => None,
    }
}

const FIRST: &str = "DEFAULT";
const WORKSPACE: &str = "workspace";
const ACCOUNT: &str = "account";
const UNIFIED: &str = "unified";
