//! The command line of the parts of `lakekey auth` that lend a login to other programs.

use std::ffi::OsString;

use super::Timeout;
use super::values::not_empty;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The command gets DATABRICKS_HOST and DATABRICKS_TOKEN, and none of the variables that would name
another login. A token lasts an hour at most: a command that runs for longer wants --serve, which
gives an SDK for Go or Python a new one whenever it needs one.

Examples:
  lakekey auth exec -- terraform plan
  lakekey auth exec --profile dev -- sh -c 'curl -H \"Authorization: Bearer $DATABRICKS_TOKEN\" …'
  lakekey auth exec --profile dev --serve -- python train.py")]
pub(crate) struct Exec {
    /// Give tokens for as long as the command runs, instead of one at its start
    #[arg(long, conflicts_with = "min_ttl")]
    pub(crate) serve: bool,
    /// Renew the token if it ends within this time [default: 20m, or half of its life if that is less]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) min_ttl: Option<Timeout>,
    /// The command and its arguments
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true,
        value_name = "COMMAND"
    )]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints the variables that lead an SDK for Go or Python to it, and answers until it is ended. The
address has a secret in it: whoever knows it, on this machine, gets access tokens, never the login.
A container reaches it through a forwarded port of the same number.

Examples:
  lakekey auth serve --profile dev
  lakekey auth serve --profile dev --port 7070 --idle 8h > dev.env &")]
pub(crate) struct Serve {
    /// Profile or host whose tokens to give
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// Port to listen on, at 127.0.0.1 alone [default: a free one]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// End when nobody has asked for this time [default: never]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) idle: Option<Timeout>,
}
