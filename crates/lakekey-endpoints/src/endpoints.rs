use serde_json::Value;
use url::Url;

use crate::metadata::{Document, describe, unreadable, untrusted, url_on};
use crate::{Host, MetadataError, Target};

/// Where to send the person and where to send the token request.
///
/// Either the fixed ones of an account ([`Target::endpoints`]) or those of a checked metadata
/// document ([`Endpoints::parse`]). All of them are on the target's own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    issuer: String,
    authorization: Url,
    token: Url,
    iss_promised: bool,
}

impl Endpoints {
    /// Reads the metadata of an authorization server (RFC 8414 §2) and checks it against the
    /// target it was fetched for.
    ///
    /// 1. `issuer` is the target's, character by character (RFC 8414 §3.3).
    /// 2. `authorization_endpoint` and `token_endpoint` are absolute URLs with the origin of the
    ///    target's host, hence `https` unless the host is a loopback one.
    /// 3. `code_challenge_methods_supported`, where present, contains `S256`.
    ///
    /// Everything else, such as `jwks_uri`, is not looked at.
    ///
    /// # Errors
    ///
    /// [`MetadataError::Unreadable`] for a document that is none, [`MetadataError::Untrusted`] for
    /// one that breaks a rule above; a missing issuer breaks the first.
    ///
    /// ```
    /// use lakekey_endpoints::{Endpoints, Target};
    ///
    /// let document = br#"{
    ///     "issuer": "https://ws.example.test/oidc",
    ///     "authorization_endpoint": "https://ws.example.test/oidc/v1/authorize",
    ///     "token_endpoint": "https://ws.example.test/oidc/v1/token"
    /// }"#;
    /// let endpoints = Endpoints::parse(document, &Target::workspace("ws.example.test".parse()?))?;
    /// assert_eq!(endpoints.token().path(), "/oidc/v1/token");
    ///
    /// let other = Target::workspace("other.example.test".parse()?);
    /// assert_eq!(Endpoints::parse(document, &other).unwrap_err().code(), "discovery_untrusted");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(metadata: &[u8], expected: &Target) -> Result<Self, MetadataError> {
        let document = Document::parse(metadata)?;
        let issuer = issuer(&document, expected)?;
        Self::of(&document, issuer, expected.host())
    }

    /// Reads such metadata from an address on `host` that was chosen, as `discovery_url` is, so that
    /// the issuer is not known beforehand: it is any URL with the origin of `host`.
    ///
    /// The other rules of [`Endpoints::parse`] hold.
    ///
    /// # Errors
    ///
    /// Those of [`Endpoints::parse`].
    ///
    /// ```
    /// use lakekey_endpoints::Endpoints;
    ///
    /// let document = br#"{
    ///     "issuer": "https://ws.example.test/sso",
    ///     "authorization_endpoint": "https://ws.example.test/sso/authorize",
    ///     "token_endpoint": "https://ws.example.test/sso/token"
    /// }"#;
    /// let endpoints = Endpoints::parse_on(document, &"ws.example.test".parse()?)?;
    /// assert_eq!(endpoints.issuer(), "https://ws.example.test/sso");
    /// assert!(Endpoints::parse_on(document, &"other.example.test".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse_on(metadata: &[u8], host: &Host) -> Result<Self, MetadataError> {
        let document = Document::parse(metadata)?;
        let found = document.get("issuer").and_then(Value::as_str);
        let issuer = found.unwrap_or_default().to_owned();
        url_on(host, "issuer", &issuer)?;
        Self::of(&document, issuer, host)
    }

    fn of(document: &Document, issuer: String, host: &Host) -> Result<Self, MetadataError> {
        check_challenge_methods(document)?;
        Ok(Self {
            issuer,
            authorization: endpoint(document, "authorization_endpoint", host)?,
            token: endpoint(document, "token_endpoint", host)?,
            iss_promised: iss_promised(document)?,
        })
    }

    /// The endpoints that follow from the issuer alone.
    pub(crate) fn fixed(target: &Target) -> Self {
        let at = |name| {
            target
                .host()
                .at(&format!("{}/v1/{name}", target.issuer_path()))
        };
        Self {
            issuer: target.issuer(),
            authorization: at("authorize"),
            token: at("token"),
            iss_promised: false,
        }
    }

    /// The issuer, the exact text a callback's `iss` must be (RFC 9207 §2.4).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the person signs in (RFC 6749 §3.1).
    pub fn authorization(&self) -> &Url {
        &self.authorization
    }

    /// Where codes and refresh tokens are redeemed (RFC 6749 §3.2).
    pub fn token(&self) -> &Url {
        &self.token
    }

    /// Whether every callback is promised to carry `iss`, so that one without is refused
    /// (RFC 9207 §3). Fixed endpoints promise nothing.
    pub fn iss_promised(&self) -> bool {
        self.iss_promised
    }
}

fn issuer(document: &Document, expected: &Target) -> Result<String, MetadataError> {
    let issuer = expected.issuer();
    let found = document.get("issuer");
    if found.and_then(Value::as_str) == Some(&issuer) {
        return Ok(issuer);
    }
    Err(untrusted("issuer", format!("`{issuer}`"), describe(found)))
}

fn endpoint(document: &Document, member: &'static str, host: &Host) -> Result<Url, MetadataError> {
    match document.get(member) {
        Some(Value::String(text)) => url_on(host, member, text),
        other => Err(unreadable(member, "a URL", describe(other))),
    }
}

/// RFC 7636 §7.2: a server that knows only `plain` is not to be talked down to.
fn check_challenge_methods(document: &Document) -> Result<(), MetadataError> {
    const MEMBER: &str = "code_challenge_methods_supported";
    match document.get(MEMBER) {
        None => Ok(()),
        Some(Value::Array(methods)) if methods.iter().any(|method| method == "S256") => Ok(()),
        Some(Value::Array(methods)) => {
            let found: Vec<String> = methods
                .iter()
                .take(5)
                .map(|method| describe(Some(method)))
                .collect();
            Err(untrusted(
                MEMBER,
                "a list with `S256`".to_owned(),
                format!("[{}]", found.join(", ")),
            ))
        }
        Some(other) => Err(unreadable(MEMBER, "an array", describe(Some(other)))),
    }
}

fn iss_promised(document: &Document) -> Result<bool, MetadataError> {
    const MEMBER: &str = "authorization_response_iss_parameter_supported";
    match document.get(MEMBER) {
        None => Ok(false),
        Some(Value::Bool(promised)) => Ok(*promised),
        Some(other) => Err(unreadable(MEMBER, "a boolean", describe(Some(other)))),
    }
}
