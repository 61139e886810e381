use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::excerpt::url_excerpt;
use crate::pasted::Pasted;

/// A Databricks host: `https://`, a name, and a port where it is not the default one.
///
/// Parsing accepts what people have at hand (a bare name, a URL copied from the browser, blanks
/// around it) and keeps scheme, name and port; [`Host::parse_pasted`] also keeps the account and
/// workspace ids of such a URL. What is accepted is safe to send a credential to: the scheme is
/// `https`, or `http` where the name is a loopback address, `localhost` or a name below it
/// (RFC 6761 §6.3). Names are lower case and ASCII, so two spellings of one host are equal.
///
/// ```
/// use lakekey_endpoints::Host;
///
/// let host: Host = "WS.Example.Test:443/login.html".parse()?;
/// assert_eq!(host.as_str(), "https://ws.example.test");
/// assert!("http://ws.example.test".parse::<Host>().is_err());
/// # Ok::<(), lakekey_endpoints::HostError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// Scheme, name and port with the path `/`; nothing else.
    url: Url,
}

impl Host {
    /// Parses a URL copied from a browser and keeps the ids in its query beside the host.
    ///
    /// # Errors
    ///
    /// The same as parsing a `Host`: no or an unsafe host. Ids that are none are left out.
    pub fn parse_pasted(text: &str) -> Result<Pasted, HostError> {
        text.parse()
    }

    /// The canonical text `scheme://name[:port]`, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The host as a URL with the path `/`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The name or address without scheme and port; an IPv6 address is in brackets.
    pub fn name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, where it is not the default one of the scheme.
    pub fn port(&self) -> Option<u16> {
        self.url.port()
    }

    /// Whether the host is this machine: 127.0.0.0/8, `[::1]`, `localhost` or a name below it.
    ///
    /// Names are judged by RFC 6761 §6.3 and not looked up; a client connects to the loopback
    /// addresses for them, whatever DNS says.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether the name is that of an account console: `accounts.…` or `accounts-dod.…`.
    pub fn is_accounts(&self) -> bool {
        ACCOUNTS_PREFIXES
            .iter()
            .any(|prefix| self.name().starts_with(prefix))
    }

    /// Whether `url` has this host's scheme, name and port (RFC 6454 §5).
    pub fn same_origin(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// The URL of an absolute path on this host.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    /// Builds a host from the scheme and authority of `input`, which is only for messages.
    pub(crate) fn from_parts(
        scheme: &str,
        authority: &str,
        input: &str,
    ) -> Result<Self, HostError> {
        let input = || url_excerpt(input);
        if authority.contains(is_foreign_to_authority) {
            return Err(HostError::Name { input: input() });
        }
        let parsed = Url::parse(&format!("{scheme}://{authority}/"));
        let url = match parsed {
            Err(url::ParseError::InvalidPort) => return Err(HostError::Port { input: input() }),
            Ok(url) if authority.ends_with(':') || url.port() == Some(0) => {
                return Err(HostError::Port { input: input() });
            }
            parsed => parsed.ok().and_then(checked_domain),
        };
        match url {
            None => Err(HostError::Name { input: input() }),
            Some(url) if url.scheme() != "https" && !is_loopback(&url) => {
                Err(HostError::PlainHttp { input: input() })
            }
            Some(url) => Ok(Self { url }),
        }
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        text.parse::<Pasted>().map(|pasted| pasted.host)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Host").field(&self.as_str()).finish()
    }
}

/// Why a text is no host to sign in to.
///
/// `input` is the beginning of that text, escaped, without user information, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There is no text, or only blanks.
    #[error("the host is empty; write it as `https://` and the name in the browser's address bar")]
    Empty,
    /// The scheme is neither `https` nor, for loopback, `http`.
    #[error("`{input}` does not start with `https://`; write `https://` or leave the scheme out")]
    Scheme {
        /// What was found.
        input: String,
    },
    /// The scheme is `http` and the host is not this machine.
    #[error("`{input}` would send credentials unencrypted; write `https://` instead of `http://`")]
    PlainHttp {
        /// What was found.
        input: String,
    },
    /// A user name or password stands before the name. It is not repeated here.
    #[error("the host contains a user name or password before `@`; write only the host")]
    UserInfo,
    /// The port is not a number from 1 to 65535.
    #[error("`{input}` has no valid port; write a number from 1 to 65535, or leave it out")]
    Port {
        /// What was found.
        input: String,
    },
    /// What stands in the place of the name is neither a DNS name nor an IP address.
    #[error("`{input}` has no valid host name; write it as in the browser's address bar")]
    Name {
        /// What was found.
        input: String,
    },
}

impl HostError {
    /// The stable code of this error: `invalid_host`.
    pub fn code(&self) -> &'static str {
        "invalid_host"
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        None => false,
    }
}

/// Characters a lenient URL parser drops, decodes or takes for a slash.
fn is_foreign_to_authority(character: char) -> bool {
    character.is_control() || character.is_whitespace() || matches!(character, '%' | '\\')
}

/// The URL with a DNS name that is one, without the dot of the root; an address stays as it is.
fn checked_domain(mut url: Url) -> Option<Url> {
    if let Some(url::Host::Domain(domain)) = url.host() {
        let name = domain.strip_suffix('.').unwrap_or(domain).to_owned();
        if !is_domain(&name) {
            return None;
        }
        url.set_host(Some(&name)).ok()?;
    }
    Some(url)
}

/// RFC 1035 §2.3.4, with the underscore that some private names have.
fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

const ACCOUNTS_PREFIXES: [&str; 2] = ["accounts.", "accounts-dod."];
