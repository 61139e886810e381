//! `lakekey oauth refresh`: from a refresh token to a new token (RFC 6749 §6).

use lakekey::Error;
use lakekey_oauth::Grant;

use super::{curl, server};
use crate::args::Refresh;
use crate::{files, output};

pub(super) fn run(args: &Refresh) -> Result<(), Error> {
    let target = server::target(&args.server)?;
    if args.curl {
        let endpoints = server::endpoints(&target)?;
        return output::data(&curl::call(
            endpoints.token(),
            &[
                ("grant_type", curl::Value::Text("refresh_token")),
                ("client_id", curl::Value::Text(&args.server.client_id)),
                ("refresh_token", curl::Value::File(&args.token_file)),
            ],
        ));
    }
    let grant = Grant::Refresh(files::secret(&args.token_file)?);
    let endpoints = server::endpoints(&target)?;
    super::print(&server::exchange(&args.server, &endpoints, &grant)?)
}
