//! `lakekey oauth`: the authorization code flow with PKCE, a step at a time.

mod authorize_url;
mod curl;
mod exchange;
mod pkce;
mod refresh;
mod server;

use lakekey::{Error, Token};
use serde::Serialize;

use crate::args::{Oauth, OauthCommand};
use crate::output;

pub(super) fn run(oauth: Oauth) -> Result<(), Error> {
    match oauth.command {
        OauthCommand::Pkce(args) => pkce::run(&args),
        OauthCommand::AuthorizeUrl(args) => authorize_url::run(&args),
        OauthCommand::Exchange(args) => exchange::run(&args),
        OauthCommand::Refresh(args) => refresh::run(&args),
    }
}

/// What a token endpoint gave, refresh token included: here the caller keeps it.
#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
}

fn print(token: &Token) -> Result<(), Error> {
    json(&Granted {
        access_token: token.access().expose(),
        refresh_token: token.refresh().map(lakekey::Secret::expose),
        scope: token.scope(),
        token_type: token.token_type(),
        expires_in: token.lifetime().map(|lifetime| lifetime.as_secs()),
    })
}

fn json(value: &impl Serialize) -> Result<(), Error> {
    let text =
        serde_json::to_string_pretty(value).expect("texts and numbers can be written as JSON");
    output::data(&format!("{text}\n"))
}
