use http::{Response, StatusCode};
use lakekey_core::{Code, Error, Secret};

use crate::members::Members;

/// Reads an ID token from the answer of a service that gives it to whoever runs there.
///
/// `service` names the service in errors, `member` the member of its JSON object that is the token.
///
/// # Errors
///
/// [`Code::UnexpectedRedirect`], [`Code::RateLimited`], [`Code::ServerError`], [`Code::TokenError`]
/// for any other status but 200, and [`Code::InvalidTokenResponse`] for an answer without a token.
/// None holds a text of the body.
pub fn id_token_response(
    service: &'static str,
    member: &'static str,
    response: &Response<Vec<u8>>,
) -> Result<Secret, Error> {
    let status = response.status();
    if status != StatusCode::OK {
        return Err(refused(service, status));
    }
    let token = Members::parse(response.body()).and_then(|members| members.first(&[member]));
    let is_token = |text: &String| !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic());
    token.filter(is_token).map(Secret::from).ok_or_else(|| {
        let message = format!("the answer of {service} holds no ID token in `{member}`");
        Error::new(Code::InvalidTokenResponse, message)
            .with_hint("check whether a proxy answers in its place")
    })
}

fn refused(service: &str, status: StatusCode) -> Error {
    let (code, hint) = match status {
        StatusCode::TOO_MANY_REQUESTS => (Code::RateLimited, LATER),
        _ if status.is_server_error() => (Code::ServerError, LATER),
        _ if status.is_redirection() => (Code::UnexpectedRedirect, PROXY),
        _ => (Code::TokenError, PERMISSION),
    };
    let status = status.as_u16();
    Error::new(code, format!("{service} gave no ID token"))
        .with_note(format!("it answered {status}"))
        .with_hint(hint)
}

const LATER: &str = "try again later";
const PROXY: &str = "check whether a proxy answers in its place";
const PERMISSION: &str = "check that the job may ask for an ID token";
