use std::fmt;
use std::str::FromStr;

use http::{Request, Response, Uri, header};
use lakekey_core::{Code, Error};
use lakekey_endpoints::Host;
use url::Url;

/// A Microsoft Entra tenant, by its UUID or one of its domain names.
///
/// One to 253 ASCII letters, digits, `-`, `_` and `.`, the first a letter or a digit: safe as one
/// segment of a URL path, and as an argument of a command.
///
/// An Azure workspace tells its tenant to everybody, in the address it sends browsers to:
///
/// ```
/// use http::Response;
/// use lakekey_cloud::AzureTenant;
///
/// let question = AzureTenant::request(&"adb-1.2.azuredatabricks.net".parse()?);
/// assert_eq!(question.uri(), "https://adb-1.2.azuredatabricks.net/aad/auth");
///
/// let answer = Response::builder()
///     .status(302)
///     .header("location", "https://login.microsoftonline.com/contoso.example/oauth2/authorize")
///     .body(Vec::new())?;
/// assert_eq!(AzureTenant::from_response(&answer)?.as_str(), "contoso.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureTenant(String);

impl AzureTenant {
    /// The request that asks the workspace at `host` for its tenant, to be sent without following
    /// redirects.
    pub fn request(host: &Host) -> Request<Vec<u8>> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = address(host);
        request
    }

    /// Reads the answer: the tenant is the first segment of the path in `Location`.
    ///
    /// # Errors
    ///
    /// [`Code::DiscoveryFailed`] when the answer is no redirect to an absolute `https` address
    /// with a tenant in it, as that of a workspace elsewhere than on Azure is not.
    pub fn from_response(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let status = response.status();
        if !status.is_redirection() {
            return Err(untold(format!("it answered {}", status.as_u16())));
        }
        let location = response.headers().get(header::LOCATION);
        let location = location
            .and_then(|value| Url::parse(value.to_str().ok()?).ok())
            .filter(|url| url.scheme() == "https")
            .ok_or_else(|| untold("it redirects to no address of a sign-in".to_owned()))?;
        let segment = location.path_segments().and_then(|mut path| path.next());
        segment
            .and_then(|segment| segment.parse().ok())
            .ok_or_else(|| untold("the address of the sign-in names no tenant".to_owned()))
    }

    /// The tenant as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AzureTenant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_segment = (1..=253).contains(&text.len())
            && text.bytes().all(plain)
            && text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if is_segment {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::new(
            Code::Config,
            "the Entra tenant is neither a UUID nor a domain name",
        )
        .with_hint(HINT))
    }
}

impl fmt::Display for AzureTenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn address(host: &Host) -> Uri {
    let address = format!("{host}{PATH}");
    address.parse().expect("a host with a path is a URI")
}

fn untold(reason: String) -> Error {
    Error::new(
        Code::DiscoveryFailed,
        "the host does not tell its Entra tenant",
    )
    .with_note(reason)
    .with_hint(HINT)
}

const PATH: &str = "/aad/auth";
const HINT: &str =
    "set `azure_tenant_id`, or ARM_TENANT_ID, to the directory id of the Azure portal";
