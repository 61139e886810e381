use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::{Client, EndpointError, Grant, Scopes};

/// Builds the form post that redeems `grant` at a token endpoint (RFC 6749 §3.2).
///
/// Every parameter is sent once: those of the grant, the client id unless HTTP Basic carries it,
/// the scopes unless the grant has them already, then `extra`, such as `authorization_details`.
/// Nothing secret is in the URL.
///
/// # Errors
///
/// [`EndpointError`] when `endpoint` cannot be the address of an HTTP request.
///
/// ```
/// use lakekey_oauth::{Client, Grant, Scopes, token_request};
///
/// let endpoint = "https://ws.example.test/oidc/v1/token".parse()?;
/// let grant = Grant::Refresh("r-1".into());
/// let request =
///     token_request(&endpoint, &Client::databricks_cli(), &grant, &Scopes::default(), &[])?;
/// assert_eq!(
///     request.body(),
///     b"grant_type=refresh_token&refresh_token=r-1&client_id=databricks-cli"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn token_request(
    endpoint: &Url,
    client: &Client,
    grant: &Grant,
    scopes: &Scopes,
    extra: &[(&str, &str)],
) -> Result<Request<Vec<u8>>, EndpointError> {
    if !matches!(endpoint.scheme(), "https" | "http") {
        return Err(EndpointError);
    }
    let mut request = Request::post(endpoint.as_str())
        .body(form(client, grant, scopes, extra))
        .map_err(|_| EndpointError)?;
    let headers = request.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(basic) = client.basic() {
        headers.insert(AUTHORIZATION, basic);
    }
    Ok(request)
}

fn form(client: &Client, grant: &Grant, scopes: &Scopes, extra: &[(&str, &str)]) -> Vec<u8> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", grant.grant_type());
    form.extend_pairs(grant.parameters());
    if let (Some(id), None) = (client.id(), client.secret()) {
        form.append_pair("client_id", id);
    }
    if grant.names_scopes() && !scopes.is_empty() {
        form.append_pair("scope", &scopes.to_string());
    }
    form.extend_pairs(extra);
    form.finish().into_bytes()
}
