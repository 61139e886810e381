//! `lakekey oauth exchange`: from the redirect URL to a token (RFC 6749 §4.1.3).

use std::path::Path;

use lakekey::{Code, Environment, Error, Secret};
use lakekey_oauth::{CallbackError, Pending};

use super::{curl, server};
use crate::args::Exchange;
use crate::{files, output, terminal};

pub(super) fn run(args: &Exchange) -> Result<(), Error> {
    let target = server::target(&args.server)?;
    let state = server::state(&args.state)?;
    let redirect_uri = server::redirect_uri(&args.redirect_uri)?;
    if args.curl {
        return show(args, &server::endpoints(&target)?);
    }
    let callback = callback(args)?;
    let verifier = server::verifier(&args.verifier_file)?;
    let endpoints = server::endpoints(&target)?;
    let pending = Pending::resume(&endpoints, redirect_uri, state, verifier);
    let grant = pending.finish(callback.expose()).map_err(explained)?;
    super::print(&server::exchange(&args.server, &endpoints, &grant)?)
}

/// The address the browser ended on: from a file, or asked for.
fn callback(args: &Exchange) -> Result<Secret, Error> {
    let is_stdin = |path: &Path| path == Path::new("-");
    match &args.redirect_url_file {
        Some(path) if is_stdin(path) && is_stdin(&args.verifier_file) => Err(Error::new(
            Code::Usage,
            "standard input cannot hold both the verifier and the address",
        )
        .with_hint("put one of them in a file")),
        Some(path) => files::secret(path),
        None if terminal::is_there(&Environment::process()) => {
            terminal::ask("Address the browser ended on", None).map(Secret::from)
        }
        None => Err(Error::new(
            Code::Usage,
            "the address that the browser ended on is missing",
        )
        .with_hint(
            "save it in a file and give --redirect-url-file <FILE>, or - for standard input",
        )),
    }
}

/// What was wrong with the address, with the way out.
fn explained(error: CallbackError) -> Error {
    match error {
        CallbackError::NotOurs { reason, .. } => Error::new(
            Code::InvalidCallback,
            format!("the address does not belong to this sign-in: {reason}"),
        )
        .with_hint(
            "copy the whole address, and give the state of the same `lakekey oauth authorize-url`",
        ),
        error => error.into(),
    }
}

fn show(args: &Exchange, endpoints: &lakekey::Endpoints) -> Result<(), Error> {
    let call = curl::call(
        endpoints.token(),
        &[
            ("grant_type", curl::Value::Text("authorization_code")),
            ("client_id", curl::Value::Text(&args.server.client_id)),
            ("redirect_uri", curl::Value::Text(&args.redirect_uri)),
            ("code_verifier", curl::Value::File(&args.verifier_file)),
            ("code", curl::Value::File(Path::new(CODE_FILE))),
        ],
    );
    output::talk(format_args!(
        "The file `{CODE_FILE}` is to hold the value of `code` in the address that the browser ended on, without a\n\
         line break, once you have checked that its `state` is the one you sent."
    ));
    output::data(&call)
}

const CODE_FILE: &str = "code";
