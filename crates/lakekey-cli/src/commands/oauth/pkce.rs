//! `lakekey oauth pkce`: the three random values of a sign-in (RFC 7636 §4.1, RFC 6749 §10.12).

use std::path::Path;

use lakekey::Error;
use lakekey_oauth::State;
use lakekey_pkce::{Challenge, Verifier};
use serde::Serialize;

use crate::args::Pkce;
use crate::files;

pub(super) fn run(args: &Pkce) -> Result<(), Error> {
    let (verifier, state) = (Verifier::generate(), State::generate());
    if let Some(path) = &args.verifier_file {
        // Without a line break: `curl --data-urlencode name@file` would send it.
        files::create(path, verifier.expose())?;
    }
    super::json(&Values {
        verifier: args.verifier_file.is_none().then(|| verifier.expose()),
        verifier_file: args.verifier_file.as_deref(),
        challenge: verifier.challenge().as_str(),
        method: Challenge::METHOD,
        state: state.as_str(),
    })
}

#[derive(Serialize)]
struct Values<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verifier_file: Option<&'a Path>,
    challenge: &'a str,
    method: &'a str,
    state: &'a str,
}
