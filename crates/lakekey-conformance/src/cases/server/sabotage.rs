//! The suite can see.

use lakekey_mock::Setup;

use crate::case::{Case, Finding, there};
use crate::doors;
use crate::probe::{Probe, Server};
use crate::report;
use crate::sabotage::SWITCHES;
use crate::sabotage::child::Child;
use crate::sabotage::matrix::{Extent, Matrix};

use super::peer::{self, Place};

pub(super) const CASES: &[Case] = &[Case::one("S-CT-07", the_suite_can_see)];

/// A reduced matrix: for each switch, the cases that must notice. `cargo xtask sabotage` runs their
/// neighbours as well.
fn the_suite_can_see(probe: &mut Probe) -> Finding {
    let Some(runner) = doors::variable(RUNNER) else {
        probe.lacks(
            "a build whose protections can be switched off; `cargo xtask conformance` makes one",
        );
        return Ok(());
    };
    all_is_well(&probe.server(Setup::workspace()))?;
    let child = Child {
        runner: runner.into(),
        folder: report::folder().join("sabotage"),
    };
    let switches: Vec<_> = SWITCHES.iter().collect();
    Matrix::run(&child, &switches, Extent::Named, |_| {})?.judge()
}

/// With every protection on, who does everything right is never refused.
fn all_is_well(server: &Server) -> Finding {
    let place = Place::workspace(server);
    for _ in 0..FLOWS {
        let code = peer::code(server, &place)?;
        let first = peer::granted(server, &place, &peer::redemption(&code))?;
        let refresh = there("the refresh token", first["refresh_token"].as_str())?;
        peer::granted(server, &place, &peer::renewal(refresh))?;
    }
    Ok(())
}

/// The variable that names the runner of such a build.
const RUNNER: &str = "LAKEKEY_SABOTAGED_RUNNER";
const FLOWS: usize = 1000;
