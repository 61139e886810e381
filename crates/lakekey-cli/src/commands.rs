//! The commands, a file each.

mod api;
mod auth;
mod demo;
mod mock;
mod oauth;
pub(crate) mod version;

use lakekey::Error;

use crate::args::{Cli, Command};

/// Carries out what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Auth(auth) => auth::run(auth),
        Command::Api(call) => api::run(call),
        Command::Oauth(oauth) => oauth::run(oauth),
        Command::Mock(mock) => mock::run(mock),
        Command::Demo(demo) => demo::run(&demo),
        Command::Version(version) => version::run(version.output),
    }
}
