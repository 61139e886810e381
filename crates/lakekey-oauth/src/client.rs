use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use lakekey_core::Secret;
use url::form_urlencoded::byte_serialize;

/// The application that asks for tokens (RFC 6749 §2).
///
/// A public client names itself in the form. A client with a secret proves itself with HTTP Basic
/// (RFC 6749 §2.3.1), so that neither its id nor its secret is in the form.
///
/// ```
/// use lakekey_oauth::Client;
///
/// assert_eq!(Client::databricks_cli().id(), Some("databricks-cli"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    id: Option<String>,
    secret: Option<Secret>,
}

impl Client {
    /// The public client that every Databricks account knows: `databricks-cli`.
    pub fn databricks_cli() -> Self {
        Self::public("databricks-cli")
    }

    /// A client without a secret.
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            secret: None,
        }
    }

    /// A client with a secret, such as a service principal.
    pub fn confidential(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            id: Some(id.into()),
            secret: Some(secret.into()),
        }
    }

    /// No client at all: account-wide token federation, where the subject token alone says who
    /// asks.
    pub fn anonymous() -> Self {
        Self {
            id: None,
            secret: None,
        }
    }

    /// The client id; `None` for the anonymous client.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The client secret of a confidential client.
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// The `Authorization` header of a client with a secret, marked sensitive.
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let (id, secret) = (self.id()?, self.secret()?);
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(id), encoded(secret.expose()));
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
            .expect("base64 has only characters that a header may hold");
        value.set_sensitive(true);
        Some(value)
    }
}
