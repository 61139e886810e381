use std::time::Duration;

use lakekey_core::Code;

/// What a keyring did instead of what it was asked for. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringFault {
    /// There is no keyring, or none that can be reached.
    #[error("no keyring can be reached: {reason}")]
    Unavailable {
        /// What the system said.
        reason: String,
    },
    /// It is locked, and nobody unlocked it.
    #[error("the keyring is locked")]
    Locked,
    /// It did not answer in time.
    #[error(
        "the keyring {} within {:.1} s",
        if *unlocking { "is locked and was not unlocked" } else { "did not answer" },
        waited.as_secs_f64()
    )]
    TimedOut {
        /// How long the caller waited.
        waited: Duration,
        /// Whether all that time went into waiting for somebody to unlock it.
        unlocking: bool,
    },
    /// The value is larger than the keyring takes, also in parts.
    #[error("the login has {size} bytes, and the keyring takes no more than {limit}")]
    TooLarge {
        /// The size of the value, in bytes.
        size: usize,
        /// The most the keyring takes, in bytes.
        limit: usize,
    },
    /// Several items match and differ, and none is the newest.
    #[error("the keyring has several items for it, and they differ")]
    Ambiguous,
    /// The item cannot be understood. Nothing was changed.
    #[error("the item in the keyring {reason}")]
    Damaged {
        /// What is wrong, in words that follow the item, without any value from it.
        reason: String,
    },
    /// Anything else.
    #[error("the keyring refused: {reason}")]
    Refused {
        /// What the system said.
        reason: String,
    },
}

impl KeyringFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unavailable { .. } | Self::Locked => Code::KeyringUnavailable,
            Self::TimedOut { .. } => Code::KeyringTimeout,
            Self::Ambiguous | Self::Damaged { .. } => Code::StoreCorrupt,
            Self::TooLarge { .. } | Self::Refused { .. } => Code::StoreIo,
        }
    }

    /// The one next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "start a keyring, or set DATABRICKS_AUTH_STORAGE=plaintext to keep logins in a \
                 file for you alone"
            }
            Self::Locked
            | Self::TimedOut {
                unlocking: true, ..
            } => "unlock the keyring, then try again",
            Self::TimedOut { .. } => {
                "see whether a dialog of the keyring waits for an answer, then try again"
            }
            Self::TooLarge { .. } => {
                "set DATABRICKS_AUTH_STORAGE=plaintext to keep this login in a file for you alone"
            }
            Self::Ambiguous | Self::Damaged { .. } => {
                "lakekey auth login (it replaces what is in the keyring)"
            }
            Self::Refused { .. } => "try again, or look at the log of the keyring",
        }
    }
}
