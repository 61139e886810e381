use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lakekey_core::{Code, Error, HOST, Origin, Secret, Settings, shell_word};

use crate::profiles::{DEFAULT, DEFAULT_PROFILE, SETTINGS, shown};
use crate::{CONFIG_FILE, PROFILE, Profile, ProfileFile};

/// The profile that was chosen, as it stands in its file.
pub(crate) struct Chosen {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Whether a stronger source asked for it by name.
    pub(crate) asked_for: bool,
    values: HashMap<String, (Secret, usize)>,
}

impl Chosen {
    /// The value of a key, unless it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.find(key).map(|(value, _)| value)
    }

    /// The value of a key and where it stands, unless it is empty.
    pub(crate) fn find(&self, key: &str) -> Option<(&str, Origin)> {
        let (value, line) = self.values.get(key)?;
        let origin = Origin::Profile {
            name: self.name.clone(),
            path: self.path.clone(),
            line: Some(*line),
        };
        Some((value.expose(), origin)).filter(|(value, _)| !value.is_empty())
    }

    /// Whether something stands in this profile.
    pub(crate) fn holds(&self, origin: &Origin) -> bool {
        matches!(origin, Origin::Profile { name, path, .. } if *name == self.name && *path == self.path)
    }
}

/// Chooses and reads the profile, given what the stronger sources say.
pub(crate) fn profile(above: &Settings) -> Result<Option<Chosen>, Error> {
    let asked = above.get(&PROFILE).zip(above.origin(&PROFILE));
    if asked.is_none() && is_given(above) {
        return Ok(None);
    }
    let path = path(above)?;
    let file = path.as_deref().map(ProfileFile::open).transpose();
    let file = file.map_err(|error| above.with_origin_of(error, &CONFIG_FILE))?;
    let (Some(path), Some(file)) = (&path, file.flatten()) else {
        return asked.map_or(Ok(None), |(name, origin)| {
            Err(no_file(name, origin, path.as_deref()))
        });
    };
    let configured = file.default_profile();
    let settings = Origin::Profile {
        name: SETTINGS.to_owned(),
        path: path.clone(),
        line: file.setting_line(DEFAULT_PROFILE),
    };
    let required = asked.or(configured.as_deref().map(|name| (name, &settings)));
    let name = required.map_or(DEFAULT, |(name, _)| name);
    match (
        file.profile(name).filter(|profile| !profile.is_empty()),
        required,
    ) {
        (Some(profile), _) => Ok(Some(read(profile, path, asked.is_some()))),
        (None, None) => Ok(None),
        (None, Some((name, origin))) => Err(no_profile(name, origin, path, &file)),
    }
}

/// The path of the profile file, whether or not there is one.
pub(crate) fn path(above: &Settings) -> Result<Option<PathBuf>, Error> {
    let in_home = || above.home().map(|home| home.join(DEFAULT_FILE));
    Ok(above.path(&CONFIG_FILE)?.or_else(in_home))
}

/// Whether the stronger sources give a host or a credential, so that no file is looked for.
fn is_given(above: &Settings) -> bool {
    above.iter().any(|setting| {
        setting.attribute().key() == HOST.key() || setting.attribute().auth_group().is_some()
    })
}

fn read(profile: Profile<'_>, path: &Path, asked_for: bool) -> Chosen {
    let values = profile
        .numbered()
        .map(|(line, key, value)| (key.to_owned(), (Secret::from(&*value), line)));
    Chosen {
        name: profile.name().to_owned(),
        path: path.to_owned(),
        asked_for,
        values: values.collect(),
    }
}

fn no_profile(name: &str, origin: &Origin, path: &Path, file: &ProfileFile) -> Error {
    let (quoted, path) = (shown(name), path.display());
    let message = if name == SETTINGS {
        format!("`{SETTINGS}` in {path} holds settings and is no profile")
    } else if file.profile(name).is_some() {
        format!("profile `{quoted}` in {path} is empty")
    } else {
        format!("{path} has no profile `{quoted}`")
    };
    let near = file.nearest(name).into_iter().filter(|near| *near != name);
    let near: Vec<_> = near.map(|name| format!("`{}`", shown(name))).collect();
    let hint = if !near.is_empty() {
        format!("did you mean {}? `{LIST}` shows all", near.join(" or "))
    } else if file.profiles().any(|profile| !profile.is_empty()) {
        LIST.to_owned()
    } else {
        sign_in(name)
    };
    Error::new(Code::Config, message)
        .with_hint(hint)
        .with_origin(PROFILE.key(), origin)
}

fn no_file(name: &str, origin: &Origin, path: Option<&Path>) -> Error {
    let place = path.map_or_else(
        || "no home directory is known".to_owned(),
        |path| format!("there is no file {}", path.display()),
    );
    let message = format!("profile `{}` cannot be read: {place}", shown(name));
    Error::new(Code::Config, message)
        .with_hint(sign_in(name))
        .with_origin(PROFILE.key(), origin)
}

/// The command that makes a profile of this name.
fn sign_in(name: &str) -> String {
    format!("lakekey auth login --profile {}", shell_word(&shown(name)))
}

/// The command that lists the profiles.
const LIST: &str = "lakekey auth profiles";
/// The profile file in the home directory.
const DEFAULT_FILE: &str = ".databrickscfg";
