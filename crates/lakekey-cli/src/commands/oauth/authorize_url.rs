//! `lakekey oauth authorize-url`: the address to sign in at (RFC 6749 §4.1.1).

use lakekey::{Code, Error};
use lakekey_oauth::{Client, Scopes, authorization_url};
use lakekey_pkce::Verifier;
use url::Url;

use super::server;
use crate::args::AuthorizeUrl;
use crate::output;

pub(super) fn run(args: &AuthorizeUrl) -> Result<(), Error> {
    let challenge = checked(&args.challenge)?;
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
    // A challenge is made from its verifier and never read from a text, so a stand-in is made,
    // and the one that was given takes its place.
    let stand_in = Verifier::generate().challenge();
    let url = authorization_url(
        &endpoints,
        &client,
        &redirect_uri,
        &scopes,
        &state,
        &stand_in,
    );
    output::data(&format!("{}\n", with_challenge(url, challenge)))
}

/// RFC 7636 §4.2: a challenge is the base64url of 32 bytes, which is 43 characters.
fn checked(challenge: &str) -> Result<&str, Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() == 43 && challenge.bytes().all(fits) {
        return Ok(challenge);
    }
    Err(Error::new(
        Code::Usage,
        "the challenge must be 43 characters of base64url",
    )
    .with_hint("make one: lakekey oauth pkce"))
}

fn with_challenge(mut url: Url, challenge: &str) -> Url {
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    url.query_pairs_mut().clear().extend_pairs(pairs.iter().map(
        |(name, value)| match name.as_str() {
            "code_challenge" => (name.as_str(), challenge),
            _ => (name.as_str(), value.as_str()),
        },
    ));
    url
}
