use std::fmt;
use std::str::FromStr;

use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use lakekey_core::{Code, Error, Token};
use lakekey_endpoints::Host;
use serde_json::Value;
use url::Url;

use crate::AzureEnvironment;

/// The id of a workspace in Azure Resource Manager, a path such as
/// `/subscriptions/…/resourceGroups/…/providers/Microsoft.Databricks/workspaces/…`.
///
/// Its segments hold letters and digits of any script, `-`, `_`, `.` and parentheses, and none is
/// empty or a dot segment. Case is kept; Azure does not look at it.
///
/// Azure Resource Manager knows the host of the workspace:
///
/// ```
/// use http::Response;
/// use lakekey_cloud::{AzureEnvironment, AzureResource};
/// use lakekey_core::Token;
///
/// let resource: AzureResource = "/subscriptions/s/resourceGroups/g/workspaces/w".parse()?;
/// let question = resource.request(&AzureEnvironment::default(), &Token::bearer("t"))?;
/// assert_eq!(question.uri().host(), Some("management.azure.com"));
///
/// let body = br#"{"properties": {"workspaceUrl": "adb-1.2.azuredatabricks.net"}}"#;
/// let host = resource.workspace(&Response::new(body.to_vec()))?;
/// assert_eq!(host.as_str(), "https://adb-1.2.azuredatabricks.net");
/// # Ok::<(), lakekey_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureResource(String);

impl AzureResource {
    /// The request that asks the resource manager of `environment` for this workspace, with a
    /// token for that resource manager.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTokenResponse`] when the token holds characters that no header can carry.
    pub fn request(
        &self,
        environment: &AzureEnvironment,
        token: &Token,
    ) -> Result<Request<Vec<u8>>, Error> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.address(environment);
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, bearer(token)?);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        Ok(request)
    }

    /// Reads the answer: the host of the workspace is its `properties.workspaceUrl`.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when there is no such workspace, [`Code::ApiError`] when the token does not
    /// reach it, [`Code::ServerError`] when the resource manager cannot answer now,
    /// [`Code::UnexpectedRedirect`], and [`Code::DiscoveryFailed`] for an answer without a host.
    pub fn workspace(&self, response: &Response<Vec<u8>>) -> Result<Host, Error> {
        let status = response.status();
        if status != StatusCode::OK {
            return Err(self.refused(status));
        }
        let document: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let text = document["properties"]["workspaceUrl"].as_str();
        let host = text.and_then(|text| text.parse::<Host>().ok());
        host.filter(|host| host.url().scheme() == "https")
            .ok_or_else(|| {
                self.failed(Code::DiscoveryFailed, "does not tell the host of")
                    .with_hint("set `host`, or DATABRICKS_HOST, to the address of the workspace")
            })
    }

    /// The subscription that the workspace is in; `None` for an id of another shape.
    pub(super) fn subscription(&self) -> Option<&str> {
        let (kind, rest) = self.0.strip_prefix('/')?.split_once('/')?;
        let id = rest.split('/').next()?;
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_plain = id.bytes().all(is_id) && !id.starts_with('-');
        (kind.eq_ignore_ascii_case("subscriptions") && is_plain).then_some(id)
    }

    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn address(&self, environment: &AzureEnvironment) -> Uri {
        let mut url = Url::parse(environment.resource_manager()).expect("a table of good URLs");
        url.set_path(&self.0);
        url.set_query(Some(API_VERSION));
        url.as_str().parse().expect("a parsed URL is a URI")
    }

    fn refused(&self, status: StatusCode) -> Error {
        let (code, fact, hint) = match status {
            StatusCode::NOT_FOUND => (Code::Config, "does not know", CHECK),
            _ if status.is_redirection() => (Code::UnexpectedRedirect, "redirects from", CHECK),
            StatusCode::TOO_MANY_REQUESTS => (Code::ServerError, "is too busy for", LATER),
            _ if status.is_server_error() => (Code::ServerError, "cannot answer for", LATER),
            _ => (Code::ApiError, "does not show", READER),
        };
        let status = status.as_u16();
        self.failed(code, fact)
            .with_note(format!("it answered {status}"))
            .with_hint(hint)
    }

    fn failed(&self, code: Code, fact: &str) -> Error {
        let message = format!("Azure Resource Manager {fact} the workspace `{self}`");
        Error::new(code, message)
    }
}

impl FromStr for AzureResource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let plain = |it: char| it.is_alphanumeric() || "-_.()".contains(it);
        let is_segment = |segment: &str| {
            segment.chars().all(plain) && segment.chars().any(|character| character != '.')
        };
        let path = text.strip_prefix('/').filter(|_| text.len() <= LONGEST);
        if path.is_some_and(|path| path.split('/').all(is_segment)) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::new(
            Code::Config,
            "the Azure resource id is not one of a workspace",
        )
        .with_hint(CHECK))
    }
}

impl fmt::Display for AzureResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn bearer(token: &Token) -> Result<HeaderValue, Error> {
    token.access().bearer().map_err(|_| {
        Error::new(
            Code::InvalidTokenResponse,
            "the token holds characters that no header can carry",
        )
    })
}

const API_VERSION: &str = "api-version=2018-04-01";
/// Azure's ids are shorter.
const LONGEST: usize = 2048;
const CHECK: &str = "copy the resource id from the workspace's properties in the Azure portal";
const READER: &str = "ask for the role Reader on the workspace, or set `host`";
const LATER: &str = "try again later, or set `host`";

#[cfg(test)]
mod tests {
    use super::AzureResource;

    #[test]
    fn the_subscription_stands_behind_its_name() {
        for (id, subscription) in [
            ("/subscriptions/1-2/resourceGroups/g", Some("1-2")),
            ("/Subscriptions/123", Some("123")),
            ("/sub/rg/ws", None),
            ("/subscriptions", None),
            ("/subscriptions/-x/y", None),
            ("/subscriptions/a.b/y", None),
            ("/subscriptions/\u{e9}/y", None),
        ] {
            let resource: AzureResource = id.parse().unwrap();
            assert_eq!(resource.subscription(), subscription, "{id}");
        }
    }
}
