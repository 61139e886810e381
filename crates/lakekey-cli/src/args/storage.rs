//! The command line of `lakekey auth storage`.

use clap::Subcommand;
use lakekey::Storage;

use super::values::storage;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Logins are kept in a file for you alone (plaintext), or in the keyring of the system (secure). The
first of these decides: --storage, DATABRICKS_AUTH_STORAGE, `auth_storage` in the profile file, the
file. A login that is in the other place only is used all the same.

Examples:
  lakekey auth storage show
  lakekey auth storage set secure
  lakekey auth storage migrate")]
pub(crate) struct StorageOf {
    #[command(subcommand)]
    pub(crate) command: StorageCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    /// Say where logins are kept, who says so, and where each login is
    Show,
    /// Choose where new logins are kept
    Set(SetStorage),
    /// Move all logins to one place, without a new sign-in
    Migrate(Migrate),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes `auth_storage` into the profile file, for the official tools too. A keyring is tried first.
Logins that are there already stay where they are: see `lakekey auth storage migrate`.

Example:
  lakekey auth storage set secure")]
pub(crate) struct SetStorage {
    /// The place: plaintext or secure
    #[arg(value_name = "WHERE", value_parser = storage)]
    pub(crate) to: Storage,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each login is kept in the new place and read back before it goes from the old one; other processes
of lakekey wait meanwhile. Running it again completes what was interrupted. A keyring cannot be
listed: from there come the logins of the profiles in the profile file.

Examples:
  lakekey auth storage migrate
  lakekey auth storage migrate --to plaintext")]
pub(crate) struct Migrate {
    /// The place to move them to: plaintext or secure [default: where new logins are kept]
    #[arg(long, value_name = "WHERE", value_parser = storage)]
    pub(crate) to: Option<Storage>,
}
