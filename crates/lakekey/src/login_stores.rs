//! The stores that a login may be in, unless the program says otherwise.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use lakekey_config::{CONFIG_FILE, Environment};
use lakekey_core::{Code, Error};
use lakekey_store::{FileHostCache, HostCache, MemoryHostCache, TokenStore};

use crate::storage::VARIABLE;
use crate::{Storage, StorageChoice, Stores};

/// What a program says about the stores; nothing by default.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The one store.
    pub(crate) store: Option<Arc<dyn TokenStore>>,
    /// The file and the keyring.
    pub(crate) stores: Option<Stores>,
    /// Which of the two.
    pub(crate) storage: Option<Storage>,
}

/// The store that logins are kept in, and the other one, in which they are looked for as well.
///
/// Which is which is found out when the first login is looked for: a personal access token needs
/// none. What is wrong with a place that was asked for is then an error; nothing takes its place.
#[derive(Clone, Debug)]
pub(crate) struct LoginStores(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The variables that lead to the profile file and to the home directory.
    places: Environment,
    config_file: Option<String>,
    storage: Option<Storage>,
    stores: Option<Stores>,
    pair: OnceLock<Pair>,
    told: AtomicBool,
}

/// The two stores.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) own: Arc<dyn TokenStore>,
    /// None beside a store of the program's own.
    pub(crate) other: Option<Arc<dyn TokenStore>>,
    /// Which place the first is, and who said so; nothing for a store of the program's own.
    pub(crate) choice: Option<StorageChoice>,
}

impl LoginStores {
    pub(crate) fn new(given: Given, environment: &Environment, config_file: Option<&str>) -> Self {
        let Given {
            store,
            stores,
            storage,
        } = given;
        let names = CONFIG_FILE.env_names().iter().chain(PLACES);
        let places = names.filter_map(|name| Some((*name, environment.get_os(name)?)));
        let pair = OnceLock::new();
        if let Some(own) = store {
            let (other, choice) = (None, None);
            let alone = Pair { own, other, choice };
            pair.set(alone).expect("it is new");
        }
        Self(Arc::new(Inner {
            places: places.collect(),
            config_file: config_file.map(str::to_owned),
            storage,
            stores,
            pair,
            told: AtomicBool::new(false),
        }))
    }

    /// The two stores, found out now if need be.
    pub(crate) fn pair(&self) -> Result<&Pair, Error> {
        if let Some(pair) = self.0.pair.get() {
            return Ok(pair);
        }
        let pair = self.found()?;
        Ok(self.0.pair.get_or_init(|| pair))
    }

    /// Whether this is the first time that somebody asks this.
    pub(crate) fn is_news(&self) -> bool {
        !self.0.told.swap(true, Ordering::Relaxed)
    }

    fn found(&self) -> Result<Pair, Error> {
        let Inner {
            places,
            config_file,
            storage,
            stores,
            ..
        } = &*self.0;
        let choice = StorageChoice::of(*storage, places, config_file.as_deref())?;
        let stores = match (stores, places.home()) {
            (Some(stores), _) => stores.clone(),
            (None, Some(home)) => Stores::in_home(home),
            (None, None) => return Err(homeless()),
        };
        Ok(Pair {
            own: stores.asked_for(&choice)?,
            other: stores.get(choice.storage.other()),
            choice: Some(choice),
        })
    }
}

/// A folder beside the default stores; memory without a home.
pub(crate) fn default_host_cache(home: Option<&Path>) -> Arc<dyn HostCache> {
    match home {
        Some(home) => Arc::new(FileHostCache::in_home(home)),
        None => Arc::new(MemoryHostCache::default()),
    }
}

fn homeless() -> Error {
    let message = "the home directory is not known, so no login can be kept";
    Error::new(Code::Config, message).with_hint("set HOME (USERPROFILE on Windows)")
}

/// The variables that say where home is, and where logins are kept.
const PLACES: &[&str] = &["HOME", "USERPROFILE", VARIABLE];

#[cfg(test)]
mod tests {
    use lakekey_config::{Environment, ProfileFile};
    use lakekey_core::{Code, Token};
    use lakekey_store::Key;

    use super::{Given, LoginStores};
    use crate::Storage;

    fn load(
        environment: &Environment,
        storage: Option<Storage>,
        file: Option<&str>,
    ) -> Result<Option<Token>, Code> {
        let given = Given {
            storage,
            ..Given::default()
        };
        let stores = LoginStores::new(given, environment, file);
        let pair = stores.pair().map_err(|error| error.code())?;
        pair.own
            .load(&Key::new("dev"))
            .map_err(|error| error.code())
    }

    #[test]
    fn what_was_asked_for_is_never_quietly_replaced() {
        let table = [
            #[cfg(not(feature = "keyring"))]
            (
                vec![(HOME, "/nowhere"), ("DATABRICKS_AUTH_STORAGE", "secure")],
                Code::KeyringUnavailable,
            ),
            (
                vec![(HOME, "/nowhere"), ("DATABRICKS_AUTH_STORAGE", "bogus")],
                Code::Config,
            ),
            (vec![("DATABRICKS_AUTH_STORAGE", " Secure ")], Code::Config),
            (
                vec![("DATABRICKS_AUTH_STORAGE", " Plaintext ")],
                Code::Config,
            ),
            (vec![], Code::Config),
        ];
        for (variables, code) in table {
            let environment: Environment = variables.iter().copied().collect();
            assert_eq!(load(&environment, None, None), Err(code), "{variables:?}");
        }
    }

    #[test]
    fn a_home_has_a_file_that_need_not_be_there() {
        let environment = Environment::from([(HOME, "/nowhere/at/all")]);
        assert_eq!(load(&environment, None, None), Ok(None));
    }

    #[test]
    fn the_program_stands_above_the_environment_and_that_above_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cfg");
        let load = |mode: &str, variables: &[(&str, &str)], storage| {
            ProfileFile::edit(&file, |file| file.set_setting("auth_storage", mode)).unwrap();
            let all = [(HOME, "/nowhere/at/all")];
            let all = all.iter().chain(variables).copied();
            load(&all.collect(), storage, file.to_str())
        };
        assert_eq!(load("Plaintext", &[], None), Ok(None));
        #[cfg(not(feature = "keyring"))]
        assert_eq!(load("secure", &[], None), Err(Code::KeyringUnavailable));
        assert_eq!(load("bogus", &[], None), Err(Code::Config));
        let chosen = [("DATABRICKS_AUTH_STORAGE", "plaintext")];
        assert_eq!(load("secure", &chosen, None), Ok(None));
        let chosen = [("DATABRICKS_AUTH_STORAGE", "bogus")];
        assert_eq!(load("bogus", &chosen, Some(Storage::Plaintext)), Ok(None));
    }

    const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
}
