use std::sync::Arc;
use std::time::Duration;

use lakekey_cloud::Clouds;
use lakekey_config::{AUTH_TYPE, Environment, Resolver};
use lakekey_core::{
    ACCOUNT_ID, Attribute, Clock, Context, Error, HOST, HttpClient, Observer, Secret, Settings,
    Strategy, WORKSPACE_ID,
};
use lakekey_store::{HostCache, TokenStore};

use crate::attributes::{ATTRIBUTES, DISABLE_ASYNC_TOKEN_REFRESH, SCOPES, TOKEN};
use crate::cache::Cache;
use crate::chain::Chain;
use crate::cloud::Choice;
use crate::hosts::Hosts;
use crate::login_stores::{Given, LoginStores, default_host_cache};
use crate::stored::Stored;
use crate::{Credentials, Explanation, Http, Storage, Stores, SystemClock, strategy};

/// Builds [`Credentials`] from values in code; what is not given comes from the default
/// configuration.
///
/// ```
/// # fn main() -> Result<(), lakekey::Error> {
/// let credentials = lakekey::Credentials::builder()
///     .environment(lakekey::Environment::default())
///     .host("https://example.cloud.databricks.com")
///     .token("dapi-123")
///     .build()?;
/// assert_eq!(credentials.describe().strategy, Some("pat"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    explicit: Vec<(Attribute, Secret)>,
    profile: Option<String>,
    config_file: Option<String>,
    environment: Option<Environment>,
    settings: Option<Settings>,
    logins: Given,
    host_cache: Option<Arc<dyn HostCache>>,
    http: Option<Arc<dyn HttpClient>>,
    clock: Option<Arc<dyn Clock>>,
    observer: Option<Arc<dyn Observer>>,
    patience: Option<Duration>,
    clouds: Option<Clouds>,
    strategies: Vec<Box<dyn Strategy>>,
}

impl Builder {
    /// Sets the host, in any spelling that [`Host`](crate::Host) accepts.
    pub fn host(self, host: impl Into<String>) -> Self {
        self.set(&HOST, host.into())
    }

    /// Sets the account id.
    pub fn account_id(self, id: impl Into<String>) -> Self {
        self.set(&ACCOUNT_ID, id.into())
    }

    /// Sets the workspace id.
    pub fn workspace_id(self, id: impl Into<String>) -> Self {
        self.set(&WORKSPACE_ID, id.into())
    }

    /// Sets a personal access token.
    pub fn token(self, token: impl Into<Secret>) -> Self {
        self.set(&TOKEN, token)
    }

    /// Sets the one strategy to use, by name.
    pub fn auth_type(self, name: impl Into<String>) -> Self {
        self.set(&AUTH_TYPE, name.into())
    }

    /// Sets the scopes to ask for at sign-in, separated by commas; `all-apis` by default.
    pub fn scopes(self, scopes: impl Into<String>) -> Self {
        self.set(&SCOPES, scopes.into())
    }

    /// Sets the value of any attribute. An empty value is as good as none.
    pub fn set(mut self, attribute: &Attribute, value: impl Into<Secret>) -> Self {
        self.explicit.push((*attribute, value.into()));
        self
    }

    /// Sets the profile to read.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets the profile file to read; `~/.databrickscfg` by default.
    pub fn config_file(mut self, path: impl Into<String>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// Sets the environment to read instead of the process's own.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Sets the settings as a whole; neither environment nor file are then read for them.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Sets the one store where logins are kept and looked for.
    ///
    /// By default they are kept in the file of the official tools or in the keyring, see
    /// [`StorageChoice::of`](crate::StorageChoice::of), and are looked for in both: a login that
    /// is only in the other one is used and renewed there, and the observer is told so once.
    pub fn store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.logins.store = Some(store);
        self
    }

    /// Sets the place where new logins are kept and logins are looked for first, whatever
    /// environment and profile file say.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.logins.storage = Some(storage);
        self
    }

    /// Sets the file and the keyring; those of this machine by default.
    pub fn stores(mut self, stores: Stores) -> Self {
        self.logins.stores = Some(stores);
        self
    }

    /// Sets where it is remembered what hosts say about themselves, which is nothing secret.
    ///
    /// By default that is a folder below the home directory, beside the default store, and memory
    /// where there is no home, or with [`Builder::store`] or [`Builder::stores`].
    pub fn host_cache(mut self, cache: Arc<dyn HostCache>) -> Self {
        self.host_cache = Some(cache);
        self
    }

    /// Sets the HTTP client; by default it is [`Http`], which trusts the authorities of the setting
    /// `ca_file` too.
    pub fn http(mut self, http: Arc<dyn HttpClient>) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the clock; [`SystemClock`] by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets who is told of errors that did not stop anything; nobody by default.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets how long to wait for another process that renews the same login;
    /// [`Context::PATIENCE`] by default. The error that follows names the process.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Sets the clouds to know; AWS, Azure and Google Cloud by default.
    pub fn clouds(mut self, clouds: Clouds) -> Self {
        self.clouds = Some(clouds);
        self
    }

    /// Adds a strategy, tried after the general ones.
    pub fn strategy(mut self, strategy: Box<dyn Strategy>) -> Self {
        self.strategies.push(strategy);
        self
    }

    /// Resolves the configuration and assembles the credentials.
    ///
    /// Reads the environment and the profile file unless they were given; nothing else is read
    /// and no request is made.
    ///
    /// # Errors
    ///
    /// The configuration cannot be read or contradicts itself.
    pub fn build(self) -> Result<Credentials, Error> {
        let Ground {
            environment,
            stores,
            hosts,
            clouds,
        } = Ground::of(
            self.environment,
            self.config_file.as_deref(),
            self.logins,
            self.host_cache,
            self.clouds,
        );
        let settings = match self.settings {
            Some(settings) => settings,
            None => resolver(
                (*environment).clone(),
                &clouds,
                self.explicit,
                self.profile,
                self.config_file,
            )
            .resolve()?,
        };
        let choice = Choice::of(&clouds, &settings)?;
        let strategies = in_order(
            &stores,
            &hosts,
            &environment,
            self.strategies,
            choice.strategies(),
        );
        choice.check(&strategies, &settings)?;
        let late = choice.late(&hosts, &settings);
        let chain = Chain::new(&strategies, &settings)?.with_late(late);
        let in_background = settings.flag(&DISABLE_ASYNC_TOKEN_REFRESH)? != Some(true);
        let stored = Stored::of(&settings, &stores, &hosts)?;
        let http = match self.http {
            Some(http) => http,
            None => Arc::new(Http::of(&environment, &settings)?),
        };
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let cx = Context::new(http, clock)
            .observed_by(self.observer.unwrap_or_else(|| Arc::new(())))
            .with_patience(self.patience.unwrap_or(Context::PATIENCE));
        Ok(Credentials::assemble(
            settings,
            stored,
            Cache::new(chain, cx, in_background),
        ))
    }

    /// Explains what [`Builder::build`] would make of the configuration, also where it would fail.
    ///
    /// Reads what `build` reads, makes no request, and looks into no store.
    ///
    /// # Errors
    ///
    /// The configuration cannot be read, so that there is nothing to explain.
    ///
    /// ```
    /// # fn main() -> Result<(), lakekey::Error> {
    /// let explanation = lakekey::Credentials::builder()
    ///     .environment(lakekey::Environment::default())
    ///     .host("https://example.cloud.databricks.com")
    ///     .explain()?;
    /// let (name, verdict) = &explanation.strategies[0];
    /// assert_eq!(format!("{name}: {verdict:?}"), "pat: Unset(\"no `token` is set\")");
    /// # Ok(())
    /// # }
    /// ```
    pub fn explain(self) -> Result<Explanation, Error> {
        let Ground {
            environment,
            stores,
            hosts,
            clouds,
        } = Ground::of(
            self.environment,
            self.config_file.as_deref(),
            self.logins,
            self.host_cache,
            self.clouds,
        );
        let (settings, passed, problem) = if let Some(settings) = self.settings {
            (settings, Vec::new(), None)
        } else {
            let resolver = resolver(
                (*environment).clone(),
                &clouds,
                self.explicit,
                self.profile,
                self.config_file,
            );
            let found = resolver.resolution()?;
            (found.settings, found.passed, found.problem)
        };
        let choice = Choice::of(&clouds, &settings);
        let of_the_cloud = choice.as_ref().map(Choice::strategies).unwrap_or_default();
        let strategies = in_order(&stores, &hosts, &environment, self.strategies, of_the_cloud);
        let (cloud, wrong) = match choice {
            Ok(choice) => (choice.chosen(), choice.check(&strategies, &settings).err()),
            Err(error) => (None, Some(error)),
        };
        let problem = problem.or(wrong);
        let explanation = Explanation::of(settings, passed, problem, &strategies);
        Ok(Explanation {
            cloud,
            ..explanation
        })
    }
}

/// What everything else is built on.
struct Ground {
    environment: Arc<Environment>,
    stores: LoginStores,
    hosts: Hosts,
    clouds: Clouds,
}

impl Ground {
    /// What was given, and the defaults for the rest.
    fn of(
        environment: Option<Environment>,
        config_file: Option<&str>,
        logins: Given,
        host_cache: Option<Arc<dyn HostCache>>,
        clouds: Option<Clouds>,
    ) -> Self {
        let environment = environment.unwrap_or_else(Environment::process);
        let is_default = logins.store.is_none() && logins.stores.is_none();
        let home = environment.home().filter(|_| is_default);
        let host_cache = host_cache.unwrap_or_else(|| default_host_cache(home));
        let stores = LoginStores::new(logins, &environment, config_file);
        Self {
            environment: Arc::new(environment),
            stores,
            hosts: Hosts::new(host_cache),
            clouds: clouds.unwrap_or_default(),
        }
    }
}

/// All strategies: the general ones, those of the program, those of the cloud.
fn in_order(
    stores: &LoginStores,
    hosts: &Hosts,
    environment: &Arc<Environment>,
    own: Vec<Box<dyn Strategy>>,
    of_the_cloud: Vec<Box<dyn Strategy>>,
) -> Vec<Box<dyn Strategy>> {
    let mut strategies = strategy::general(stores, hosts, environment);
    strategies.extend(own);
    strategies.extend(of_the_cloud);
    strategies
}

fn resolver(
    environment: Environment,
    clouds: &Clouds,
    explicit: Vec<(Attribute, Secret)>,
    profile: Option<String>,
    config_file: Option<String>,
) -> Resolver {
    let mut resolver = Resolver::new(environment).attributes(ATTRIBUTES);
    for cloud in clouds.iter() {
        resolver = resolver.attributes(cloud.attributes());
    }
    for (attribute, value) in explicit {
        resolver = resolver.explicit(&attribute, value);
    }
    if let Some(name) = profile {
        resolver = resolver.profile(&name);
    }
    if let Some(path) = config_file {
        resolver = resolver.config_file(&path);
    }
    resolver
}
