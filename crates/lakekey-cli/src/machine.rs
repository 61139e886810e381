//! What this machine says: the environment, and the profile file.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum as _;
use lakekey::attributes::CA_FILE;
use lakekey::{
    AUTH_TYPE, Builder, Code, Context, Credentials, Environment, Error, Http, Origin, Settings,
    StorageChoice, Stores,
};
use lakekey_config::{CONFIG_FILE, PROFILE, ProfileFile, Resolver};

use crate::args::{Format, Here};
use crate::render::{Warnings, WarningsForPeople};
use crate::selection::{Selection, Spot, Wanted};

/// The environment and the profile file, each read once.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) environment: Environment,
    pub(crate) profiles: ProfileFile,
    path: Option<PathBuf>,
    here: Here,
}

/// The login that a command is about.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) selection: Selection,
    /// Whether the command line chose it, so that the environment has no say in it.
    pub(crate) by_command_line: bool,
}

impl Chosen {
    /// The beginnings of its credentials.
    pub(crate) fn builder(&self, machine: &Machine) -> Builder {
        if self.by_command_line {
            machine.builder(&self.selection)
        } else {
            machine.everything(&self.selection)
        }
    }
}

impl Machine {
    /// Reads both. A profile file that is not there is an empty one.
    pub(crate) fn read() -> Result<Self, Error> {
        Self::of(Environment::process())
    }

    /// The same with what the command line says about it.
    pub(crate) fn read_with(here: &Here) -> Result<Self, Error> {
        Ok(Self {
            here: here.clone(),
            ..Self::read()?
        })
    }

    pub(crate) fn of(environment: Environment) -> Result<Self, Error> {
        let path = Resolver::new(environment.clone()).config_path()?;
        let profiles = path
            .as_deref()
            .map(ProfileFile::open)
            .transpose()
            .map_err(|error| with_origin_of_file(error, &environment))?
            .flatten();
        Ok(Self {
            environment,
            profiles: profiles.unwrap_or_default(),
            path,
            here: Here::default(),
        })
    }

    /// A machine whose profile file is left alone, since it cannot be read.
    pub(crate) fn without_profiles(environment: Environment) -> Self {
        let path = Resolver::new(environment.clone()).config_path();
        Self {
            environment,
            profiles: ProfileFile::default(),
            path: path.ok().flatten(),
            here: Here::default(),
        }
    }

    /// The environment without all that leads to a profile.
    pub(crate) fn environment_without_profiles(&self) -> Environment {
        let leads = PROFILE.env_names().iter().chain(PLACES);
        let leads: Vec<_> = leads.map(OsStr::new).collect();
        let rest = self.environment.iter();
        rest.filter(|(name, _)| !leads.contains(name)).collect()
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
    /// are kept are handed on, so that no credential of another login can slip in. A profile that
    /// names its way to authenticate gets those as well that say who this machine is.
    pub(crate) fn builder(&self, selection: &Selection) -> Builder {
        let names_its_way = selection
            .profile
            .as_deref()
            .and_then(|name| self.profiles.profile(name))
            .is_some_and(|profile| profile.get(AUTH_TYPE.key()).is_some());
        let environment = if names_its_way {
            self.only(PLACES.iter().chain(IDENTITY))
        } else {
            self.places()
        };
        selection.apply(self.told(environment))
    }

    /// The same with the whole environment, for a selection that chooses nothing itself.
    pub(crate) fn everything(&self, selection: &Selection) -> Builder {
        selection.apply(self.told(self.environment.clone()))
    }

    /// The login that the command line names; without a name it is the one that any SDK would use,
    /// tokens in the environment included.
    pub(crate) fn wanted(&self, wanted: Wanted) -> Result<Chosen, Error> {
        let by_command_line =
            wanted.subject.is_some() || wanted.profile.is_some() || wanted.place.host.is_some();
        if by_command_line {
            let selection = Selection::of(wanted, self)?;
            return Ok(Chosen {
                selection,
                by_command_line,
            });
        }
        let given = |text: Option<String>| text.map(|text| (text, Origin::Explicit));
        let spot = Spot::parse(
            None,
            given(wanted.place.account_id),
            given(wanted.place.workspace_id),
        )?;
        Ok(Chosen {
            selection: Selection {
                profile: None,
                spot,
            },
            by_command_line,
        })
    }

    /// The format that was asked for: on the command line, or else with a variable that only the
    /// commands read that show something in either format. What it holds besides is ignored.
    pub(crate) fn format(&self, asked: Option<Format>) -> Format {
        let usual = || {
            let name = self.environment.get(OUTPUT_FORMAT).ok()??;
            Format::from_str(name.trim(), true).ok()
        };
        asked.or_else(usual).unwrap_or(Format::Text)
    }

    /// The same for the stored login of a person, and no other way to authenticate.
    pub(crate) fn login(&self, selection: &Selection) -> Result<Credentials, Error> {
        self.of_a_person(selection).build()
    }

    /// The same, for a caller to whom a warning is never odd.
    pub(crate) fn login_with_warnings(&self, selection: &Selection) -> Result<Credentials, Error> {
        self.builder(selection).set(&AUTH_TYPE, U2M).build()
    }

    /// The same, for a caller who waits no longer than that: a tenth of it is left for naming the
    /// process that was waited for.
    pub(crate) fn login_within(
        &self,
        selection: &Selection,
        span: Duration,
    ) -> Result<Credentials, Error> {
        let patience = (span / 10 * 9).min(Context::PATIENCE);
        self.of_a_person(selection).patience(patience).build()
    }

    fn of_a_person(&self, selection: &Selection) -> Builder {
        self.builder(selection)
            .observer(Arc::new(WarningsForPeople))
            .set(&AUTH_TYPE, U2M)
    }

    /// The beginnings of credentials for settings that are complete.
    pub(crate) fn with_settings(&self, settings: Settings) -> Builder {
        let settings = match &self.here.ca_file {
            Some(file) => settings.with(&CA_FILE, file.clone(), Origin::Explicit),
            None => settings,
        };
        let settings = match self.environment.home() {
            Some(home) => settings.with_home(home),
            None => settings,
        };
        self.told(self.places()).settings(settings)
    }

    /// Whether the command line names certificate authorities.
    pub(crate) fn has_ca_file(&self) -> bool {
        self.here.ca_file.is_some()
    }

    /// Credentials of this environment, with what the command line says about this machine.
    fn told(&self, environment: Environment) -> Builder {
        let builder = Credentials::builder()
            .environment(environment)
            .observer(Arc::new(Warnings));
        let builder = match &self.here.ca_file {
            Some(file) => builder.set(&CA_FILE, file.clone()),
            None => builder,
        };
        match self.here.storage {
            Some(storage) => builder.storage(storage),
            None => builder,
        }
    }

    /// Where logins are kept, and who says so.
    pub(crate) fn storage(&self) -> Result<StorageChoice, Error> {
        StorageChoice::of(self.here.storage, &self.environment, None)
    }

    /// The file and the keyring.
    pub(crate) fn stores(&self) -> Result<Stores, Error> {
        let home = self.environment.home().ok_or_else(|| {
            Error::new(Code::Config, "the home directory is not known")
                .with_hint("set HOME (USERPROFILE on Windows)")
        })?;
        Ok(Stores::in_home(home))
    }

    /// The variables that say where things are kept and how the network is reached, and no others.
    pub(crate) fn places(&self) -> Environment {
        self.only(PLACES)
    }

    fn only<'a>(&self, names: impl IntoIterator<Item = &'a &'static str>) -> Environment {
        let kept = names
            .into_iter()
            .chain(Http::VARIABLES)
            .filter_map(|name| Some((*name, self.environment.get_os(name)?)));
        kept.collect()
    }
}

/// The error with the variable that names the profile file, if one does.
fn with_origin_of_file(error: Error, environment: &Environment) -> Error {
    let mut names = CONFIG_FILE.env_names().iter();
    match names.find(|name| environment.get_os(name).is_some()) {
        Some(name) => error.with_origin(CONFIG_FILE.key(), &Origin::Env(name)),
        None => error,
    }
}

/// The name of the login of a person, as the official tools write it into profiles.
pub(crate) const U2M: &str = "databricks-cli";
/// The variable that names the format of results.
const OUTPUT_FORMAT: &str = "DATABRICKS_OUTPUT_FORMAT";
/// The variables that say where things are kept.
const PLACES: &[&str] = &[
    "HOME",
    "USERPROFILE",
    "DATABRICKS_CONFIG_FILE",
    "DATABRICKS_AUTH_STORAGE",
];
/// The variables by which a job of a build service, or a machine of a cloud, says who it is.
const IDENTITY: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
    "SYSTEM_TEAMPROJECTID",
    "SYSTEM_PLANID",
    "SYSTEM_JOBID",
    "SYSTEM_HOSTTYPE",
    "DATABRICKS_OIDC_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
];
