//! Which tenant a host and a path mean.

use http::{Request, header::HOST};

use crate::{Setup, Target, Workspace};

/// Who a code or a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenant {
    Workspace(String),
    Account(String),
}

impl Tenant {
    /// The audience of its tokens.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Workspace(id) | Self::Account(id) => id,
        }
    }
}

/// The host a request was sent to.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Scheme and authority, for instance `http://127.0.0.1:8080`.
    pub(crate) origin: String,
    pub(crate) target: Target,
    /// The workspace of this host, where there is one.
    pub(crate) workspace: Option<Workspace>,
}

impl Site {
    /// The site that the request's URI, or else its `Host`, names.
    pub(crate) fn of<B>(request: &Request<B>, setup: &Setup) -> Self {
        let uri = request.uri();
        let host = request
            .headers()
            .get(HOST)
            .and_then(|value| value.to_str().ok());
        let authority = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .or(host)
            .unwrap_or("localhost");
        let scheme = uri
            .scheme_str()
            .unwrap_or(if setup.tls { "https" } else { "http" });
        let name = name(authority).to_ascii_lowercase();
        let claimed = setup
            .workspaces
            .iter()
            .find(|workspace| workspace.host.as_deref() == Some(&name));
        let unclaimed = setup
            .workspaces
            .iter()
            .find(|workspace| workspace.host.is_none());
        let target = match claimed {
            Some(_) => Target::Workspace,
            None if name.starts_with("accounts.") || name.starts_with("accounts-dod.") => {
                Target::Account
            }
            None => setup.target,
        };
        let workspace = if target == Target::Account {
            None
        } else {
            claimed.or(unclaimed).cloned()
        };
        Self {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            target,
            workspace,
        }
    }

    /// The issuer of a tenant on this host.
    pub(crate) fn issuer(&self, tenant: &Tenant) -> String {
        match tenant {
            Tenant::Workspace(_) => format!("{}/oidc", self.origin),
            Tenant::Account(id) => format!("{}/oidc/accounts/{id}", self.origin),
        }
    }
}

fn name(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => &authority[..colon],
        _ => authority,
    }
}
