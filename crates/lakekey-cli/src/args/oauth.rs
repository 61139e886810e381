//! The command line of `lakekey oauth`.

use std::path::PathBuf;

use clap::Subcommand;

use super::values::not_empty;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
For tools that know nothing of profiles: the authorization code flow with PKCE, one step a command.
Secrets are read from files or standard input (-), never from the command line.

The whole way, at a workspace:
  lakekey oauth pkce --verifier-file verifier
  lakekey oauth authorize-url --host <HOST> --challenge <CHALLENGE> --state <STATE>
  # open that address, sign in, and save the address you end on in the file redirect
  lakekey oauth exchange --host <HOST> --state <STATE> --verifier-file verifier \\
      --redirect-url-file redirect
At an account, add --account-id <ID> and give the accounts console as host.")]
pub(crate) struct Oauth {
    #[command(subcommand)]
    pub(crate) command: OauthCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OauthCommand {
    /// Make a verifier, its challenge and a state
    Pkce(Pkce),
    /// Print the address to sign in at
    AuthorizeUrl(AuthorizeUrl),
    /// Exchange what the browser came back with for a token
    Exchange(Exchange),
    /// Exchange a refresh token for a new token
    Refresh(Refresh),
}

/// The authorization server, and the client that talks to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Server {
    /// Workspace or accounts console
    #[arg(long, value_name = "HOST", value_parser = not_empty)]
    pub(crate) host: String,
    /// Account, for a login at account level
    #[arg(long, value_name = "ID", value_parser = not_empty)]
    pub(crate) account_id: Option<String>,
    /// OAuth application
    #[arg(long, value_name = "ID", default_value = "databricks-cli", value_parser = not_empty)]
    pub(crate) client_id: String,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The verifier is a secret: whoever has it and the code can get the token. With --verifier-file it
is written to a new file that only you can read, and not printed.")]
pub(crate) struct Pkce {
    /// Write the verifier to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    pub(crate) verifier_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AuthorizeUrl {
    #[command(flatten)]
    pub(crate) server: Server,
    /// Challenge from `lakekey oauth pkce`
    #[arg(long, value_name = "CHALLENGE", allow_hyphen_values = true)]
    pub(crate) challenge: String,
    /// State from `lakekey oauth pkce`
    #[arg(long, value_name = "STATE", allow_hyphen_values = true)]
    pub(crate) state: String,
    /// Where the browser is sent back to
    #[arg(long, value_name = "URL", default_value = REDIRECT_URI)]
    pub(crate) redirect_uri: String,
    /// What the token may do, separated by commas; `offline_access` brings a refresh token
    #[arg(long, value_name = "SCOPES", default_value = "all-apis,offline_access")]
    pub(crate) scopes: String,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The address is the whole one that the browser ended on, with code and state. It is refused when its
state is another. On a terminal it is asked for, unless --redirect-url-file is given.")]
pub(crate) struct Exchange {
    #[command(flatten)]
    pub(crate) server: Server,
    /// State that was sent
    #[arg(long, value_name = "STATE", allow_hyphen_values = true)]
    pub(crate) state: String,
    /// File with the verifier, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) verifier_file: PathBuf,
    /// Redirect URI that was sent
    #[arg(long, value_name = "URL", default_value = REDIRECT_URI)]
    pub(crate) redirect_uri: String,
    /// File with the address that the browser ended on, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "curl")]
    pub(crate) redirect_url_file: Option<PathBuf>,
    /// Print the equivalent curl call, and do not make it
    #[arg(long)]
    pub(crate) curl: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A refresh token may be good for one use only: keep the new one that is printed.")]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) server: Server,
    /// File with the refresh token, or - for standard input
    #[arg(long = "refresh-token-file", value_name = "FILE")]
    pub(crate) token_file: PathBuf,
    /// Print the equivalent curl call, and do not make it
    #[arg(long)]
    pub(crate) curl: bool,
}

const REDIRECT_URI: &str = "http://localhost:8020";
