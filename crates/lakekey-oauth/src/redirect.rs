use std::fmt;
use std::str::FromStr;

use url::Url;

/// A redirect URI, kept byte for byte.
///
/// The authorization server compares it as text, in the authorization request and again when the
/// code is redeemed (RFC 6749 §4.1.3). A parsed URL would gain a trailing slash and be another.
///
/// ```
/// use lakekey_oauth::RedirectUri;
///
/// assert_eq!(RedirectUri::loopback(8020).as_str(), "http://localhost:8020");
/// assert_eq!("http://localhost:8020".parse(), Ok(RedirectUri::loopback(8020)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// `http://localhost:<port>`, the form that Databricks knows its native clients by
    /// (RFC 8252 §7.3).
    pub fn loopback(port: u16) -> Self {
        Self(format!("http://localhost:{port}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `address`, a URL without query and fragment, is where this URI leads. Browsers show
    /// a slash behind the authority.
    pub(crate) fn leads_to(&self, address: &str) -> bool {
        match (Url::parse(&self.0), Url::parse(address)) {
            (Ok(own), Ok(other)) => own.origin() == other.origin() && own.path() == other.path(),
            _ => false,
        }
    }
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, RedirectUriError> {
        let url = Url::parse(text).map_err(|_| RedirectUriError)?;
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if printable && url.has_host() && url.fragment().is_none() {
            Ok(Self(text.to_owned()))
        } else {
            Err(RedirectUriError)
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is no redirect URI: not an absolute URL with a host, or one with a fragment
/// (RFC 6749 §3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the redirect URI is no absolute URL without fragment; write it as `http://localhost:8020`"
)]
pub struct RedirectUriError;
