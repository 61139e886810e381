//! The command line of the parts of `lakekey auth` that show, choose and explain.

use super::values::not_empty;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the profile file and nothing else. With --check every profile is tried, all at once and for
at most 5 s, and what is wrong with it is said.

Examples:
  lakekey auth profiles
  lakekey auth profiles --check
  lakekey auth profiles -o json")]
pub(crate) struct Profiles {
    /// Try each profile at its host, and say why one does not work
    #[arg(long, conflicts_with = "skip_validate")]
    pub(crate) check: bool,
    /// Taken from the official command; nothing is tried unless --check says so
    #[arg(long, hide = true)]
    pub(crate) skip_validate: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The default profile is the one that is used when neither the command line nor the environment names
a profile or a host. On a terminal, without a name, you are asked.

Examples:
  lakekey auth switch prod
  lakekey auth switch")]
pub(crate) struct Switch {
    /// Profile to make the default
    #[arg(value_name = "PROFILE", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints JSON: each setting of the login that has an environment variable, secrets in clear. The
access token of a sign-in is not a setting: get it with `lakekey auth token`.

Example:
  lakekey auth env --profile dev")]
pub(crate) struct Env {
    /// Profile or host whose settings to print
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks the host who you are. It ends well (exit status 0) also when that fails, and says why; in the
JSON see `status` and `error`.

Examples:
  lakekey auth describe
  lakekey auth describe --profile dev -o json")]
pub(crate) struct Describe {
    /// Profile or host to describe
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// Show secrets in clear
    #[arg(long)]
    pub(crate) sensitive: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is asked of any host. Shown are the host, profile and strategy that were decided on, each
setting with the place it comes from and the values it stands instead of, and the strategies in the
order in which they are tried, with why the rest is passed over. Secrets are not shown.

Examples:
  lakekey auth explain
  lakekey auth explain dev --all
  lakekey auth explain -o json")]
pub(crate) struct Explain {
    /// Profile or host to explain
    #[arg(value_name = "PROFILE|HOST", value_parser = not_empty)]
    pub(crate) subject: Option<String>,
    /// List the settings too that are unset; the JSON has them always
    #[arg(long)]
    pub(crate) all: bool,
}
