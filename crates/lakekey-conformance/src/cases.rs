//! The cases, one file an area.

mod client;
mod server;

use crate::case::Case;

/// Every case there is.
pub(crate) fn all() -> Vec<&'static Case> {
    AREAS
        .iter()
        .copied()
        .flatten()
        .flat_map(|area| area.iter())
        .collect()
}

const AREAS: [&[&[Case]]; 2] = [client::AREAS, server::AREAS];
