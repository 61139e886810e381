//! What a mock is told before it starts.

use std::time::Duration;

use crate::{Fault, MockClock, listen::DEFAULT_NAMESPACE};

/// Everything a mock starts from: tenants, clients, people, lifetimes and habits.
///
/// Every value of every field is fine, so the fields are public; start from a constructor and change
/// what the test is about:
///
/// ```
/// use lakekey_mock::{Mock, Rotation, Setup};
///
/// let mut setup = Setup::workspace();
/// setup.rotation = Rotation::Never;
/// let mock = Mock::new(setup);
/// # let _ = mock;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Setup {
    /// Decides every code, token and `jti`: equal seeds give equal values in equal order. Default 0.
    pub seed: u64,
    /// Keeps mocks of equal seeds apart: their codes and tokens differ, and so do the names of their keys.
    /// Default `default`.
    pub namespace: String,
    /// What a host is that no workspace claims and that does not start with `accounts.`.
    pub target: Target,
    /// The accounts that exist, by id. Their OIDC paths are answered on every host.
    pub account_ids: Vec<String>,
    /// The workspaces that exist; the first one without a host answers on every unclaimed host.
    pub workspaces: Vec<Workspace>,
    /// The OAuth clients that are registered, everywhere.
    pub clients: Vec<Client>,
    /// The people who can sign in. The first one does when nobody chooses. Never empty in effect.
    pub users: Vec<User>,
    /// Who decides about an authorization request.
    pub consent: Consent,
    /// What happens to a refresh token that was used.
    pub rotation: Rotation,
    /// How a dead refresh token is reported.
    pub dialect: Dialect,
    /// How long codes and tokens live.
    pub lifetimes: Lifetimes,
    /// What is asked of a code challenge.
    pub pkce: Pkce,
    /// Whether the authorization response carries `iss` and the metadata promises it (RFC 9207). Default true.
    pub iss: bool,
    /// Whether tokens can be revoked and introspected (RFC 7009, RFC 7662), and the metadata says so.
    /// Databricks offers neither. Default false.
    pub revocation: bool,
    /// The scopes that can be granted.
    pub scopes: Vec<String>,
    /// Faults that are in force from the start.
    pub faults: Vec<Fault>,
    /// The clock the mock lives by.
    pub clock: MockClock,
    /// How many requests the journal remembers. Default 10,000.
    pub journal: usize,
    /// Whether a listener speaks TLS with a certificate of its own authority. Default false.
    pub tls: bool,
    /// Further host names for that certificate, beside the loopback names and those of workspaces.
    pub tls_names: Vec<String>,
    /// The port to listen on; 0 lets the operating system choose. Default 0.
    pub port: u16,
}

impl Setup {
    /// One workspace on every host, and the accounts console on hosts that start with `accounts.`.
    pub fn workspace() -> Self {
        Self {
            seed: 0,
            namespace: DEFAULT_NAMESPACE.to_owned(),
            target: Target::Workspace,
            account_ids: vec![DEFAULT_ACCOUNT_ID.to_owned()],
            workspaces: vec![Workspace::default()],
            clients: Client::defaults(),
            users: User::defaults(),
            consent: Consent::Approve,
            rotation: Rotation::Strict,
            dialect: Dialect::Databricks { status: 401 },
            lifetimes: Lifetimes::default(),
            pkce: Pkce::default(),
            iss: true,
            revocation: false,
            scopes: SCOPES.map(str::to_owned).to_vec(),
            faults: Vec::new(),
            clock: MockClock::default(),
            journal: 10_000,
            tls: false,
            tls_names: Vec::new(),
            port: 0,
        }
    }

    /// The accounts console on every host, with one account of that id.
    pub fn account(account_id: &str) -> Self {
        Self {
            target: Target::Account,
            ..Self::of_account(account_id)
        }
    }

    /// A unified host: one host for an account and its workspaces.
    pub fn unified(account_id: &str) -> Self {
        Self {
            target: Target::Unified,
            ..Self::of_account(account_id)
        }
    }

    /// Like [`Setup::workspace`], with the account of that id.
    pub(crate) fn of_account(account_id: &str) -> Self {
        let account_id = account_id.to_owned();
        let workspace = Workspace {
            account_id: account_id.clone(),
            ..Workspace::default()
        };
        Self {
            account_ids: vec![account_id],
            workspaces: vec![workspace],
            ..Self::workspace()
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self::workspace()
    }
}

/// What a host serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A workspace.
    Workspace,
    /// The accounts console.
    Account,
    /// An account and its workspaces on one host.
    Unified,
}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The id; the audience of its tokens.
    pub id: String,
    /// The account it belongs to.
    pub account_id: String,
    /// The name shown in the account's list.
    pub name: String,
    /// The host name (no port) that is this workspace alone. `None`: every host that nobody claims.
    pub host: Option<String>,
    /// `AWS`, `Azure` or `GCP`.
    pub cloud: String,
    /// The Entra tenant, for an Azure workspace whose sign-in is Entra's.
    pub azure_tenant: Option<String>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            id: DEFAULT_WORKSPACE_ID.to_owned(),
            account_id: DEFAULT_ACCOUNT_ID.to_owned(),
            name: "example".to_owned(),
            host: None,
            cloud: "AWS".to_owned(),
            azure_tenant: None,
        }
    }
}

/// A registered OAuth client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// The secret; `None` for a public client.
    pub secret: Option<String>,
    /// The redirect URIs. Compared byte for byte, except that the port of a loopback URI is free.
    pub redirect_uris: Vec<String>,
}

impl Client {
    /// A public client (RFC 6749 §2.1).
    pub fn public(id: &str, redirect_uris: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            secret: None,
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
        }
    }

    /// A client with a secret, for the client credentials grant.
    pub fn confidential(id: &str, secret: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: Some(secret.to_owned()),
            redirect_uris: Vec::new(),
        }
    }

    fn defaults() -> Vec<Self> {
        vec![
            Self::public(PUBLIC_CLIENT_ID, &["http://localhost"]),
            Self::public("databricks-sql-connector", &["http://localhost"]),
            Self::public("databricks-sql-python", &["http://localhost"]),
            Self::confidential(M2M_CLIENT_ID, M2M_CLIENT_SECRET),
        ]
    }
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The numeric id of SCIM.
    pub id: String,
    /// The name to sign in with; the `sub` of tokens.
    pub user_name: String,
    /// The name shown to people.
    pub display_name: String,
    /// Personal access tokens that are valid at workspaces. Default none.
    pub personal_tokens: Vec<String>,
}

impl User {
    /// A user without personal access tokens.
    pub fn new(id: &str, user_name: &str, display_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            user_name: user_name.to_owned(),
            display_name: display_name.to_owned(),
            personal_tokens: Vec::new(),
        }
    }

    fn defaults() -> Vec<Self> {
        vec![
            Self::new("1001", "user@example.com", "Example User"),
            Self::new("1002", "admin@example.com", "Example Admin"),
        ]
    }
}

/// Who decides about an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consent {
    /// A person, on the sign-in page.
    Ask,
    /// Nobody: the first user allows it at once.
    Approve,
    /// Nobody: it is declined at once.
    Deny,
}

/// What happens to a refresh token that was used (RFC 9700 §4.14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// Each use gives a successor; a second use revokes the family.
    Strict,
    /// Each use gives a successor; a second use is refused, and the family lives on.
    Single,
    /// Like strict, but a repeat within the time gives the same successor again.
    Grace(Duration),
    /// The refresh token stays the same and is not sent again.
    Never,
}

/// How a dead refresh token is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// `invalid_request`, `Refresh token is invalid`, as Databricks does, with status 401 or 400.
    Databricks {
        /// The HTTP status.
        status: u16,
    },
    /// `invalid_grant` with status 400 (RFC 6749 §5.2).
    Rfc,
}

/// How long codes and tokens live, by the mock's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetimes {
    /// An authorization code. Default 60 s.
    pub code: Duration,
    /// An access token. Default 1 h.
    pub access: Duration,
    /// A refresh token that is not used. Default 7 days.
    pub idle: Duration,
    /// A session, however often it is refreshed. Default 90 days.
    pub absolute: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: Duration::from_secs(60),
            access: Duration::from_secs(3600),
            idle: Duration::from_secs(7 * 86_400),
            absolute: Duration::from_secs(90 * 86_400),
        }
    }
}

/// What is asked of a code challenge (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pkce {
    /// Whether a challenge is mandatory. Default true.
    pub required: bool,
    /// Whether the method `plain` is accepted. Default false.
    pub plain: bool,
    /// Whether a wrong verifier uses the code up. Default true.
    pub burn_on_failure: bool,
}

impl Default for Pkce {
    fn default() -> Self {
        Self {
            required: true,
            plain: false,
            burn_on_failure: true,
        }
    }
}

/// The account of a default setup.
pub const DEFAULT_ACCOUNT_ID: &str = "ac000000-0000-4000-8000-000000000001";
/// The workspace of a default setup.
pub const DEFAULT_WORKSPACE_ID: &str = "1234567890123456";
/// The public client of the Databricks tools.
pub const PUBLIC_CLIENT_ID: &str = "databricks-cli";
/// The service principal of a default setup.
pub const M2M_CLIENT_ID: &str = "5e000000-0000-4000-8000-000000000002";
/// Its secret.
pub const M2M_CLIENT_SECRET: &str = "mock-secret-of-the-service-principal";

const SCOPES: [&str; 6] = [
    "all-apis",
    "email",
    "offline_access",
    "openid",
    "profile",
    "sql",
];
