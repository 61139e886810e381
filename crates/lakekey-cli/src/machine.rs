//! What this machine says: the environment, and the profile file.

use std::path::PathBuf;
use std::sync::Arc;

use lakekey::{AUTH_TYPE, Builder, Code, Credentials, Environment, Error, Settings};
use lakekey_config::{ProfileFile, Resolver};

use crate::render::{Warnings, WarningsForPeople};
use crate::selection::Selection;

/// The environment and the profile file, each read once.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) environment: Environment,
    pub(crate) profiles: ProfileFile,
    path: Option<PathBuf>,
}

impl Machine {
    /// Reads both. A profile file that is not there is an empty one.
    pub(crate) fn read() -> Result<Self, Error> {
        Self::of(Environment::process())
    }

    pub(crate) fn of(environment: Environment) -> Result<Self, Error> {
        let path = Resolver::new(environment.clone()).config_path()?;
        let profiles = path
            .as_deref()
            .map(ProfileFile::open)
            .transpose()?
            .flatten();
        Ok(Self {
            environment,
            profiles: profiles.unwrap_or_default(),
            path,
        })
    }

    /// Where the profile file is or would be.
    pub(crate) fn profile_file(&self) -> Result<&PathBuf, Error> {
        self.path.as_ref().ok_or_else(|| {
            Error::new(
                Code::Config,
                "the profile file is in the home directory, which is not known",
            )
            .with_hint("set HOME, or name a file with DATABRICKS_CONFIG_FILE")
        })
    }

    /// The beginnings of credentials for a selection.
    ///
    /// What was selected stands above the environment: only the variables that say where things
    /// are kept are handed on, so that no credential of another login can slip in.
    pub(crate) fn builder(&self, selection: &Selection) -> Builder {
        let builder = Credentials::builder()
            .environment(self.places())
            .observer(Arc::new(Warnings));
        selection.apply(builder)
    }

    /// The same with the whole environment, for a selection that chooses nothing itself.
    pub(crate) fn everything(&self, selection: &Selection) -> Builder {
        let builder = Credentials::builder().environment(self.environment.clone());
        selection.apply(builder.observer(Arc::new(Warnings)))
    }

    /// The same for the stored login of a person, and no other way to authenticate.
    pub(crate) fn login(&self, selection: &Selection) -> Result<Credentials, Error> {
        self.builder(selection)
            .observer(Arc::new(WarningsForPeople))
            .set(&AUTH_TYPE, U2M)
            .build()
    }

    /// The beginnings of credentials for settings that are complete.
    pub(crate) fn with_settings(&self, settings: Settings) -> Builder {
        Credentials::builder()
            .environment(self.places())
            .settings(settings)
            .observer(Arc::new(Warnings))
    }

    fn places(&self) -> Environment {
        let kept = PLACES
            .iter()
            .filter_map(|name| Some((*name, self.environment.get_os(name)?)));
        kept.collect()
    }
}

/// The name of the login of a person, as the official tools write it into profiles.
pub(crate) const U2M: &str = "databricks-cli";
/// The variables that say where things are kept.
const PLACES: &[&str] = &[
    "HOME",
    "USERPROFILE",
    "DATABRICKS_CONFIG_FILE",
    "DATABRICKS_AUTH_STORAGE",
];
