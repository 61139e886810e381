//! The command line, as data.

mod auth;
mod inspect;
mod lend;
mod oauth;
mod refused;
mod storage;
mod values;
#[cfg(test)]
mod words;

use std::ffi::OsString;

use clap::{Parser, Subcommand};
use lakekey::Storage;

pub(crate) use self::auth::{Auth, AuthCommand, Login, Logout, Place, Token};
pub(crate) use self::inspect::{Describe, Env, Explain, Profiles, Switch};
pub(crate) use self::lend::{Exec, Serve};
pub(crate) use self::oauth::{AuthorizeUrl, Exchange, Oauth, OauthCommand, Pkce, Refresh, Server};
pub(crate) use self::refused::Refused;
pub(crate) use self::storage::{Migrate, SetStorage, StorageCommand, StorageOf};
pub(crate) use self::values::{Format, Method, Timeout};

/// Sign in to Databricks, and let other programs use the login.
#[derive(Debug, Parser)]
#[command(
    name = "lakekey",
    version = VERSION,
    max_term_width = 100,
    after_help = "\
Examples:
  lakekey demo                              see all of it, without a Databricks account
  lakekey auth login --host <HOST>          sign in and keep the login as a profile
  lakekey auth token --profile <NAME>       print a token that is good now
  lakekey auth explain                      see which login is used, and why
  lakekey api get /api/2.0/clusters/list    call the REST API"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    early: Early,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The same two options in front of the command, where the official command takes them too.
#[derive(Debug, clap::Args)]
pub(crate) struct Early {
    /// Profile to use, for commands that take one
    #[arg(short, long, value_name = "NAME", value_parser = values::not_empty)]
    profile: Option<String>,
    /// Format of the result, for commands that have several
    #[arg(short, long, value_name = "FORMAT", value_enum, ignore_case = true)]
    output: Option<Format>,
}

/// What commands take that are about a login.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Profile to use, by its name in ~/.databrickscfg
    #[arg(short, long, global = true, value_name = "NAME", value_parser = values::not_empty)]
    pub(crate) profile: Option<String>,
    /// Format of the result
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        ignore_case = true
    )]
    pub(crate) output: Option<Format>,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// What the command line says about this machine.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Here {
    /// Where logins are kept: plaintext (a file) or secure (the keyring)
    #[arg(long, global = true, value_name = "WHERE", value_parser = values::storage)]
    pub(crate) storage: Option<Storage>,
    /// Certificate authorities to trust beside those of the system, in PEM
    #[arg(long, global = true, value_name = "FILE", value_parser = values::not_empty)]
    pub(crate) ca_file: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in and out, get tokens, and see which login is used and why
    Auth(Auth),
    /// Call the REST API
    Api(Api),
    /// Go through OAuth by hand, step by step
    Oauth(Oauth),
    /// Run a Databricks OIDC server for tests on this machine
    Mock(Mock),
    /// See a sign-in from end to end, without a Databricks account
    Demo(Demo),
    /// Print the version, as tools ask for it
    Version(Version),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The login is that of the profile, of --host, or of the environment, as for any Databricks SDK.
The answer is printed as JSON; its numbers and the order of its keys stay as they are.

Examples:
  lakekey api get /api/2.0/clusters/list
  lakekey api get '/api/2.0/accounts/{account_id}/workspaces' --profile account
  lakekey api post /api/2.0/clusters/start --json '{\"cluster_id\": \"0101-120000-abc\"}'
  lakekey api put /api/2.0/permissions/jobs/7 --json @permissions.json")]
pub(crate) struct Api {
    /// Method of the request
    #[arg(value_enum, ignore_case = true)]
    pub(crate) method: Method,
    /// Path of the resource; `{account_id}` in it is the account id of the login
    pub(crate) path: String,
    /// Body of the request: JSON, @FILE, or - for standard input; the query for get, head, delete
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) json: Option<String>,
    /// Call the account, not the workspace of the login
    #[arg(long, conflicts_with = "workspace_id")]
    pub(crate) account: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
It prints the version of the official command that this one can stand in for, as the Databricks SDKs
expect it. The version of lakekey itself: lakekey --version, and in the JSON.")]
pub(crate) struct Version {
    /// Format of the result
    #[arg(short, long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub(crate) output: Option<Format>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
It is the program lakekey-mock; its options follow.

Example:
  lakekey mock --port 8080")]
#[command(disable_help_flag = true)]
pub(crate) struct Mock {
    /// Options of the mock server
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS"
    )]
    pub(crate) options: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing leaves this machine and nothing stays behind: the server runs inside this process, and
the login is kept in a temporary folder.")]
pub(crate) struct Demo {
    /// Let a built-in user agent click through the pages, in place of a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}

impl Cli {
    /// Reads the command line of this process, and the format that was asked for.
    pub(crate) fn read() -> Result<(Self, Option<Format>), Refused> {
        let words: Vec<OsString> = std::env::args_os().collect();
        match Self::try_parse_from(&words) {
            Ok(cli) => Ok(cli.settled()),
            Err(error) => Err(Refused::new(error, &words)),
        }
    }
}

impl Cli {
    /// Hands the options in front of the command on to it, unless it has its own.
    fn settled(mut self) -> (Self, Option<Format>) {
        let Early { profile, output } = &mut self.early;
        let common = match &mut self.command {
            Command::Auth(auth) => &mut auth.common,
            Command::Api(api) => &mut api.common,
            Command::Version(version) => {
                version.output = version.output.or(*output);
                let output = version.output;
                return (self, output);
            }
            Command::Oauth(_) | Command::Mock(_) | Command::Demo(_) => {
                let output = *output;
                return (self, output);
            }
        };
        common.profile = common.profile.take().or(profile.take());
        common.output = common.output.or(*output);
        let output = common.output;
        (self, output)
    }
}

/// What `lakekey --version` says behind the name.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (for other tools: Databricks CLI v1.13.0)"
);

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Cli, VERSION};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_compatible_version_is_the_one_that_is_reported() {
        assert!(
            VERSION.contains(&crate::commands::version::line()),
            "{VERSION}"
        );
    }
}
