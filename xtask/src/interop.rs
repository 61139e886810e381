//! `cargo xtask interop`: the clients of others, against our programs.

mod databricks_cli;
mod python;
mod sdk;
mod served;
mod snippets;
mod wire;

pub(crate) use sdk::{Sdk, Session};

use crate::terminal::Failure;

/// Whose client.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub(crate) enum Client {
    /// The Databricks SDK for Python, from the package index.
    Python,
    /// The programs of `docs/mock.md`, in four languages.
    Snippets(snippets::Args),
}

/// Lets a client use the release programs, and looks at what it sends.
pub(crate) fn run(client: Client) -> Result<(), Failure> {
    match client {
        Client::Python => python::run(),
        Client::Snippets(args) => snippets::run(args),
    }
}
