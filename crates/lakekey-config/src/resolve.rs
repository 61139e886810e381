use std::fmt;
use std::path::PathBuf;

use figment::Provider;
use lakekey_core::{ACCOUNT_ID, Attribute, Error, HOST, Origin, Secret, Settings, WORKSPACE_ID};
use lakekey_endpoints::Host;

use crate::choose::{self, Chosen};
use crate::provider::{Layer, Place, join};
use crate::resolution::passed;
use crate::{AUTH_TYPE, CONFIG_FILE, Environment, Mode, PROFILE, Resolution, validate};

/// Resolves explicit values, the environment and a profile to [`Settings`].
///
/// Attribute by attribute, the first of these that has a value which is not empty wins:
///
/// 1. a value given with [`Resolver::explicit`],
/// 2. the environment, the variables of an attribute in the order of its row,
/// 3. the profile,
/// 4. the documented default;
///
/// providers of your own stand where [`Place`] says. The profile is the one named explicitly,
/// else by `DATABRICKS_CONFIG_PROFILE`, else by `[__settings__] default_profile`, else `DEFAULT`,
/// which alone may be missing. No profile inherits from another. When nothing names a profile,
/// and a host or a credential is given already, no file is read. [`Mode::ProfileFirst`] makes a
/// profile that is asked for stronger than the environment.
///
/// Two differences from the official SDKs, each an error here: a secret of a profile that names a
/// host combined with another host, and a profile that is named while there is no profile file.
///
/// ```
/// use lakekey_config::{Environment, Resolver};
/// use lakekey_core::{HOST, Origin};
///
/// let environment = Environment::from([("DATABRICKS_HOST", "https://env.example")]);
/// let resolver = Resolver::new(environment).explicit(&HOST, "https://code.example");
/// let settings = resolver.resolve()?;
/// assert_eq!(settings.get(&HOST), Some("https://code.example"));
/// assert_eq!(settings.origin(&HOST), Some(&Origin::Explicit));
/// # Ok::<_, lakekey_core::Error>(())
/// ```
pub struct Resolver {
    mode: Mode,
    environment: Environment,
    attributes: Vec<Attribute>,
    explicit: Layer,
    providers: Vec<(Place, Box<dyn Provider + Send + Sync>)>,
}

impl Resolver {
    /// A resolver that knows host, account, workspace, profile, profile file and `auth_type`.
    pub fn new(environment: Environment) -> Self {
        Self {
            mode: Mode::default(),
            environment,
            attributes: vec![
                HOST,
                ACCOUNT_ID,
                WORKSPACE_ID,
                PROFILE,
                CONFIG_FILE,
                AUTH_TYPE,
            ],
            explicit: Layer::new(Origin::Explicit),
            providers: Vec::new(),
        }
    }

    /// Sets which of the environment and the profile is stronger; [`Mode::Sdk`] by default.
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// Adds rows to the attribute table; a row whose key is there already replaces it.
    pub fn attributes(mut self, rows: &[Attribute]) -> Self {
        for row in rows {
            self.attributes.retain(|known| known.key() != row.key());
            self.attributes.push(*row);
        }
        self
    }

    /// Sets an explicit value; an empty one counts as unset.
    pub fn explicit(mut self, attribute: &Attribute, value: impl Into<Secret>) -> Self {
        if self
            .attributes
            .iter()
            .all(|known| known.key() != attribute.key())
        {
            self.attributes.push(*attribute);
        }
        self.explicit.set(attribute, value.into().expose());
        self
    }

    /// Names the profile to read, which must then exist.
    pub fn profile(self, name: &str) -> Self {
        self.explicit(&PROFILE, name)
    }

    /// Names the profile file; a leading `~/` is the home directory.
    pub fn config_file(self, path: &str) -> Self {
        self.explicit(&CONFIG_FILE, path)
    }

    /// Puts a provider of your own into the resolution.
    ///
    /// It is asked when settings are resolved, for the keys of the attribute table, and may
    /// answer with texts, whole numbers, truth values and lists of texts. The trait is figment's,
    /// on purpose: what exists for figment can be used as it is. Providers with the same place
    /// are asked in the order given, the first being the strongest.
    pub fn provider(
        mut self,
        place: Place,
        provider: impl Provider + Send + Sync + 'static,
    ) -> Self {
        self.providers.push((place, Box::new(provider)));
        self
    }

    /// Resolves the settings: reads at most one file, and asks the providers.
    ///
    /// # Errors
    ///
    /// [`Code::Config`](lakekey_core::Code::Config), with the origin of what is wrong, for: a
    /// profile that was named and is not there, a profile file that cannot be read, a variable
    /// that is not Unicode, a flag or number that is none, two authentication methods at once
    /// without `auth_type`, a secret of a profile that would go to a host other than the profile's,
    /// and a failing provider.
    pub fn resolve(&self) -> Result<Settings, Error> {
        let sources = self.sources()?;
        let settings = self.settings_of(&sources)?;
        self.check(&settings, &sources)?;
        Ok(settings)
    }

    /// Resolves the settings and keeps what lost, to be explained to a person.
    ///
    /// Settings that contradict each other are given too, beside the problem they make.
    ///
    /// # Errors
    ///
    /// A source that cannot be read, as for [`Resolver::resolve`].
    ///
    /// ```
    /// use lakekey_config::{Environment, Resolver};
    /// use lakekey_core::{HOST, Origin};
    ///
    /// let environment = Environment::from([("DATABRICKS_HOST", "env.example")]);
    /// let found = Resolver::new(environment).explicit(&HOST, "code.example").resolution()?;
    /// assert_eq!(found.settings.get(&HOST), Some("https://code.example"));
    /// assert_eq!(found.passed[0].origin(), &Origin::Env("DATABRICKS_HOST"));
    /// # Ok::<_, lakekey_core::Error>(())
    /// ```
    pub fn resolution(&self) -> Result<Resolution, Error> {
        let sources = self.sources()?;
        let settings = self.settings_of(&sources)?;
        let problem = self.check(&settings, &sources).err();
        Ok(Resolution {
            settings,
            passed: passed(&self.attributes, &sources.layers),
            problem,
        })
    }

    /// The path of the profile file these sources name, whether or not there is one.
    ///
    /// `None` when it would be in the home directory and no home directory is known.
    ///
    /// # Errors
    ///
    /// [`Code::Config`](lakekey_core::Code::Config) for a path that begins with `~/` without a
    /// home directory, and the errors of the sources.
    pub fn config_path(&self) -> Result<Option<PathBuf>, Error> {
        choose::path(&self.settings(&self.but_profile()?.1)?)
    }

    fn sources(&self) -> Result<Sources, Error> {
        let (strong, mut layers) = self.but_profile()?;
        let chosen = choose::profile(&self.settings(&layers)?)?;
        if let Some(chosen) = &chosen {
            let lifted = self.mode == Mode::ProfileFirst && chosen.asked_for;
            let at = if lifted { strong } else { layers.len() };
            layers.splice(at..at, self.profile_layers(chosen));
        }
        layers.extend(self.asked(Place::Weakest)?);
        layers.push(self.defaults());
        Ok(Sources { layers, chosen })
    }

    /// The layers that say which profile to read, strongest first, and how many of them stand
    /// above the environment.
    fn but_profile(&self) -> Result<(usize, Vec<Layer>), Error> {
        let mut layers = self.asked(Place::Strongest)?;
        layers.push(self.explicit.clone());
        layers.extend(self.asked(Place::BeforeEnvironment)?);
        let strong = layers.len();
        layers.extend(self.variables()?);
        layers.extend(self.asked(Place::BeforeProfile)?);
        Ok((strong, layers))
    }

    fn settings_of(&self, sources: &Sources) -> Result<Settings, Error> {
        let settings = with_pasted_ids(self.settings(&sources.layers)?);
        Ok(match &sources.chosen {
            Some(chosen) => settings.with_profile(&*chosen.name),
            None => settings,
        })
    }

    fn check(&self, settings: &Settings, sources: &Sources) -> Result<(), Error> {
        settings.check_types()?;
        validate::one_method(settings)?;
        let Some(chosen) = &sources.chosen else {
            return Ok(());
        };
        validate::secrets_stay_home(settings, chosen)?;
        match self.mode {
            Mode::Sdk => Ok(()),
            Mode::ProfileFirst => validate::variables_stay_home(settings, &sources.layers),
        }
    }

    fn asked(&self, place: Place) -> Result<Vec<Layer>, Error> {
        let providers = self.providers.iter().filter(|(at, _)| *at == place);
        providers
            .map(|(_, provider)| Layer::ask(&**provider, &self.attributes))
            .collect()
    }

    /// One layer for each variable that is set.
    fn variables(&self) -> Result<Vec<Layer>, Error> {
        let mut layers = Vec::new();
        for attribute in &self.attributes {
            for name in attribute.env_names() {
                if let Some(value) = self.environment.get(name)? {
                    layers.push(Layer::new(Origin::Env(name)).with(attribute, value));
                }
            }
        }
        Ok(layers)
    }

    /// One layer for each value of the profile, since each has a line of its own.
    fn profile_layers(&self, chosen: &Chosen) -> Vec<Layer> {
        let rows = self.attributes.iter();
        rows.filter(|row| ![PROFILE.key(), CONFIG_FILE.key()].contains(&row.key()))
            .filter_map(|attribute| {
                let mut keys = [attribute.key()].into_iter().chain(aliases(attribute));
                let (value, origin) = keys.find_map(|key| chosen.find(key))?;
                Some(Layer::new(origin).with(attribute, value))
            })
            .collect()
    }

    fn defaults(&self) -> Layer {
        let rows = self.attributes.iter();
        let defaults = rows.filter_map(|row| Some((row, row.default_value()?)));
        defaults.fold(Layer::new(Origin::Default), |layer, (row, value)| {
            layer.with(row, value)
        })
    }

    fn settings(&self, layers: &[Layer]) -> Result<Settings, Error> {
        let mut winners = join(layers)?;
        let empty = match self.environment.home() {
            Some(home) => Settings::default().with_home(home),
            None => Settings::default(),
        };
        Ok(self.attributes.iter().fold(empty, |settings, attribute| {
            match winners.remove(attribute.key()) {
                Some((value, origin)) => settings.with(attribute, value, origin),
                None => settings,
            }
        }))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            mode,
            environment,
            attributes,
            explicit,
            providers,
        } = self;
        let keys: Vec<_> = attributes.iter().map(Attribute::key).collect();
        let places: Vec<_> = providers.iter().map(|(place, _)| place).collect();
        formatter
            .debug_struct("Resolver")
            .field("mode", mode)
            .field("environment", environment)
            .field("attributes", &keys)
            .field("explicit", explicit)
            .field("providers", &places)
            .finish()
    }
}

fn aliases(attribute: &Attribute) -> impl Iterator<Item = &'static str> + use<> {
    attribute.key_aliases().iter().copied()
}

/// All that was found, before anything is judged.
struct Sources {
    /// Strongest first.
    layers: Vec<Layer>,
    chosen: Option<Chosen>,
}

/// Reduces a host pasted from a browser to the host; the ids in its query fill what is unset.
fn with_pasted_ids(mut settings: Settings) -> Settings {
    let host = settings
        .get(&HOST)
        .and_then(|text| Host::parse_pasted(text).ok());
    let (Some(pasted), Some(origin)) = (host, settings.origin(&HOST).cloned()) else {
        return settings;
    };
    settings = settings.with(&HOST, pasted.host.as_str(), origin.clone());
    let account = pasted.account_id.map(|id| (&ACCOUNT_ID, id.to_string()));
    let workspace = pasted
        .workspace_id
        .map(|id| (&WORKSPACE_ID, id.to_string()));
    for (attribute, id) in [account, workspace].into_iter().flatten() {
        if settings.get(attribute).is_none() {
            settings = settings.with(attribute, id, origin.clone());
        }
    }
    settings
}
