use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Request, Response};
use lakekey_core::{Code, Error, Secret};
use lakekey_endpoints::Host;
use url::Url;

use crate::id_token_response;

/// Asks GitHub Actions for the ID token of the running job, meant for `audience`.
///
/// `address` and `token` are what a job with the permission `id-token: write` finds in
/// `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. The audience is added to the
/// query, encoded; the official SDKs add it as it is, which another query can be made of.
///
/// # Errors
///
/// [`Code::Config`] when `address` is none that a token may be sent to (`https`, or a loopback
/// address), or when `token` holds characters that no header can carry.
///
/// ```
/// use http::Response;
/// use lakekey_oauth::{github_id_token, github_id_token_request};
///
/// let address = "https://pipelines.example.test/token?api-version=2.0";
/// let request = github_id_token_request(address, &"r-1".into(), "https://ws.example.test/oidc")?;
/// assert_eq!(
///     request.uri().query(),
///     Some("api-version=2.0&audience=https%3A%2F%2Fws.example.test%2Foidc")
/// );
///
/// let answer = Response::new(br#"{"count": 1, "value": "eyJ.eyJ.sig"}"#.to_vec());
/// assert_eq!(github_id_token(&answer)?.expose(), "eyJ.eyJ.sig");
/// # Ok::<(), lakekey_core::Error>(())
/// ```
pub fn github_id_token_request(
    address: &str,
    token: &Secret,
    audience: &str,
) -> Result<Request<Vec<u8>>, Error> {
    let host = address.parse::<Host>().map_err(|_| unusable("address"))?;
    let url = Url::parse(address).ok();
    let mut url = url
        .filter(|url| host.same_origin(url))
        .ok_or_else(|| unusable("address"))?;
    url.query_pairs_mut().append_pair("audience", audience);
    let bearer = token.bearer().map_err(|_| unusable("token"))?;
    let mut request = Request::get(url.as_str())
        .body(Vec::new())
        .map_err(|_| unusable("address"))?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Reads the ID token from the answer of GitHub Actions.
///
/// # Errors
///
/// Those of [`id_token_response`].
pub fn github_id_token(response: &Response<Vec<u8>>) -> Result<Secret, Error> {
    id_token_response("GitHub Actions", "value", response)
}

fn unusable(what: &str) -> Error {
    let message = format!("the {what} that asks GitHub Actions for an ID token cannot be used");
    Error::new(Code::Config, message).with_hint(
        "leave ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN as GitHub sets them",
    )
}
