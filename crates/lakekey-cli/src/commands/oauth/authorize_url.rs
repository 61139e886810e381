//! `lakekey oauth authorize-url`: the address to sign in at (RFC 6749 §4.1.1).

use lakekey::{Code, Error};
use lakekey_oauth::{Client, Scopes, authorization_url};
use lakekey_pkce::{Challenge, ChallengeError};

use super::server;
use crate::args::AuthorizeUrl;
use crate::output;

pub(super) fn run(args: &AuthorizeUrl) -> Result<(), Error> {
    let challenge: Challenge = args.challenge.parse().map_err(|error: ChallengeError| {
        Error::new(Code::Usage, error.to_string()).with_hint("make one: lakekey oauth pkce")
    })?;
    let scopes: Scopes = args
        .scopes
        .parse()
        .map_err(|error: lakekey_oauth::ScopeError| {
            Error::new(Code::Usage, error.to_string())
                .with_hint("separate scopes with commas: --scopes sql,offline_access")
        })?;
    let redirect_uri = server::redirect_uri(&args.redirect_uri)?;
    let state = server::state(&args.state)?;
    let client = Client::public(&args.server.client_id);
    let endpoints = server::endpoints(&server::target(&args.server)?)?;
    let url = authorization_url(
        &endpoints,
        &client,
        &redirect_uri,
        &scopes,
        &state,
        &challenge,
    );
    output::data(&format!("{url}\n"))
}
