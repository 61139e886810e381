use std::fmt;
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lakekey_core::{Context, Error, Secret, Token};
use lakekey_oauth::{Client, Grant, exchange, token_request};
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::ask::{self, no_scopes};
use super::document::{Members, wrong};

/// The key of a service account, which signs assertions (RFC 7523 §2.1).
pub(super) struct Key {
    email: String,
    id: Option<String>,
    token_uri: Url,
    pair: RsaKeyPair,
}

impl Key {
    pub(super) fn parse(mut members: Members) -> Result<Self, Error> {
        let pem = Secret::from(members.take("private_key")?);
        let token_uri = members.take("token_uri")?;
        Ok(Self {
            email: members.take("client_email")?,
            id: members.optional("private_key_id"),
            token_uri: trusted(&token_uri)
                .ok_or_else(|| wrong("have a `token_uri` that is no https address"))?,
            pair: pair(&pem)
                .ok_or_else(|| wrong("have a `private_key` that is no RSA key in PKCS#8 PEM"))?,
        })
    }

    /// An ID token of the service account for `audience`.
    pub(super) async fn id_token(&self, cx: &Context, audience: &str) -> Result<Token, Error> {
        let grant = self.grant(cx, "target_audience", audience);
        let (client, scopes) = (Client::anonymous(), no_scopes());
        let request = token_request(&self.token_uri, &client, &grant, &scopes, &[])?;
        let answer = ask::google(cx, &grant, request).await.map_err(refused)?;
        answer.id_token("id_token")
    }

    /// An access token of the service account for these scopes.
    pub(super) async fn access_token(&self, cx: &Context, scopes: &[&str]) -> Result<Token, Error> {
        let grant = self.grant(cx, "scope", &scopes.join(" "));
        let (client, none) = (Client::anonymous(), no_scopes());
        let token = exchange(cx, &self.token_uri, &client, &grant, &none, &[]).await;
        token.map_err(refused)
    }

    fn grant(&self, cx: &Context, claim: &str, value: &str) -> Grant {
        Grant::JwtBearer(self.assertion(cx.clock().now(), claim, value))
    }

    /// A JWT signed with RS256 (RFC 7518 §3.3) that lives for an hour.
    fn assertion(&self, now: SystemTime, claim: &str, value: &str) -> Secret {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(id) = &self.id {
            header["kid"] = json!(id);
        }
        let issued = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let claims = json!({
            "iss": self.email,
            "sub": self.email,
            "aud": self.token_uri.as_str(),
            "iat": issued.as_secs(),
            "exp": (issued + LIFETIME).as_secs(),
            claim: value,
        });
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.signature(message.as_bytes()));
        Secret::from(format!("{message}.{signature}"))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("the signature has the length of the modulus");
        signature
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

fn refused(error: Error) -> Error {
    ask::refused(
        error,
        "Google refuses the key of the service account",
        "check that the service account is enabled and still has this key, and that the clock is right",
    )
}

/// An address that an assertion may be sent to: `https`, or `http` on this machine.
fn trusted(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let is_loopback = match url.host()? {
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
        url::Host::Domain(name) => name == "localhost",
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    Some(url).filter(|_| is_safe && is_plain)
}

/// The key in a PEM text (RFC 7468 §10).
fn pair(pem: &Secret) -> Option<RsaKeyPair> {
    let (_, rest) = pem.expose().split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    text.extend(body.split_ascii_whitespace());
    let der = Zeroizing::new(STANDARD.decode(&*text).ok()?);
    RsaKeyPair::from_pkcs8(&der).ok()
}

/// The longest that Google lets an assertion live.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
