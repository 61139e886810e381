use url::Url;

use crate::{AccountId, Endpoints, Host, HostMetadata, HostType, WorkspaceId};

/// What one signs in to: an account, a workspace, or a host that serves an account and its
/// workspaces.
///
/// The target decides the issuer, and with it the endpoints and the key of the cached token.
///
/// | target | issuer | endpoints |
/// |---|---|---|
/// | workspace | `<host>/oidc` | from the metadata document |
/// | account | `<host>/oidc/accounts/<account id>` | fixed |
/// | unified | `<host>/oidc/accounts/<account id>` | from the metadata document |
///
/// ```
/// use lakekey_endpoints::Target;
///
/// let target = Target::account("accounts.cloud.databricks.com".parse()?, "abc-123".parse()?);
/// assert_eq!(target.issuer(), "https://accounts.cloud.databricks.com/oidc/accounts/abc-123");
/// assert!(target.endpoints().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// One workspace with a host of its own.
    Workspace {
        /// The workspace's host.
        host: Host,
    },
    /// An account, at its account console.
    Account {
        /// The account console's host.
        host: Host,
        /// The account.
        account_id: AccountId,
    },
    /// A host that serves a whole account: its own interfaces and those of its workspaces.
    Unified {
        /// The account's host.
        host: Host,
        /// The account.
        account_id: AccountId,
        /// The workspace whose interfaces are meant; none means the account's own.
        workspace_id: Option<WorkspaceId>,
    },
}

impl Target {
    /// The workspace at `host`.
    pub fn workspace(host: Host) -> Self {
        Self::Workspace { host }
    }

    /// The account `account_id` at its console `host`.
    pub fn account(host: Host, account_id: AccountId) -> Self {
        Self::Account { host, account_id }
    }

    /// The account `account_id` at a host of its own, and one of its workspaces.
    pub fn unified(host: Host, account_id: AccountId, workspace_id: Option<WorkspaceId>) -> Self {
        Self::Unified {
            host,
            account_id,
            workspace_id,
        }
    }

    /// Decides which target the settings mean, in this order:
    ///
    /// 1. the host is an account console ([`Host::is_accounts`]): an account;
    /// 2. there is an account id, and the host's metadata calls the host an account's or a unified
    ///    one or has an OIDC endpoint below `/oidc/accounts/`: that;
    /// 3. otherwise a workspace.
    ///
    /// Ids that are `None` are taken from the metadata.
    ///
    /// # Errors
    ///
    /// [`TargetError::AccountIdMissing`] for an account console without an account id.
    pub fn classify(
        host: Host,
        account_id: Option<AccountId>,
        workspace_id: Option<WorkspaceId>,
        metadata: Option<&HostMetadata>,
    ) -> Result<Self, TargetError> {
        let account_id = account_id.or_else(|| metadata?.account_id.clone());
        let workspace_id = workspace_id.or_else(|| metadata?.workspace_id.clone());
        match (account_id, metadata.and_then(account_scope)) {
            (Some(account_id), _) if host.is_accounts() => Ok(Self::account(host, account_id)),
            (None, _) if host.is_accounts() => Err(TargetError::AccountIdMissing { host }),
            (Some(account_id), Some(HostType::Account)) => Ok(Self::account(host, account_id)),
            (Some(account_id), Some(_)) => Ok(Self::unified(host, account_id, workspace_id)),
            _ => Ok(Self::workspace(host)),
        }
    }

    /// The host everything is sent to.
    pub fn host(&self) -> &Host {
        match self {
            Self::Workspace { host } | Self::Account { host, .. } | Self::Unified { host, .. } => {
                host
            }
        }
    }

    /// The account, unless this is a workspace with a host of its own.
    pub fn account_id(&self) -> Option<&AccountId> {
        match self {
            Self::Workspace { .. } => None,
            Self::Account { account_id, .. } | Self::Unified { account_id, .. } => Some(account_id),
        }
    }

    /// The workspace meant at a unified host.
    pub fn workspace_id(&self) -> Option<&WorkspaceId> {
        match self {
            Self::Workspace { .. } | Self::Account { .. } => None,
            Self::Unified { workspace_id, .. } => workspace_id.as_ref(),
        }
    }

    /// The issuer, the exact text that metadata and callbacks must carry (RFC 8414 §3.3, RFC 9207 §2.4).
    pub fn issuer(&self) -> String {
        format!("{}{}", self.host(), self.issuer_path())
    }

    /// Where the authorization server's metadata is (RFC 8414 in the suffix form of OpenID Connect).
    pub fn metadata_url(&self) -> Url {
        self.host().at(&format!(
            "{}/.well-known/oauth-authorization-server",
            self.issuer_path()
        ))
    }

    /// Where the host's own metadata is: a [`HostMetadata`] document.
    pub fn host_metadata_url(&self) -> Url {
        HostMetadata::url(self.host())
    }

    /// The endpoints where they are fixed, which is for accounts; `None` means that the document
    /// at [`Target::metadata_url`] has to be read with [`Endpoints::parse`].
    pub fn endpoints(&self) -> Option<Endpoints> {
        match self {
            Self::Account { .. } => Some(Endpoints::fixed(self)),
            Self::Workspace { .. } | Self::Unified { .. } => None,
        }
    }

    /// The key under which the official token cache keeps a token of this target: `<host>` or
    /// `<host>/oidc/accounts/<account id>`.
    pub fn cache_key(&self) -> String {
        match self {
            Self::Workspace { host } => host.to_string(),
            Self::Account { .. } | Self::Unified { .. } => self.issuer(),
        }
    }

    pub(crate) fn issuer_path(&self) -> String {
        match self.account_id() {
            Some(account_id) => format!("/oidc/accounts/{account_id}"),
            None => "/oidc".to_owned(),
        }
    }
}

/// Why settings name no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The host is an account console, which serves many accounts.
    #[error(
        "`{host}` is an account console and needs an account id; copy it from the console's user menu"
    )]
    AccountIdMissing {
        /// The account console.
        host: Host,
    },
}

impl TargetError {
    /// The stable code of this error: `usage`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AccountIdMissing { .. } => "usage",
        }
    }
}

/// The kind of a host whose issuer belongs to an account.
fn account_scope(metadata: &HostMetadata) -> Option<HostType> {
    match metadata.host_type {
        Some(kind @ (HostType::Account | HostType::Unified)) => Some(kind),
        _ => metadata.is_account_issuer().then_some(HostType::Unified),
    }
}
