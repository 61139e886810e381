//! A refresh token that the server refuses for good.

use std::time::Duration;

use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::machine::{Machine, fine, posts};
use super::super::support::{failed_as, login, refused};
use super::processes::{HOUR, PROFILE, Processes, printed};
use crate::case::{Case, Finding, holds, same};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::one("C-REF-07", reported_and_not_replayed),
    Case::each(
        "C-REF-08",
        &[
            ("401", |probe| dead(probe, databricks(401, DEAD))),
            ("400", |probe| dead(probe, databricks(400, DEAD))),
            ("other-description", |probe| {
                alive(probe, databricks(400, "Something else is wrong"))
            }),
        ],
    ),
    Case::one("C-REF-23", the_end_of_the_session),
];

/// Five processes are told the same, one of them by the server; a login makes it good.
fn reported_and_not_replayed(probe: &mut Probe) -> Finding {
    let processes = Processes::expired(probe)?;
    let fault = Fault::new("token.error").param("error", "invalid_grant");
    processes.inject(fault.grant("refresh_token"))?;
    for _ in 0..5 {
        let outcome = Processes::token(probe, &["--output", "json"])?.run()?;
        failed_as(&outcome, Code::ReauthRequired)?;
        let command = format!("lakekey auth login --profile {PROFILE}");
        holds(
            outcome.stdout.contains(&command),
            format!("`{command}` is not in\n{}", outcome.stdout),
        )?;
        same("token requests", processes.server.token_posts().len(), 1)?;
    }
    same(
        "requests of a browser",
        processes.server.requests_for(Endpoint::Authorize).len(),
        1,
    )?;
    login(
        probe,
        &["--host", processes.server.url(), "--profile", PROFILE],
    )?;
    printed(&Processes::token(probe, &[])?.run()?)?;
    probe.saw(Code::ReauthRequired);
    Ok(())
}

fn dead(probe: &mut Probe, fault: Fault) -> Finding {
    answered_with(probe, fault, Code::ReauthRequired)
}

fn alive(probe: &mut Probe, fault: Fault) -> Finding {
    answered_with(probe, fault, Code::TokenError)
}

fn answered_with(probe: &mut Probe, fault: Fault, code: Code) -> Finding {
    let machine = Machine::near(probe)?;
    machine.settled(probe)?;
    machine.server.advance(2 * HOUR);
    machine.inject(fault)?;
    refused(probe, machine.token()?, code)?;
    posts(&machine, 1)
}

fn databricks(status: u16, description: &str) -> Fault {
    Fault::new("token.error")
        .param("status", status)
        .param("error", "invalid_request")
        .param("description", description)
}

/// Renewed until the tenth minute; from then on one refusal, and no further request.
fn the_end_of_the_session(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.lifetimes.access = ACCESS;
    setup.lifetimes.absolute = SESSION;
    let machine = Machine::near_to(probe, setup)?;
    machine.settled(probe)?;
    let cycles = usize::try_from(SESSION.as_secs() / ACCESS.as_secs())?;
    for renewed in 1..=cycles {
        machine.server.advance(ACCESS);
        fine(probe, machine.token()?)?;
        posts(&machine, renewed)?;
    }
    machine.server.advance(ACCESS);
    for _ in 0..3 {
        let error = refused(probe, machine.token()?, Code::ReauthRequired)?;
        holds(
            error.hint().is_some_and(|hint| hint.contains("auth login")),
            format!("`{error}` does not say what to do"),
        )?;
        posts(&machine, cycles + 1)?;
    }
    for fault in ["client.clock", "clock.server_skew"] {
        probe.fault_happened(fault);
    }
    Ok(())
}

const DEAD: &str = "Refresh token is invalid";
const ACCESS: Duration = Duration::from_secs(2 * 60);
const SESSION: Duration = Duration::from_secs(10 * 60);
