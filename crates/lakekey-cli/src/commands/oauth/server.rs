//! The authorization server that a step talks to, and talking to it.

use http::{Request, Response, StatusCode, header};
use lakekey::{
    AccountId, Clock as _, Code, Endpoints, Error, Host, Http, HttpClient as _, SystemClock,
    Target, Token,
};
use lakekey_oauth::{Client, Grant, RedirectUri, Scopes, State, token_request, token_response};
use url::Url;

use crate::args::Server;
use crate::{files, runtime};

/// The target that the options name.
///
/// With an account id it is the account: at an accounts console with its fixed endpoints, at any
/// other host with those that the host states. Without one it is a workspace.
pub(super) fn target(server: &Server) -> Result<Target, Error> {
    let pasted = Host::parse_pasted(&server.host)
        .map_err(|error| Error::new(Code::InvalidHost, error.to_string()))?;
    let given: Option<AccountId> = server
        .account_id
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error: <AccountId as std::str::FromStr>::Err| {
            Error::new(Code::InvalidAccountId, error.to_string())
        })?;
    match given.or(pasted.account_id) {
        Some(account_id) if !pasted.host.is_accounts() => Ok(Target::unified(
            pasted.host,
            account_id,
            pasted.workspace_id,
        )),
        account_id => Target::classify(pasted.host, account_id, None, None).map_err(|error| {
            Error::new(Code::Usage, error.to_string())
                .with_hint("give the account id: --account-id <ID>")
        }),
    }
}

/// The endpoints of a target: fixed for an account, asked for otherwise.
pub(super) fn endpoints(target: &Target) -> Result<Endpoints, Error> {
    if let Some(fixed) = target.endpoints() {
        return Ok(fixed);
    }
    let url = target.metadata_url();
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "application/json")
        .body(Vec::new());
    let response = send(request.expect("a parsed URL is a URI"))?;
    match response.status() {
        StatusCode::OK => {
            Endpoints::parse(response.body(), target).map_err(|error| untrusted(&url, error))
        }
        StatusCode::NOT_FOUND => Err(Error::new(
            Code::OauthNotSupported,
            format!("{url} does not exist"),
        )
        .with_hint("check that the host is a Databricks workspace or accounts console")),
        status => Err(Error::new(
            Code::DiscoveryFailed,
            format!("{url} answered {}", status.as_u16()),
        )
        .with_hint("check the host, or try again later")),
    }
}

/// Exchanges a grant for a token: one request, made once.
pub(super) fn exchange(
    server: &Server,
    endpoints: &Endpoints,
    grant: &Grant,
) -> Result<Token, Error> {
    let client = Client::public(&server.client_id);
    let started = SystemClock.now();
    let request = token_request(endpoints.token(), &client, grant, &Scopes::default(), &[])?;
    let is_code = matches!(grant, Grant::AuthorizationCode { .. });
    let response = send(request).map_err(|error| if is_code { unknown(error) } else { error })?;
    token_response(&response, started, grant).map_err(Error::from)
}

/// A code that may have been spent is not sent again.
fn unknown(error: Error) -> Error {
    if error.is_unsent() {
        return error;
    }
    Error::new(
        Code::LoginFailed,
        "nobody knows whether the code was exchanged",
    )
    .with_hint("sign in again from `lakekey oauth authorize-url` on")
    .caused_by(error)
}

/// The state, checked.
pub(super) fn state(text: &str) -> Result<State, Error> {
    text.parse().map_err(|error: lakekey_oauth::StateError| {
        Error::new(Code::Usage, error.to_string()).with_hint("make one: lakekey oauth pkce")
    })
}

/// The redirect URI, checked.
pub(super) fn redirect_uri(text: &str) -> Result<RedirectUri, Error> {
    text.parse()
        .map_err(|error: lakekey_oauth::RedirectUriError| {
            Error::new(Code::Usage, error.to_string())
        })
}

/// The verifier in a file.
pub(super) fn verifier(path: &std::path::Path) -> Result<lakekey_pkce::Verifier, Error> {
    files::secret(path)?
        .expose()
        .parse()
        .map_err(|error: lakekey_pkce::VerifierError| {
            Error::new(
                Code::Usage,
                format!("`{}` holds no verifier: {error}", path.display()),
            )
            .with_hint("make one: lakekey oauth pkce --verifier-file <FILE>")
        })
}

fn send(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
    let http = Http::default();
    runtime::block_on(http.send(request))
}

fn untrusted(url: &Url, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(
        Code::DiscoveryUntrusted,
        format!("the metadata at {url} cannot be used"),
    )
    .caused_by(error)
}
