//! Calling the REST API of the host that the credentials are for.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use lakekey_core::{Code, Error, Limits};
use url::Url;

use crate::{Credentials, Headers};

impl Credentials {
    /// Sends a request to the REST API, authenticated.
    ///
    /// The request's URI is a path such as `/api/2.1/clusters/list`, with a query if need be, or
    /// an absolute address at the configured host. Behind a unified host, a call outside
    /// `/api/2.0/accounts/` names the configured workspace in `X-Databricks-Workspace-Id`. An
    /// answer of 401 leads to one new token and one more try. No redirect is followed. The
    /// answer may have up to 64 MiB and take 60 s unless the request carries other [`Limits`].
    ///
    /// # Errors
    ///
    /// As [`Credentials::headers`]; [`Code::Usage`] for an address elsewhere;
    /// [`Code::UnexpectedRedirect`] for a redirect. Any other status is a response.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let mut request = self.addressed(request)?;
        if request.extensions().get::<Limits>().is_none() {
            request
                .extensions_mut()
                .insert(Limits::default().with_body(BODY).with_total(TOTAL));
        }
        let headers = self.headers().await?;
        let first = self
            .cx()
            .http()
            .send(authenticated(&request, &headers))
            .await?;
        let response = if first.status() == StatusCode::UNAUTHORIZED {
            self.again(&request, &headers, first).await?
        } else {
            first
        };
        if response.status().is_redirection() {
            let status = response.status().as_u16();
            return Err(Error::new(
                Code::UnexpectedRedirect,
                format!("{} answered {status}", request.uri().path()),
            )
            .with_hint("check the host: REST calls are not redirected"));
        }
        Ok(response)
    }

    /// One more try with a new token; the first answer stands when there is no other token.
    async fn again(
        &self,
        request: &Request<Vec<u8>>,
        refused: &Headers,
        first: Response<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Error> {
        self.reject(refused);
        let headers = self.headers().await?;
        if headers.authorization() == refused.authorization() {
            return Ok(first);
        }
        self.cx()
            .http()
            .send(authenticated(request, &headers))
            .await
    }

    fn addressed(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>, Error> {
        let host = self.host()?;
        let text = request.uri().to_string();
        let url = host
            .url()
            .join(&text)
            .ok()
            .filter(|url| host.same_origin(url))
            .ok_or_else(|| {
                Error::new(
                    Code::Usage,
                    format!("`{}` is not at {host}", text.escape_default()),
                )
                .with_hint("give a path such as /api/2.1/clusters/list")
            })?;
        *request.uri_mut() = url.as_str().parse().expect("a parsed URL is a URI");
        if let Some(workspace) = self.workspace_header(&url) {
            request.headers_mut().insert(WORKSPACE_HEADER, workspace);
        }
        Ok(request)
    }

    fn workspace_header(&self, url: &Url) -> Option<HeaderValue> {
        let id = self.settings().workspace_id().ok().flatten()?;
        let account_level = url.path().starts_with(ACCOUNT_CALLS);
        HeaderValue::from_str(id.as_str())
            .ok()
            .filter(|_| !account_level)
    }
}

fn authenticated(request: &Request<Vec<u8>>, headers: &Headers) -> Request<Vec<u8>> {
    let mut request = request.clone();
    for (name, value) in headers.as_map() {
        request.headers_mut().insert(name.clone(), value.clone());
    }
    request
        .headers_mut()
        .entry(header::ACCEPT)
        .or_insert(HeaderValue::from_static("application/json"));
    request
}

/// Picks the workspace behind a unified host.
const WORKSPACE_HEADER: HeaderName = HeaderName::from_static("x-databricks-workspace-id");
/// Calls below this path concern the whole account.
const ACCOUNT_CALLS: &str = "/api/2.0/accounts/";
const BODY: usize = 64 << 20;
const TOTAL: Duration = Duration::from_secs(60);
