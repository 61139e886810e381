//! `cargo xtask interop`: clients and servers of others, on the other side of our programs.

mod databricks_cli;
mod oidc;
mod python;
mod sdk;
mod served;
mod session;
mod snippets;
mod wire;

pub(crate) use sdk::Sdk;
pub(crate) use session::Session;

use crate::terminal::Failure;

/// Whom to meet.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this one [default: all]
    #[command(subcommand)]
    peer: Option<Peer>,
}

/// Who is on the other side.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
enum Peer {
    /// The Databricks SDK for Python, from the package index.
    Python,
    /// OpenID Connect packages for Node.js that the OpenID Foundation has certified: two clients and a server.
    Oidc,
    /// The programs of `docs/mock.md`, in four languages.
    Snippets(snippets::Args),
}

/// Lets the release programs and their peers work together, and looks at what they send; a failure
/// with one keeps none from its turn.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let peers = args.peer.map_or_else(all, |it| vec![it]);
    let met = peers.into_iter().map(meet);
    let failures: Vec<_> = met
        .filter_map(Result::err)
        .map(|it| it.to_string())
        .collect();
    Failure::unless_empty(&failures)
}

fn all() -> Vec<Peer> {
    let snippets = snippets::Args { all: true };
    vec![Peer::Python, Peer::Oidc, Peer::Snippets(snippets)]
}

fn meet(peer: Peer) -> Result<(), Failure> {
    match peer {
        Peer::Python => python::run(),
        Peer::Oidc => oidc::run(),
        Peer::Snippets(args) => snippets::run(args),
    }
}
