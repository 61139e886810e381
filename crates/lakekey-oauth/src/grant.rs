use lakekey_core::Secret;
use lakekey_pkce::Verifier;

use crate::RedirectUri;

/// What a token is asked for in exchange for: the `grant_type` and what belongs to it.
///
/// It is not `Clone`: a code is redeemed once.
#[derive(Debug)]
#[non_exhaustive]
pub enum Grant {
    /// The code of a person's sign-in (RFC 6749 §4.1.3, RFC 7636 §4.5).
    ///
    /// Only [`Pending::finish`](crate::Pending::finish) makes one, so a code whose `state` was not
    /// checked cannot be redeemed.
    #[non_exhaustive]
    AuthorizationCode {
        /// The code.
        code: Secret,
        /// The verifier whose challenge was in the authorization request.
        verifier: Verifier,
        /// The redirect URI of the authorization request, byte for byte.
        redirect_uri: RedirectUri,
    },
    /// A refresh token (RFC 6749 §6).
    Refresh(Secret),
    /// The client's own credentials (RFC 6749 §4.4).
    ClientCredentials,
    /// A token of another issuer (RFC 8693 §2.1).
    TokenExchange {
        /// The token to exchange.
        subject_token: Secret,
        /// What kind of token that is; [`Grant::federated`] sets the one Databricks expects.
        subject_token_type: String,
    },
    /// A signed assertion (RFC 7523 §2.1).
    JwtBearer(Secret),
}

impl Grant {
    /// The exchange of a JWT from another issuer, as Databricks token federation expects it.
    pub fn federated(jwt: impl Into<Secret>) -> Self {
        Self::TokenExchange {
            subject_token: jwt.into(),
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
        }
    }

    /// The `grant_type` as it stands in the form.
    pub fn grant_type(&self) -> &'static str {
        match self {
            Self::AuthorizationCode { .. } => "authorization_code",
            Self::Refresh(_) => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange { .. } => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer(_) => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// The form parameters that belong to this grant alone.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::AuthorizationCode {
                code,
                verifier,
                redirect_uri,
            } => vec![
                ("code", code.expose()),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", verifier.expose()),
            ],
            Self::Refresh(token) => vec![("refresh_token", token.expose())],
            Self::ClientCredentials => Vec::new(),
            Self::TokenExchange {
                subject_token,
                subject_token_type,
            } => vec![
                ("subject_token", subject_token.expose()),
                ("subject_token_type", subject_token_type),
            ],
            Self::JwtBearer(assertion) => vec![("assertion", assertion.expose())],
        }
    }

    /// Whether the form names the scopes; a code and a refresh token have theirs already.
    pub(crate) fn names_scopes(&self) -> bool {
        !matches!(self, Self::AuthorizationCode { .. } | Self::Refresh(_))
    }

    /// The secrets that the server sees with this grant, which its answer might repeat.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        match self {
            Self::AuthorizationCode { code, verifier, .. } => {
                vec![code.expose(), verifier.expose()]
            }
            Self::Refresh(secret) | Self::JwtBearer(secret) => vec![secret.expose()],
            Self::TokenExchange { subject_token, .. } => vec![subject_token.expose()],
            Self::ClientCredentials => Vec::new(),
        }
    }
}
