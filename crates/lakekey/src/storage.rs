//! Where logins are kept: in the file or in the keyring, and who says so.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lakekey_config::{Environment, ProfileFile, Resolver};
use lakekey_core::{Code, Error, Origin};

/// A place where logins are kept, by the name that the official tools give it.
///
/// ```
/// use lakekey::Storage;
///
/// assert_eq!(" Secure ".parse::<Storage>()?, Storage::Secure);
/// assert_eq!(Storage::default().as_str(), "plaintext");
/// # Ok::<(), lakekey::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Storage {
    /// The token cache of the official tools, a file for the user alone; the default.
    #[default]
    Plaintext,
    /// The keyring of the operating system.
    Secure,
}

impl Storage {
    /// The name, as in `DATABRICKS_AUTH_STORAGE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Secure => "secure",
        }
    }

    /// The place in words, for the middle of a sentence.
    pub fn place(self) -> &'static str {
        match self {
            Self::Plaintext => "the file",
            Self::Secure => "the keyring",
        }
    }

    /// The place that is not this one.
    pub fn other(self) -> Self {
        match self {
            Self::Plaintext => Self::Secure,
            Self::Secure => Self::Plaintext,
        }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Storage {
    type Err = Error;

    /// The place of this name, whatever its case and the blanks around it.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim().to_ascii_lowercase().as_str() {
            "plaintext" => Ok(Self::Plaintext),
            "secure" => Ok(Self::Secure),
            _ => Err(unknown(&format!("`{}`", text.escape_debug()))),
        }
    }
}

/// The place where logins are kept, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageChoice {
    /// The place.
    pub storage: Storage,
    /// Where that was said.
    pub origin: Origin,
}

impl StorageChoice {
    /// The first of these that says something decides:
    ///
    /// 1. the program, with `given`,
    /// 2. `DATABRICKS_AUTH_STORAGE`,
    /// 3. `auth_storage` in the section `[__settings__]` of the profile file, which is read only
    ///    then,
    /// 4. the default, [`Storage::Plaintext`].
    ///
    /// # Errors
    ///
    /// What was said names no place, or the profile file cannot be read.
    pub fn of(
        given: Option<Storage>,
        environment: &Environment,
        config_file: Option<&str>,
    ) -> Result<Self, Error> {
        if let Some(storage) = given {
            let origin = Origin::Explicit;
            return Ok(Self { storage, origin });
        }
        if let Some(text) = environment.get(VARIABLE)? {
            let storage = text.parse().map_err(|_| unknown(VARIABLE))?;
            let origin = Origin::Env(VARIABLE);
            return Ok(Self { storage, origin });
        }
        let (path, file) = profile_file(environment, config_file)?;
        let Some(text) = file.as_ref().and_then(ProfileFile::auth_storage) else {
            return Ok(Self {
                storage: Storage::default(),
                origin: Origin::Default,
            });
        };
        let line = file.and_then(|file| file.setting_line("auth_storage"));
        let storage = text.parse().map_err(|_| unknown(&asked_in(&path, line)))?;
        let name = "__settings__".to_owned();
        let origin = Origin::Profile { name, path, line };
        Ok(Self { storage, origin })
    }

    /// What asked for the place, in words that begin a sentence.
    pub(crate) fn asked(&self) -> String {
        match &self.origin {
            Origin::Profile { path, line, .. } => asked_in(path, *line),
            Origin::Env(name) => (*name).to_owned(),
            _ => "the program".to_owned(),
        }
    }
}

/// The profile file, and what it says.
fn profile_file(
    environment: &Environment,
    config_file: Option<&str>,
) -> Result<(PathBuf, Option<ProfileFile>), Error> {
    let mut resolver = Resolver::new(environment.clone());
    if let Some(path) = config_file {
        resolver = resolver.config_file(path);
    }
    let path = resolver.config_path()?;
    let file = path.as_deref().map(ProfileFile::open).transpose()?;
    Ok((path.unwrap_or_default(), file.flatten()))
}

fn asked_in(path: &Path, line: Option<usize>) -> String {
    let line = line.map(|line| format!(", line {line},"));
    let line = line.unwrap_or_default();
    format!("`auth_storage` in {}{line}", path.display())
}

fn unknown(asked: &str) -> Error {
    let message = format!("{asked} names no place where logins are kept");
    Error::new(Code::Config, message).with_hint("set it to plaintext or secure, or remove it")
}

/// The variable that says where logins are kept.
pub(crate) const VARIABLE: &str = "DATABRICKS_AUTH_STORAGE";
