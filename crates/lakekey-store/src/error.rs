use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use lakekey_core::{Code, Error};

use crate::KeyringFault;

/// Why a store could not be read or changed. It names what is affected and holds no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused an operation.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a verb: `read`, `write`, `lock`.
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// The store, or the entry asked for, cannot be understood. Nothing was changed.
    #[error("{} is damaged: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong, without any value from the file.
        reason: String,
    },
    /// The store has a version nobody here knows. Nothing was changed.
    #[error("{} has version {found}; lakekey knows version 1", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found, shortened; `none`, or `other than a number`.
        found: String,
    },
    /// Other users could have written what is there, or it is not a plain file. Nothing was
    /// changed, and nothing in it was believed.
    #[error("{} cannot be trusted: {reason}", path.display())]
    Insecure {
        /// The file or folder.
        path: PathBuf,
        /// The rule that is violated.
        reason: &'static str,
    },
    /// Another process or thread kept a lock for longer than the caller wanted to wait.
    #[error("{what} is in use by {}; gave up after {:.1} s", Holder(*holder), waited.as_secs_f64())]
    Locked {
        /// What is locked, in words.
        what: String,
        /// The process that holds the lock, where it can be known.
        holder: Option<u32>,
        /// How long the caller waited.
        waited: Duration,
    },
    /// Another process kept a lock on a file system without locks, where a file takes their
    /// place, for longer than the caller wanted to wait.
    #[error("{what} is in use by {}, as {} says; gave up after {:.1} s", Holder(*holder), path.display(), waited.as_secs_f64())]
    Held {
        /// What is locked, in words.
        what: String,
        /// The process that holds the lock, if it is one of this machine.
        holder: Option<u32>,
        /// The file.
        path: PathBuf,
        /// How long the caller waited.
        waited: Duration,
    },
    /// The keyring of the operating system did not do what it was asked for.
    #[error("cannot {action} {what}: {fault}")]
    Keyring {
        /// What was tried, as a verb: `read`, `keep`, `remove`.
        action: &'static str,
        /// What it was tried with, in words: a login, or logins in general.
        what: String,
        /// What the keyring did instead.
        fault: KeyringFault,
    },
    /// An error of a store outside this crate, handed on as it is.
    #[error(transparent)]
    Backend(Error),
}

impl StoreError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Io { .. } => Code::StoreIo,
            Self::Corrupt { .. } => Code::StoreCorrupt,
            Self::Version { .. } => Code::StoreVersion,
            Self::Insecure { .. } => Code::StoreInsecure,
            Self::Locked { .. } | Self::Held { .. } => Code::StoreLocked,
            Self::Keyring { fault, .. } => fault.code(),
            Self::Backend(error) => error.code(),
        }
    }

    /// The one next step, if there is one.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Io { path, .. } => {
                format!(
                    "check the owner, the permissions and the free space of {}",
                    path.display()
                )
            }
            Self::Corrupt { .. } => {
                "lakekey auth login (a damaged file is kept beside the new one)".to_owned()
            }
            Self::Version { .. } => "update lakekey; the file was left as it is".to_owned(),
            Self::Insecure { path, .. } => {
                format!(
                    "see `ls -ld {0}`, then `chmod go-w {0}` or remove it",
                    path.display()
                )
            }
            Self::Locked {
                holder: Some(pid), ..
            }
            | Self::Held {
                holder: Some(pid), ..
            } => {
                format!("try again, or see what process {pid} is waiting for")
            }
            Self::Locked { .. } => "try again".to_owned(),
            Self::Held { path, .. } => format!(
                "try again; if no machine uses this home any more, remove {}",
                path.display()
            ),
            Self::Keyring { fault, .. } => fault.hint().to_owned(),
            Self::Backend(error) => return error.hint().map(str::to_owned),
        })
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (code, hint, message) = (error.code(), error.hint(), error.to_string());
        let converted = match error {
            StoreError::Backend(error) => return error,
            StoreError::Io { source, .. } => Self::new(code, message).caused_by(source),
            _ => Self::new(code, message),
        };
        match hint {
            Some(hint) => converted.with_hint(hint),
            None => converted,
        }
    }
}

struct Holder(Option<u32>);

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pid) => write!(formatter, "process {pid}"),
            None => formatter.write_str("another process"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;
    use std::time::Duration;

    use lakekey_core::{Code, Error};

    use super::StoreError;
    use crate::KeyringFault;

    #[test]
    fn each_error_says_the_fact_and_the_next_step() {
        let path = || "/home/ada/.databricks/token-cache.json".into();
        let table = [
            (
                StoreError::Io {
                    path: path(),
                    action: "write",
                    source: io::ErrorKind::StorageFull.into(),
                },
                "store_io",
                "cannot write /home/ada/.databricks/token-cache.json: no storage space",
                "check the owner, the permissions and the free space of /home/ada/.databricks/token-cache.json",
            ),
            (
                StoreError::Corrupt {
                    path: path(),
                    reason: "no JSON at line 1, column 7".into(),
                },
                "store_corrupt",
                "/home/ada/.databricks/token-cache.json is damaged: no JSON at line 1, column 7",
                "lakekey auth login (a damaged file is kept beside the new one)",
            ),
            (
                StoreError::Version {
                    path: path(),
                    found: "2".into(),
                },
                "store_version",
                "/home/ada/.databricks/token-cache.json has version 2; lakekey knows version 1",
                "update lakekey; the file was left as it is",
            ),
            (
                StoreError::Insecure {
                    path: path(),
                    reason: "it belongs to another user",
                },
                "store_insecure",
                "/home/ada/.databricks/token-cache.json cannot be trusted: it belongs to another user",
                "see `ls -ld /home/ada/.databricks/token-cache.json`, then `chmod go-w \
                 /home/ada/.databricks/token-cache.json` or remove it",
            ),
            (
                StoreError::Locked {
                    what: "the login `dev`".into(),
                    holder: Some(4711),
                    waited: Duration::from_secs(30),
                },
                "store_locked",
                "the login `dev` is in use by process 4711; gave up after 30.0 s",
                "try again, or see what process 4711 is waiting for",
            ),
        ];
        for (error, code, message, hint) in table {
            assert_eq!(
                (error.code().as_str(), error.to_string().as_str()),
                (code, message)
            );
            assert_eq!(error.hint().as_deref(), Some(hint));
            let error = Error::from(error);
            assert_eq!(
                (error.code().as_str(), error.to_string().as_str()),
                (code, message)
            );
            assert_eq!(error.hint(), Some(hint));
        }
    }

    #[test]
    fn each_fault_of_a_keyring_has_its_code_and_its_next_step() {
        let waited = Duration::from_secs(3);
        let late = |unlocking| KeyringFault::TimedOut { waited, unlocking };
        let reason = || "reason".to_owned();
        let table = [
            (
                KeyringFault::Unavailable { reason: reason() },
                "keyring_unavailable",
                "no keyring can be reached: reason",
            ),
            (
                KeyringFault::Locked,
                "keyring_unavailable",
                "the keyring is locked",
            ),
            (
                late(false),
                "keyring_timeout",
                "the keyring did not answer within 3.0 s",
            ),
            (
                late(true),
                "keyring_timeout",
                "the keyring is locked and was not unlocked within 3.0 s",
            ),
            (
                KeyringFault::TooLarge { size: 9, limit: 8 },
                "store_io",
                "the login has 9 bytes, and the keyring takes no more than 8",
            ),
            (
                KeyringFault::Ambiguous,
                "store_corrupt",
                "the keyring has several items for it, and they differ",
            ),
            (
                KeyringFault::Damaged { reason: reason() },
                "store_corrupt",
                "the item in the keyring reason",
            ),
            (
                KeyringFault::Refused { reason: reason() },
                "store_io",
                "the keyring refused: reason",
            ),
        ];
        for (fault, code, said) in table {
            let hint = fault.hint();
            let error = Error::from(StoreError::Keyring {
                action: "read",
                what: "the login `dev`".into(),
                fault,
            });
            assert_eq!(error.code().as_str(), code);
            assert_eq!(
                error.to_string(),
                format!("cannot read the login `dev`: {said}")
            );
            assert_eq!(error.hint(), Some(hint));
        }
    }

    #[test]
    fn a_backend_error_passes_unchanged() {
        let inner =
            Error::new(Code::KeyringTimeout, "no answer").caused_by(io::Error::other("cause"));
        let error = Error::from(StoreError::Backend(inner));
        assert_eq!(error.code(), Code::KeyringTimeout);
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("cause")
        );
    }
}
