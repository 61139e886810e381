//! Access tokens: RS256 JSON Web Tokens in the shape Databricks gives them (RFC 9068).

use serde::{Deserialize, Serialize};

use crate::{
    dice::{base64url, from_base64url},
    keys::SigningKey,
};

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
}

/// What an identity token says (OpenID Connect Core §2).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Identity {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
}

/// The protected header.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    #[serde(default)]
    pub(crate) typ: String,
    #[serde(default)]
    pub(crate) kid: String,
}

/// Signs `claims` as a token of that type.
pub(crate) fn sign<C: Serialize>(key: &SigningKey, typ: &str, claims: &C) -> String {
    let header = Header {
        alg: "RS256".to_owned(),
        typ: typ.to_owned(),
        kid: key.kid.to_string(),
    };
    let mut token = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(token.as_bytes());
    token.push('.');
    token.push_str(&base64url(&signature));
    token
}

/// A token taken apart, not yet believed.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) header: Header,
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
    payload: Vec<u8>,
}

impl<'a> Parsed<'a> {
    pub(crate) fn of(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        Some(Self {
            header: serde_json::from_slice(&from_base64url(header)?).ok()?,
            signed,
            signature: from_base64url(signature)?,
            payload: from_base64url(payload)?,
        })
    }

    /// The claims, if they are those of an access token.
    pub(crate) fn claims(&self) -> Option<Claims> {
        serde_json::from_slice(&self.payload).ok()
    }
}

fn part<T: Serialize>(value: &T) -> String {
    base64url(&serde_json::to_vec(value).unwrap_or_default())
}
