//! Where logins, and what is known of hosts, are kept unless the program says otherwise.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lakekey_config::{CONFIG_FILE, Environment, ProfileFile, Resolver};
use lakekey_core::{Code, Error, Token};
use lakekey_store::{
    FileHostCache, FileStore, HostCache, Key, Lease, MemoryHostCache, StoreError, TokenStore,
};

/// The official token cache below the home directory, or the keyring where the environment asks
/// for it.
///
/// The first of these says where logins are kept: `DATABRICKS_AUTH_STORAGE`; `auth_storage` in the
/// profile file, which is read when the store is first used; the default. Where another place is
/// asked for, or home is not known, the store says so to whoever needs one: a personal access
/// token needs none.
pub(crate) fn default_store(
    environment: &Environment,
    config_file: Option<&str>,
) -> Arc<dyn TokenStore> {
    if let Some(mode) = environment.get(MODE).ok().flatten() {
        return of_mode(mode, MODE.to_owned(), environment.home());
    }
    let places = CONFIG_FILE.env_names().iter().chain(HOMES);
    let places = places.filter_map(|name| Some((*name, environment.get_os(name)?)));
    Arc::new(AsTheFileSays {
        places: places.collect(),
        config_file: config_file.map(str::to_owned),
        store: OnceLock::new(),
    })
}

/// The store of a mode that was `asked` for in this place.
fn of_mode(mode: &str, asked: String, home: Option<&Path>) -> Arc<dyn TokenStore> {
    let problem = match (mode.trim().to_ascii_lowercase().as_str(), home) {
        (PLAINTEXT, Some(home)) => return Arc::new(FileStore::in_home(home)),
        (PLAINTEXT | SECURE, None) => Problem::Homeless,
        #[cfg(feature = "keyring")]
        (SECURE, Some(home)) => return Arc::new(lakekey_store::KeyringStore::in_home(home)),
        #[cfg(not(feature = "keyring"))]
        (SECURE, Some(_)) => Problem::WithoutKeyring,
        _ => Problem::UnknownMode,
    };
    Arc::new(Unusable { problem, asked })
}

/// A folder beside the default store; memory without a home.
pub(crate) fn default_host_cache(home: Option<&Path>) -> Arc<dyn HostCache> {
    match home {
        Some(home) => Arc::new(FileHostCache::in_home(home)),
        None => Arc::new(MemoryHostCache::default()),
    }
}

/// The store that the profile file asks for.
#[derive(Debug)]
struct AsTheFileSays {
    /// The variables that lead to the file and to the home directory.
    places: Environment,
    config_file: Option<String>,
    store: OnceLock<Arc<dyn TokenStore>>,
}

impl AsTheFileSays {
    fn store(&self) -> Result<&dyn TokenStore, StoreError> {
        if let Some(store) = self.store.get() {
            return Ok(&**store);
        }
        let store = self.found().map_err(StoreError::Backend)?;
        Ok(&**self.store.get_or_init(|| store))
    }

    fn found(&self) -> Result<Arc<dyn TokenStore>, Error> {
        let mut resolver = Resolver::new(self.places.clone());
        if let Some(path) = &self.config_file {
            resolver = resolver.config_file(path);
        }
        let path = resolver.config_path()?;
        let file = path.as_deref().map(ProfileFile::open).transpose()?;
        let mode = file.flatten().and_then(|file| file.auth_storage());
        let asked = path.unwrap_or_default();
        let asked = format!("`auth_storage` in {}", asked.display());
        let mode = mode.as_deref().unwrap_or(PLAINTEXT);
        Ok(of_mode(mode, asked, self.places.home()))
    }
}

impl TokenStore for AsTheFileSays {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        self.store()?.load(key)
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        self.store()?.save(key, token)
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.store()?.remove(key)
    }

    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        self.store()?.replace(key, held, token)
    }

    fn lease(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, StoreError> {
        self.store()?.lease(key, wait)
    }

    fn ready(&self) -> Result<(), StoreError> {
        self.store()?.ready()
    }
}

/// A store that is not there, with the reason, and what asked for it.
#[derive(Debug)]
struct Unusable {
    problem: Problem,
    asked: String,
}

#[derive(Debug)]
enum Problem {
    Homeless,
    #[cfg(not(feature = "keyring"))]
    WithoutKeyring,
    UnknownMode,
}

impl Unusable {
    fn error(&self) -> StoreError {
        let Self { problem, asked } = self;
        StoreError::Backend(match problem {
            Problem::Homeless => Error::new(
                Code::Config,
                "the home directory is not known, so no login can be kept",
            )
            .with_hint("set HOME (USERPROFILE on Windows)"),
            #[cfg(not(feature = "keyring"))]
            Problem::WithoutKeyring => Error::new(
                Code::KeyringUnavailable,
                format!("{asked} asks for the keyring, which this build leaves out"),
            )
            .with_hint(format!(
                "set {MODE}={PLAINTEXT} to keep logins in a file for you alone"
            )),
            Problem::UnknownMode => Error::new(
                Code::Config,
                format!("{asked} names no place where logins are kept"),
            )
            .with_hint(format!("set it to {PLAINTEXT}, or remove it")),
        })
    }
}

impl TokenStore for Unusable {
    fn load(&self, _: &Key) -> Result<Option<Token>, StoreError> {
        Err(self.error())
    }

    fn save(&self, _: &Key, _: &Token) -> Result<(), StoreError> {
        Err(self.error())
    }

    fn remove(&self, _: &Key) -> Result<(), StoreError> {
        Err(self.error())
    }

    fn lease(&self, _: &Key, _: Duration) -> Result<Box<dyn Lease>, StoreError> {
        Err(self.error())
    }

    fn ready(&self) -> Result<(), StoreError> {
        Err(self.error())
    }
}

/// The variables that say where home is.
const HOMES: &[&str] = &["HOME", "USERPROFILE"];
const MODE: &str = "DATABRICKS_AUTH_STORAGE";
const PLAINTEXT: &str = "plaintext";
const SECURE: &str = "secure";

#[cfg(test)]
mod tests {
    use lakekey_config::{Environment, ProfileFile};
    use lakekey_core::Code;
    use lakekey_store::Key;

    use super::default_store;

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
            let store = default_store(&environment, None);
            for error in [
                store.load(&Key::new("dev")).unwrap_err(),
                store.ready().unwrap_err(),
            ] {
                assert_eq!(error.code(), code, "{variables:?}");
            }
        }
    }

    #[test]
    fn a_home_has_a_file_that_need_not_be_there() {
        let environment = Environment::from([(HOME, "/nowhere/at/all")]);
        assert_eq!(
            default_store(&environment, None)
                .load(&Key::new("dev"))
                .unwrap(),
            None
        );
    }

    #[test]
    fn the_profile_file_is_asked_where_the_environment_is_silent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cfg");
        let code = |mode: &str, variables: &[(&str, &str)]| {
            ProfileFile::edit(&file, |file| file.set_setting("auth_storage", mode)).unwrap();
            let all = [(HOME, "/nowhere/at/all")];
            let all = all.iter().chain(variables).copied();
            let store = default_store(&all.collect(), file.to_str());
            store.load(&Key::new("dev")).map_err(|error| error.code())
        };
        assert_eq!(code("Plaintext", &[]), Ok(None));
        #[cfg(not(feature = "keyring"))]
        assert_eq!(code("secure", &[]), Err(Code::KeyringUnavailable));
        assert_eq!(code("bogus", &[]), Err(Code::Config));
        let chosen = [("DATABRICKS_AUTH_STORAGE", "plaintext")];
        assert_eq!(code("secure", &chosen), Ok(None));
    }

    const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
}
