//! `cargo xtask interop oidc`: certified clients judge the mock, and a certified server our client.

mod client;
mod issuer;
mod judge;
mod mock;

use self::judge::Judge;
use crate::node::Node;
use crate::programs::Programs;
use crate::stage::play_all;
use crate::terminal::{Failure, say};

/// The programs of both sides.
struct Stage {
    programs: Programs,
    node: Node,
    openid_client: Judge,
    oauth4webapi: Judge,
}

/// Plays every scenario with the packages of `xtask/node`.
pub(super) fn run() -> Result<(), Failure> {
    let node = Node::installed()?;
    let stage = &mut Stage {
        programs: Programs::built()?,
        openid_client: Judge::start(&node, "openid_client.mjs")?,
        oauth4webapi: Judge::start(&node, "oauth4webapi.mjs")?,
        node,
    };
    for package in PACKAGES {
        let version = stage.node.version(package)?;
        say(format_args!("{package} {version}"));
    }
    play_all(stage, mock::SCENARIOS.iter().chain(client::SCENARIOS))
}

const PACKAGES: [&str; 3] = ["openid-client", "oauth4webapi", "oidc-provider"];
