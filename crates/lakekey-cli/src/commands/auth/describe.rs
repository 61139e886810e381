//! `lakekey auth describe`: who is signed in, where, and with what.

mod json;
mod text;

use lakekey::{ATTRIBUTES, Error, Explanation, Origin, Setting, Settings};
use lakekey_config::PROFILE;

use super::storage::Place;
use super::who::{Who, who};
use crate::args::{Describe as Args, Format};
use crate::machine::{Machine, U2M};
use crate::selection::Wanted;
use crate::{output, runtime};

/// Authenticates, and tells what came of it. That it failed is an answer, not a failure.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let status = Status::of(wanted, &machine)?;
    match machine.format(format) {
        Format::Json => output::data(&json::text(&status, args.sensitive)),
        Format::Text => output::say(text::text(&status, args.sensitive)),
    }
}

/// What there is to tell.
struct Status {
    settings: Settings,
    /// The way to authenticate: the one that was used, or else the first that would be.
    auth_type: Option<&'static str>,
    who: Result<Who, Error>,
    storage: Option<Place>,
}

impl Status {
    fn of(wanted: Wanted, machine: &Machine) -> Result<Self, Error> {
        let chosen = machine.wanted(wanted)?;
        let credentials = match chosen.builder(machine).build() {
            Ok(credentials) => credentials,
            Err(error) => return Ok(Self::unbuilt(error, &chosen.builder(machine).explain())),
        };
        let who = runtime::block_on(who(&credentials));
        let auth_type = credentials.describe().strategy;
        Ok(Self {
            settings: credentials.settings().clone(),
            auth_type,
            who,
            storage: match machine.storage() {
                Ok(choice) if auth_type == Some(U2M) => Some(Place::of(&choice)),
                _ => None,
            },
        })
    }

    /// Settings that make no credentials are shown as far as they can be seen.
    fn unbuilt(error: Error, explained: &Result<Explanation, Error>) -> Self {
        let settings = explained
            .as_ref()
            .map(|explanation| explanation.settings.clone());
        Self {
            settings: settings.unwrap_or_default(),
            auth_type: None,
            who: Err(error),
            storage: None,
        }
    }
}

/// The values that were given, in the order of the attribute table, each with how to show it.
///
/// The profile stands there always, as in the official command.
fn shown(status: &Status, sensitive: bool) -> Vec<Shown> {
    let settings = &status.settings;
    let rows = ATTRIBUTES.iter().filter_map(|row| {
        let setting = settings
            .iter()
            .find(|setting| setting.attribute().key() == row.key());
        match setting {
            Some(setting) if *setting.origin() != Origin::Default => {
                Some(Shown::of(setting, status.auth_type, sensitive))
            }
            _ if row.key() == PROFILE.key() => Some(Shown::profile(settings.profile())),
            _ => None,
        }
    });
    rows.collect()
}

/// One value, ready to be shown.
struct Shown {
    key: &'static str,
    value: String,
    source: Source,
    /// Whether it belongs to another way to authenticate than the one in use.
    is_unused: bool,
}

impl Shown {
    fn of(setting: &Setting, auth_type: Option<&str>, sensitive: bool) -> Self {
        let attribute = setting.attribute();
        let readers = attribute.strategy_names();
        let value = if attribute.is_secret() && !sensitive {
            HIDDEN
        } else {
            setting.value().expose()
        };
        Self {
            key: attribute.key(),
            value: value.to_owned(),
            source: Source::of(setting.origin(), attribute.key()),
            is_unused: !readers.is_empty()
                && auth_type.is_some_and(|used| !readers.contains(&used)),
        }
    }

    fn profile(chosen: Option<&str>) -> Self {
        Self {
            key: PROFILE.key(),
            value: chosen.unwrap_or("default").to_owned(),
            source: Source::of(&Origin::Default, PROFILE.key()),
            is_unused: false,
        }
    }
}

/// Where a value came from, in the terms of the official command.
struct Source {
    kind: &'static str,
    name: String,
}

impl Source {
    fn of(origin: &Origin, key: &str) -> Self {
        let (kind, name) = match origin {
            Origin::Env(name) => ("environment variable", (*name).to_owned()),
            Origin::Profile { path, .. } => ("config file", path.display().to_string()),
            // What stands without its flag means the same.
            Origin::Explicit => ("flag", format!("--{}", key.replace('_', "-"))),
            Origin::Metadata => ("host metadata", String::new()),
            Origin::Provider(name) => ("provider", name.clone()),
            _ => ("", String::new()),
        };
        Self { kind, name }
    }
}

/// What stands in place of a secret.
const HIDDEN: &str = "********";
