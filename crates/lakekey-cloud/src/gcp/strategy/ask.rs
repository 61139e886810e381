//! Asking Google for a token, again only where that is safe.

use std::time::SystemTime;

use http::{Request, Response};
use lakekey_core::{Code, Context, Error, Secret, Token};
use lakekey_oauth::{
    DEFAULT_LIFETIME, Grant, MAX_LIFETIME, Retry, Scopes, lifetime, token_response,
};
use serde_json::Value;

/// Sends a request whose answer is not one of an OAuth token endpoint until it succeeds or fails
/// for good. `grant` is what the request redeems, which tells how often that may be tried.
pub(super) async fn google(
    cx: &Context,
    grant: &Grant,
    request: Request<Vec<u8>>,
) -> Result<Answer, Error> {
    let mut retry = Retry::new();
    loop {
        let started = cx.clock().now();
        let (wait, error) = match cx.http().send(request.clone()).await {
            Ok(response) if response.status().is_success() => {
                return Ok(Answer { started, response });
            }
            Ok(response) => {
                let error = token_response(&response, started, grant)
                    .expect_err("only a success holds a token");
                (retry.answered(grant, &error), error.into())
            }
            Err(error) => (retry.unanswered(grant, &error), error),
        };
        match wait {
            Some(wait) => cx.clock().sleep(wait).await,
            None => return Err(error),
        }
    }
}

/// A successful answer, and when its request was started.
pub(super) struct Answer {
    pub(super) started: SystemTime,
    response: Response<Vec<u8>>,
}

impl Answer {
    /// The ID token in a member of the answer; it lives as long as it says itself.
    pub(super) fn id_token(self, member: &str) -> Result<Token, Error> {
        let started = self.started;
        let token = self.text(member)?;
        let life = lifetime(token.expose(), started).unwrap_or(DEFAULT_LIFETIME);
        Ok(Token::bearer(token).lasting(started, life.min(MAX_LIFETIME)))
    }

    /// A member of the answer that is a token.
    pub(super) fn text(self, member: &str) -> Result<Secret, Error> {
        let document = serde_json::from_slice(self.response.body()).unwrap_or_default();
        let text = match document {
            Value::Object(mut members) => members.remove(member),
            _ => None,
        };
        match text {
            Some(Value::String(text)) if is_token(&text) => Ok(Secret::from(text)),
            _ => {
                let message = format!("the answer of Google has no usable `{member}`");
                Err(Error::new(Code::InvalidTokenResponse, message)
                    .with_hint("check whether a proxy answers in the place of Google"))
            }
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The error of a refusal in other words, which say what Google refuses; any other as it is.
pub(super) fn refused(error: Error, fact: &str, hint: &str) -> Error {
    match error.code() {
        Code::TokenError | Code::ReauthRequired => Error::new(error.code(), fact)
            .with_hint(hint)
            .caused_by(error),
        _ => error,
    }
}

/// No scope in the form: an assertion has its own, and a sign-in too.
pub(super) fn no_scopes() -> Scopes {
    "".parse().expect("an empty text is an empty list")
}
