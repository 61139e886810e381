use std::fmt;
use std::str::FromStr;

use crate::excerpt::excerpt;

/// The id of a Databricks account, safe as one segment of a URL path.
///
/// One to 64 ASCII letters, digits, `-` and `_`. A UUID is lowered (RFC 9562 §4 compares UUIDs
/// without case), so that URL, issuer and cache key agree; any other id keeps its case.
///
/// ```
/// use lakekey_endpoints::AccountId;
///
/// let id: AccountId = "0D26DAA6-5E44-4C97-A497-EF015F91254A".parse()?;
/// assert_eq!(id.as_str(), "0d26daa6-5e44-4c97-a497-ef015f91254a");
/// assert!("../../evil".parse::<AccountId>().is_err());
/// # Ok::<(), lakekey_endpoints::IdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// The id as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if !is_segment(text) {
            return Err(IdError::Account {
                found: excerpt(text),
            });
        }
        Ok(Self(if is_uuid(text) {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        }))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a Databricks workspace, safe in a URL path and in a header.
///
/// One to 64 ASCII letters, digits, `-` and `_`; usually a decimal number. Never the word `none`,
/// which profiles write for "no workspace": read those with [`WorkspaceId::parse_optional`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceId(String);

impl WorkspaceId {
    /// What profiles write where no workspace is meant.
    pub const NONE: &str = "none";

    /// Parses an id where an empty text and the word `none` mean that there is no workspace.
    ///
    /// # Errors
    ///
    /// [`IdError::Workspace`] for any other text that is no id.
    ///
    /// ```
    /// use lakekey_endpoints::WorkspaceId;
    ///
    /// assert_eq!(WorkspaceId::parse_optional("none")?, None);
    /// assert_eq!(WorkspaceId::parse_optional("123")?, Some("123".parse()?));
    /// # Ok::<(), lakekey_endpoints::IdError>(())
    /// ```
    pub fn parse_optional(text: &str) -> Result<Option<Self>, IdError> {
        match text {
            "" | Self::NONE => Ok(None),
            id => id.parse().map(Some),
        }
    }

    /// The id as it stands in URLs and headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorkspaceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_segment(text) && text != Self::NONE {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Workspace {
                found: excerpt(text),
            })
        }
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no id. `found` is its beginning, escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is no [`AccountId`].
    #[error(
        "`{found}` is not an account id; copy the UUID from the user menu of the account console"
    )]
    Account {
        /// What was found.
        found: String,
    },
    /// The text is no [`WorkspaceId`].
    #[error(
        "`{found}` is not a workspace id; copy the number after `?o=` from the workspace's URL"
    )]
    Workspace {
        /// What was found.
        found: String,
    },
}

impl IdError {
    /// The stable code of this error: `invalid_account_id` or `invalid_workspace_id`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Account { .. } => "invalid_account_id",
            Self::Workspace { .. } => "invalid_workspace_id",
        }
    }
}

/// Neither a dot segment nor a separator nor an escape can be spelled in this alphabet.
fn is_segment(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match position {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
}
