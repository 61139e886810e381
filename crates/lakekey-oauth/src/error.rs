use std::time::Duration;

use http::StatusCode;
use lakekey_core::{Code, Error, Secret};

use crate::Pending;

/// Why a callback is not the answer of a sign-in, or what else it says than a code.
///
/// Texts in it are the server's, sanitised: no control or direction characters, at most 300
/// characters, and left out where they repeat state or code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// Nothing says that the callback belongs to this sign-in: answer it with an error page and
    /// wait for another.
    #[error("the callback does not belong to this sign-in: {reason}")]
    NotOurs {
        /// What tells.
        reason: Mismatch,
        /// The sign-in, to go on with.
        pending: Box<Pending>,
    },
    /// The person or a policy said no.
    #[error("the sign-in was denied (access_denied){}", quoted(description.as_deref()))]
    Denied {
        /// What the server says about it.
        description: Option<String>,
    },
    /// The authorization server refused for another reason (RFC 6749 §4.1.2.1).
    #[error("the authorization server refused with `{error}`{}", quoted(description.as_deref()))]
    Refused {
        /// The error code.
        error: String,
        /// What the server says about it.
        description: Option<String>,
        /// A page about it: to be shown as text, never opened.
        uri: Option<String>,
    },
    /// The state is right, the rest is not.
    #[error("the callback cannot be used: {reason}")]
    Invalid {
        /// What is wrong, in words.
        reason: String,
    },
    /// The answer comes from another issuer, or from none where one was promised: the code must
    /// not be sent anywhere (RFC 9207 §2.4).
    #[error("the callback must come from the issuer `{expected}`, it names {}", issuer(found.as_deref()))]
    Issuer {
        /// The issuer that was asked.
        expected: String,
        /// The issuer that answered.
        found: Option<String>,
    },
}

impl CallbackError {
    /// The stable code. A callback that does not belong to the sign-in has one for the case that
    /// there is no other to wait for.
    pub fn code(&self) -> Code {
        match self {
            Self::NotOurs { .. } | Self::Invalid { .. } => Code::InvalidCallback,
            Self::Denied { .. } => Code::AuthDenied,
            Self::Refused { .. } => Code::AuthError,
            Self::Issuer { .. } => Code::IssuerMismatch,
        }
    }
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        let converted = Self::new(error.code(), error.to_string());
        match error {
            CallbackError::NotOurs { .. } => {
                converted.with_hint("use the address that this sign-in led to, or sign in again")
            }
            CallbackError::Denied { .. } => {
                converted.with_hint("sign in again and approve, or ask an administrator for access")
            }
            CallbackError::Refused { uri: Some(uri), .. } => converted
                .with_note(format!("the server points to {uri}"))
                .with_hint(SIGN_IN_AGAIN),
            CallbackError::Refused { .. } | CallbackError::Invalid { .. } => {
                converted.with_hint(SIGN_IN_AGAIN)
            }
            CallbackError::Issuer { .. } => {
                converted.with_hint("check the host, then sign in again")
            }
        }
    }
}

/// What tells that a callback does not belong to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It has no parameters at all; an answer in the fragment looks like this to a server.
    #[error("it is empty")]
    Empty,
    /// It is longer than 32 KiB.
    #[error("it is too long")]
    TooLong,
    /// A part of it does not decode.
    #[error("it does not decode")]
    Undecodable,
    /// It is an address that the redirect URI does not lead to.
    #[error("it is another address than the redirect URI")]
    OtherAddress,
    /// It has no state.
    #[error("its `state` is missing")]
    StateMissing,
    /// It has another state.
    #[error("its `state` is another")]
    StateWrong,
    /// It has several states, and not all of them are right.
    #[error("it has several `state`s")]
    StateRepeated,
}

/// Why a token endpoint's answer is no token.
///
/// `error` and `description` are the server's, sanitised like those of a [`CallbackError`]; `None`
/// where the server said nothing, or nothing fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// A redirect, which is not followed: it would take a secret elsewhere.
    #[error("the token endpoint answered {status}, a redirect, which is not followed")]
    Redirected {
        /// The status.
        status: StatusCode,
    },
    /// Too many requests.
    #[error("the token endpoint asks to wait{}", delay(*retry_after))]
    RateLimited {
        /// How long to wait, as the server states it.
        retry_after: Option<Duration>,
    },
    /// The server failed, and nothing was spent that could not be sent again.
    #[error("the token endpoint failed with {status}")]
    Unavailable {
        /// The status.
        status: StatusCode,
        /// How long to wait, as the server states it.
        retry_after: Option<Duration>,
    },
    /// The server failed after a code was sent: nobody knows whether the code is spent.
    #[error("the token endpoint failed with {status}, and the code may be spent")]
    OutcomeUnknown {
        /// The status.
        status: StatusCode,
    },
    /// The code was refused.
    #[error("the token endpoint refused the code{}{}", named(error.as_deref()), quoted(description.as_deref()))]
    CodeRefused {
        /// The error code.
        error: Option<String>,
        /// What the server says about it.
        description: Option<String>,
    },
    /// The refresh token is spent, expired or revoked: only another sign-in helps.
    #[error("the refresh token is no longer valid{}{}", named(error.as_deref()), quoted(description.as_deref()))]
    RefreshTokenDead {
        /// The error code.
        error: Option<String>,
        /// What the server says about it.
        description: Option<String>,
    },
    /// Any other refusal.
    #[error("the token endpoint answered {status}{}{}", named(error.as_deref()), quoted(description.as_deref()))]
    Refused {
        /// The status.
        status: StatusCode,
        /// The error code.
        error: Option<String>,
        /// What the server says about it.
        description: Option<String>,
    },
    /// The answer is not one that a token endpoint gives.
    #[error(
        "the answer of the token endpoint cannot be used, {problem} \
         (status {status}, {}, {length} bytes)",
        content(content_type.as_deref())
    )]
    Unusable {
        /// The status.
        status: StatusCode,
        /// The content type, unless it is empty or repeats what was sent.
        content_type: Option<String>,
        /// The length of the body in bytes.
        length: usize,
        /// What is wrong, in words.
        problem: &'static str,
    },
}

impl ResponseError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Redirected { .. } => Code::UnexpectedRedirect,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Unavailable { .. } => Code::ServerError,
            Self::OutcomeUnknown { .. } | Self::CodeRefused { .. } => Code::LoginFailed,
            Self::RefreshTokenDead { .. } => Code::ReauthRequired,
            Self::Refused { .. } => Code::TokenError,
            Self::Unusable { .. } => Code::InvalidTokenResponse,
        }
    }

    /// The same without the texts that repeat the secret of the client.
    pub(crate) fn withholding(mut self, secret: Option<&Secret>) -> Self {
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
            return self;
        };
        let repeats = |text: &mut String| text.contains(secret.expose());
        if let Self::Unusable { content_type, .. } = &mut self {
            content_type.take_if(repeats);
        }
        if let Self::CodeRefused { error, description }
        | Self::RefreshTokenDead { error, description }
        | Self::Refused {
            error, description, ..
        } = &mut self
        {
            for text in [error, description] {
                text.take_if(repeats);
            }
        }
        self
    }

    /// How long the server asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}

impl From<ResponseError> for Error {
    fn from(error: ResponseError) -> Self {
        let hint = match error.code() {
            Code::LoginFailed | Code::ReauthRequired => SIGN_IN_AGAIN,
            Code::RateLimited | Code::ServerError => "try again later",
            Code::TokenError => "check the client and its scopes, then sign in again",
            _ => "check the host, and whether a proxy answers in its place",
        };
        Self::new(error.code(), error.to_string()).with_hint(hint)
    }
}

/// A token may do less than was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token lacks the scopes `{missing}`, it was granted `{granted}`")]
pub struct ScopesMissing {
    pub(crate) missing: String,
    pub(crate) granted: String,
}

impl From<ScopesMissing> for Error {
    fn from(error: ScopesMissing) -> Self {
        Self::new(Code::ScopeInsufficient, error.to_string())
            .with_hint("sign in again with other scopes, or ask an administrator to allow these")
    }
}

/// A URL is no address that an HTTP request can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token endpoint is no address that a request can be sent to")]
pub struct EndpointError;

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Self::new(Code::DiscoveryUntrusted, error.to_string()).with_hint("check the host")
    }
}

fn quoted(description: Option<&str>) -> String {
    description
        .map(|text| format!(": {text}"))
        .unwrap_or_default()
}

fn named(error: Option<&str>) -> String {
    error
        .map(|error| format!(" with `{error}`"))
        .unwrap_or_default()
}

fn issuer(found: Option<&str>) -> String {
    found.map_or_else(|| "none".to_owned(), |found| format!("`{found}`"))
}

fn delay(retry_after: Option<Duration>) -> String {
    retry_after
        .map(|delay| format!(" {} s", delay.as_secs()))
        .unwrap_or_default()
}

fn content(content_type: Option<&str>) -> String {
    content_type.map_or_else(
        || "no content type".to_owned(),
        |found| format!("content type {found}"),
    )
}

const SIGN_IN_AGAIN: &str = "sign in again";

#[cfg(test)]
mod tests {
    use super::{ResponseError, Secret, StatusCode};

    #[test]
    fn a_text_that_repeats_the_secret_of_the_client_is_withheld() {
        let secret = Secret::from("canary");
        let repeated = || Some("x canary".to_owned());
        let status = StatusCode::BAD_REQUEST;
        for error in [
            ResponseError::Refused {
                status,
                error: repeated(),
                description: repeated(),
            },
            ResponseError::Unusable {
                status,
                content_type: repeated(),
                length: 0,
                problem: "it is a page for people",
            },
        ] {
            let shown = format!("{:?}", error.withholding(Some(&secret)));
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}
