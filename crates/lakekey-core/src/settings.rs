use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use lakekey_endpoints::{AccountId, Host, Target, WorkspaceId};

use crate::{ACCOUNT_ID, Attribute, Code, Error, HOST, Secret, WORKSPACE_ID};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Given in code, or by a flag on the command line.
    Explicit,
    /// An environment variable, by name.
    Env(&'static str),
    /// A profile in a file.
    Profile {
        /// The name of the profile.
        name: String,
        /// The file it stands in.
        path: PathBuf,
        /// The line of the value, counted from 1, where it is about one.
        line: Option<usize>,
    },
    /// A source of somebody's own, by the name it gave itself.
    Provider(String),
    /// Stated by the host about itself.
    Metadata,
    /// The documented default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => formatter.write_str("given explicitly"),
            Self::Env(name) => write!(formatter, "environment variable {name}"),
            Self::Profile { name, path, line } => {
                write!(formatter, "profile [{name}] in {}", path.display())?;
                line.map_or(Ok(()), |line| write!(formatter, ", line {line}"))
            }
            Self::Provider(name) => formatter.write_str(name),
            Self::Metadata => formatter.write_str("host metadata"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// One resolved value with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    attribute: Attribute,
    value: Secret,
    origin: Origin,
}

impl Setting {
    /// A value of `attribute`, and where it came from.
    pub fn new(attribute: &Attribute, value: impl Into<Secret>, origin: Origin) -> Self {
        Self {
            attribute: *attribute,
            value: value.into(),
            origin,
        }
    }

    /// The row this value belongs to.
    pub fn attribute(&self) -> &Attribute {
        &self.attribute
    }

    /// The value; secret or not, since only the row says which.
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// Where the value came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Resolved configuration: for each attribute at most one value, and where it came from.
///
/// Values are compared and copied by nobody but strategies. They are all kept as [`Secret`]s, so
/// that `Debug` shows none of them.
///
/// ```
/// use lakekey_core::{HOST, Origin, Settings};
///
/// let settings = Settings::default().with(&HOST, "https://w.cloud.databricks.com", Origin::Explicit);
/// assert_eq!(settings.get(&HOST), Some("https://w.cloud.databricks.com"));
/// assert_eq!(settings.origin(&HOST), Some(&Origin::Explicit));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    profile: Option<String>,
    home: Option<PathBuf>,
    values: BTreeMap<&'static str, Setting>,
}

impl Settings {
    /// Sets the value of an attribute, replacing an earlier one.
    pub fn with(mut self, attribute: &Attribute, value: impl Into<Secret>, origin: Origin) -> Self {
        let setting = Setting::new(attribute, value, origin);
        self.values.insert(attribute.key(), setting);
        self
    }

    /// Sets the name of the profile the values came from.
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets the home directory, as the environment the values came from names it.
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// The home directory, where some tools keep what they know; `None` where none is known.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The profile that was chosen, if a file was read.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The value of an attribute that is not secret; `None` when it is unset, or secret.
    pub fn get(&self, attribute: &Attribute) -> Option<&str> {
        let setting = self
            .values
            .get(attribute.key())
            .filter(|_| !attribute.is_secret())?;
        Some(setting.value.expose())
    }

    /// The value of an attribute, secret or not.
    pub fn secret(&self, attribute: &Attribute) -> Option<&Secret> {
        self.values
            .get(attribute.key())
            .map(|setting| &setting.value)
    }

    /// Where the value of an attribute came from.
    pub fn origin(&self, attribute: &Attribute) -> Option<&Origin> {
        self.values
            .get(attribute.key())
            .map(|setting| &setting.origin)
    }

    /// All values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.values.values()
    }

    /// The host these settings name, if any.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidHost`] with the origin of the text when it is no host.
    pub fn host(&self) -> Result<Option<Host>, Error> {
        self.parsed(&HOST, Code::InvalidHost, HOST_HINT)
    }

    /// The account id these settings name, if any.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidAccountId`] with the origin of the text when it is no account id.
    pub fn account_id(&self) -> Result<Option<AccountId>, Error> {
        self.parsed(&ACCOUNT_ID, Code::InvalidAccountId, ACCOUNT_HINT)
    }

    /// The workspace id these settings name, if any; `none` means there is none.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] with the origin of the text when it is no workspace id.
    pub fn workspace_id(&self) -> Result<Option<WorkspaceId>, Error> {
        if self.get(&WORKSPACE_ID) == Some(WorkspaceId::NONE) {
            return Ok(None);
        }
        self.parsed(&WORKSPACE_ID, Code::Config, WORKSPACE_HINT)
    }

    /// What these settings sign in to, judged by the host's name alone, without any network.
    ///
    /// # Errors
    ///
    /// [`Code::NotConfigured`] without a host, [`Code::InvalidHost`] and
    /// [`Code::InvalidAccountId`] when a value cannot be parsed, and [`Code::Usage`] when an
    /// accounts host comes without an account id.
    pub fn target(&self) -> Result<Target, Error> {
        let Some(host) = self.host()? else {
            return Err(Error::new(Code::NotConfigured, "no host is configured")
                .with_hint("set `host` in a profile, or DATABRICKS_HOST"));
        };
        Target::classify(host, self.account_id()?, self.workspace_id()?, None).map_err(|error| {
            let missing = Error::new(Code::Usage, error.to_string())
                .with_hint("set `account_id` in the profile, or DATABRICKS_ACCOUNT_ID");
            self.with_origin_of(missing, &HOST)
        })
    }

    fn parsed<T>(
        &self,
        attribute: &Attribute,
        code: Code,
        hint: &'static str,
    ) -> Result<Option<T>, Error>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let Some(text) = self.get(attribute).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|error: T::Err| {
            let error = Error::new(code, error.to_string()).with_hint(hint);
            self.with_origin_of(error, attribute)
        })
    }

    /// The error with where the value of an attribute came from, if it has one.
    pub fn with_origin_of(&self, error: Error, attribute: &Attribute) -> Error {
        match self.origin(attribute) {
            Some(origin) => error.with_origin(attribute.key(), origin),
            None => error,
        }
    }
}

const HOST_HINT: &str = "copy the address of the workspace from the browser, and give it as `host`";
const ACCOUNT_HINT: &str = "copy the account id from the user menu of the account console";
const WORKSPACE_HINT: &str = "copy the number behind `?o=` in the address of the workspace";
