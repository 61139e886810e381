//! The command line of `lakekey auth`.

use clap::Subcommand;

use super::values::not_empty;
use super::{Common, Describe, Env, Exec, Explain, Profiles, Serve, StorageOf, Switch, Timeout};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lakekey auth login --host https://dbc-a1b2.cloud.databricks.com
  lakekey auth token --profile dbc-a1b2
  lakekey auth explain --profile dbc-a1b2
  lakekey auth logout --profile dbc-a1b2")]
pub(crate) struct Auth {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: AuthCommand,
}

/// Where to sign in, or where somebody has signed in.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct Place {
    /// Workspace, accounts console or unified host, also as a URL from the browser
    #[arg(long, global = true, value_name = "HOST", value_parser = not_empty)]
    pub(crate) host: Option<String>,
    /// Account, needed at an accounts console
    #[arg(long, global = true, value_name = "ID", value_parser = not_empty)]
    pub(crate) account_id: Option<String>,
    /// Workspace behind a unified host
    #[arg(long, global = true, value_name = "ID", value_parser = not_empty)]
    pub(crate) workspace_id: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Sign in through the browser, and keep the login as a profile
    Login(Login),
    /// Print a token of a login, renewed if need be
    Token(Token),
    /// Remove a login from this machine
    Logout(Logout),
    /// List the profiles
    Profiles(Profiles),
    /// Choose the default profile
    Switch(Switch),
    /// Say who is signed in, where, and with what
    Describe(Describe),
    /// Say which login would be used, and why, without any network
    Explain(Explain),
    /// Print the settings of a login as environment variables
    Env(Env),
    /// Run a command with a token in its environment
    Exec(Exec),
    /// Give tokens to programs on this machine, without the login itself
    Serve(Serve),
    /// Show and choose where logins are kept, and move them
    Storage(StorageOf),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a profile or host, the login of the environment or of the default profile is renewed.
The browser may be on another machine: paste the address it ends on into this terminal.

Examples:
  lakekey auth login --host https://dbc-a1b2.cloud.databricks.com --profile dev
  lakekey auth login --host https://accounts.cloud.databricks.com --account-id <ID>
  lakekey auth login dev                 sign in again
  lakekey auth login dev --storage secure")]
pub(crate) struct Login {
    /// Profile to renew, or host to sign in to
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// What the token may do, separated by commas [default: all-apis]
    #[arg(long, value_name = "SCOPES", value_parser = not_empty)]
    pub(crate) scopes: Option<String>,
    /// Print the address, and do not open it
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// How long to wait for the browser
    #[arg(
        long,
        value_name = "TIME",
        default_value = "5m",
        allow_hyphen_values = true
    )]
    pub(crate) timeout: Timeout,
    /// Port for the browser to come back to [default: the first free one from 8020 to 8040]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) callback_port: Option<u16>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints JSON as the Databricks SDKs expect it of the command `databricks`. With an explicit
`--output text` it prints the access token alone. Nothing is asked and no browser is opened.

Examples:
  lakekey auth token --profile dev
  curl -H \"Authorization: Bearer $(lakekey auth token -p dev -o text)\" <HOST>/api/2.0/clusters/list")]
pub(crate) struct Token {
    /// Profile or host whose token to print
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// Renew the token even if the present one is still good
    #[arg(long)]
    pub(crate) force_refresh: bool,
    /// Renew the token if it ends within this time [default: 20m, or half of its life if that is less]
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        conflicts_with = "force_refresh"
    )]
    pub(crate) min_ttl: Option<Timeout>,
    /// Give up after this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) timeout: Option<Timeout>,
    /// Taken from older SDKs, which pass it, and without meaning: the host itself says what it is
    #[arg(long, hide = true)]
    pub(crate) experimental_is_unified_host: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Signing out twice is fine. The tokens go from the file and from the keyring; Databricks lets them
run out.

Examples:
  lakekey auth logout dev
  lakekey auth logout dev --delete")]
pub(crate) struct Logout {
    /// Profile or host to sign out of
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// Remove the profile from the profile file as well
    #[arg(long)]
    pub(crate) delete: bool,
    /// Do not ask before a profile is removed
    #[arg(long)]
    pub(crate) auto_approve: bool,
}
