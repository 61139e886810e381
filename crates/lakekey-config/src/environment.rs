use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use lakekey_core::{Code, Error};

/// The environment as it was at one moment: the door to variables and the home directory.
///
/// [`Environment::process`] is the one place where the environment of the process is read.
/// Tests, and programs with an environment of their own, collect one from pairs. `Debug` prints
/// names only.
///
/// ```
/// use lakekey_config::Environment;
///
/// let environment = Environment::from([("DATABRICKS_HOST", "https://w.example"), ("EMPTY", "")]);
/// assert_eq!(environment.get("DATABRICKS_HOST")?, Some("https://w.example"));
/// assert_eq!(environment.get("EMPTY")?, None);
/// # Ok::<_, lakekey_core::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the door to the environment")]
    pub fn process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable; `None` when it is unset or empty.
    ///
    /// On Windows the case of the name does not matter.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the value is not Unicode. The message names the variable only.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Error> {
        let Some(value) = self.get_os(name) else {
            return Ok(None);
        };
        value.to_str().map(Some).ok_or_else(|| {
            let message = format!("environment variable {name} does not hold valid Unicode");
            Error::new(Code::Config, message).with_hint(format!("unset {name}, or set it anew"))
        })
    }

    /// The value of a variable as the system has it; `None` when it is unset or empty.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        let value = self.0.get(&*spelled(OsStr::new(name)))?;
        Some(value.as_os_str()).filter(|value| !value.is_empty())
    }

    /// All variables, sorted by name, as a child process would get them.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The home directory: `HOME`, or `USERPROFILE` on Windows.
    pub fn home(&self) -> Option<&Path> {
        self.get_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
            .map(Path::new)
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let pairs = variables.into_iter();
        Self(
            pairs
                .map(|(name, value)| (spelled(&name.into()).into_owned(), value.into()))
                .collect(),
        )
    }
}

impl<K: Into<OsString>, V: Into<OsString>, const N: usize> From<[(K, V); N]> for Environment {
    fn from(variables: [(K, V); N]) -> Self {
        variables.into_iter().collect()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// The name as it is kept: in upper case where the system does not tell cases apart.
fn spelled(name: &OsStr) -> std::borrow::Cow<'_, OsStr> {
    if cfg!(windows) {
        name.to_ascii_uppercase().into()
    } else {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn debug_shows_names_only() {
        let shown = format!("{:?}", Environment::from([("DATABRICKS_TOKEN", "canary")]));
        assert_eq!(shown, r#"{"DATABRICKS_TOKEN"}"#);
    }

    #[test]
    #[cfg(unix)]
    fn a_value_that_is_not_unicode_is_an_error_that_names_the_variable() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;

        let value = OsString::from_vec(b"canary\xff".to_vec());
        let environment = Environment::from_iter([("DATABRICKS_HOST", value)]);
        let error = environment.get("DATABRICKS_HOST").unwrap_err();
        insta::assert_snapshot!(error, @"environment variable DATABRICKS_HOST does not hold valid Unicode");
    }
}
