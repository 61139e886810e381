use lakekey_endpoints::Endpoints;
use lakekey_pkce::{Challenge, Verifier};
use url::Url;

use crate::{Client, Pending, RedirectUri, Scopes, State};

/// Begins a sign-in: the address to open in a browser, and what has to be kept until it answers.
///
/// State and verifier are fresh. The address holds neither verifier nor secret.
///
/// # Panics
///
/// When the operating system has no random numbers to give.
///
/// ```
/// use lakekey_endpoints::Target;
/// use lakekey_oauth::{Client, Grant, RedirectUri, Scopes, authorize};
///
/// let account = Target::account("accounts.cloud.databricks.com".parse()?, "abc".parse()?);
/// let endpoints = account.endpoints().ok_or("fixed for accounts")?;
/// let scopes = Scopes::default().with_offline_access();
/// let (url, pending) =
///     authorize(&endpoints, &Client::databricks_cli(), RedirectUri::loopback(8020), &scopes);
/// assert_eq!(url.path(), "/oidc/accounts/abc/v1/authorize");
///
/// let callback = format!("/?code=c-1&state={}", pending.state().as_str());
/// assert!(matches!(pending.finish(&callback)?, Grant::AuthorizationCode { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn authorize(
    endpoints: &Endpoints,
    client: &Client,
    redirect_uri: RedirectUri,
    scopes: &Scopes,
) -> (Url, Pending) {
    let (state, verifier) = (State::generate(), Verifier::generate());
    let challenge = verifier.challenge();
    let url = authorization_url(endpoints, client, &redirect_uri, scopes, &state, &challenge);
    (
        url,
        Pending::resume(endpoints, redirect_uri, state, verifier),
    )
}

/// The authorization request for a state and a challenge that are kept elsewhere
/// (RFC 6749 §4.1.1, RFC 7636 §4.3).
///
/// A query that the endpoint has already stays in front. The sign-in is finished through
/// [`Pending::resume`].
pub fn authorization_url(
    endpoints: &Endpoints,
    client: &Client,
    redirect_uri: &RedirectUri,
    scopes: &Scopes,
    state: &State,
    challenge: &Challenge,
) -> Url {
    let mut url = endpoints.authorization().clone();
    let mut query = url.query_pairs_mut();
    if let Some(id) = client.id() {
        query.append_pair("client_id", id);
    }
    query
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", Challenge::METHOD)
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("response_type", "code");
    if !scopes.is_empty() {
        query.append_pair("scope", &scopes.to_string());
    }
    query.append_pair("state", state.as_str()).finish();
    drop(query);
    url
}
