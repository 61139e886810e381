use lakekey_core::{Code, Context, Error, Token};
use url::Url;

use crate::{Client, Grant, Retry, Scopes, token_request, token_response};

/// Exchanges a grant for a token through the doors of `cx`, again only where that is safe.
///
/// It is [`token_request`], [`token_response`] and [`Retry`] put together, for sources of tokens
/// that have a [`Context`] anyway. The token's life is counted from the start of the request that
/// minted it. `extra` are further parameters of the form, such as `resource`.
///
/// # Errors
///
/// What the HTTP client says, and what [`token_response`] makes of the answer. A code whose request
/// broke off before an answer is [`Code::LoginFailed`]: it may be spent, and only a new sign-in helps.
pub async fn exchange(
    cx: &Context,
    endpoint: &Url,
    client: &Client,
    grant: &Grant,
    scopes: &Scopes,
    extra: &[(&str, &str)],
) -> Result<Token, Error> {
    let mut retry = Retry::new();
    loop {
        let request = token_request(endpoint, client, grant, scopes, extra)?;
        let started = cx.clock().now();
        let (wait, error) = match cx.http().send(request).await {
            Ok(response) => match token_response(&response, started, grant) {
                Ok(token) => return Ok(token),
                Err(error) => {
                    let wait = retry.answered(grant, &error);
                    (wait, error.withholding(client.secret()).into())
                }
            },
            Err(error) => (retry.unanswered(grant, &error), outcome_of(grant, error)),
        };
        match wait {
            Some(wait) => cx.clock().sleep(wait).await,
            None => return Err(error),
        }
    }
}

/// A code whose request broke off before an answer may be spent: only a new sign-in helps.
fn outcome_of(grant: &Grant, error: Error) -> Error {
    let lost = error.code() == Code::Transport && !error.is_unsent() && !error.is_answered();
    if !lost || !matches!(grant, Grant::AuthorizationCode { .. }) {
        return error;
    }
    Error::new(
        Code::LoginFailed,
        "the connection broke, and the code may be spent",
    )
    .with_hint("sign in again")
    .caused_by(error)
}
