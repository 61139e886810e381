//! What was granted, compared with what was asked for.

use lakekey::{Code, SignedIn};
use lakekey_mock::Fault;

use super::super::machine::{Machine, fine, omit, posts, set, untouched};
use super::super::support::refused;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::each(
    "C-TOK-18",
    &[
        ("absent", |probe| {
            enough(probe, omit("scope"), "all-apis offline_access")
        }),
        ("reordered", |probe| {
            let reordered = set(r#"{"scope": "offline_access all-apis"}"#)?;
            enough(probe, reordered, "all-apis offline_access")
        }),
        ("no-offline", without_refresh_token),
        ("sql", |probe| {
            too_little(probe, set(r#"{"scope": "ALL-APIS offline_access"}"#)?)?;
            probe.count_from_here();
            too_little(probe, set(r#"{"scope": "sql"}"#)?)
        }),
        ("empty", |probe| too_little(probe, set(r#"{"scope": ""}"#)?)),
    ],
)];

fn enough(probe: &mut Probe, fault: Fault, recorded: &str) -> Finding {
    let signed_in = granted(probe, fault, recorded)?;
    holds(
        signed_in.warnings().is_empty(),
        "there is a warning where nothing is amiss",
    )
}

fn without_refresh_token(probe: &mut Probe) -> Finding {
    let narrow = set(r#"{"scope": "all-apis"}"#)?
        .and("token.omit")
        .param("members", "refresh_token");
    let signed_in = granted(probe, narrow, "all-apis")?;
    let warning = there(
        "a warning that the login cannot be renewed",
        signed_in.warnings().first(),
    )?;
    probe.printed("the warning", format!("{warning} {warning:?}"));
    holds(
        warning.to_string().contains("refresh token"),
        format!("`{warning}` does not say what is missing"),
    )
}

fn granted(probe: &mut Probe, fault: Fault, recorded: &str) -> Finding<SignedIn> {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    let signed_in = fine(probe, machine.sign_in()?)?;
    let scopes = there("the scopes of the login", signed_in.scopes())?;
    let mut scopes: Vec<_> = scopes.iter().collect();
    scopes.sort_unstable();
    same("the recorded scope", scopes.join(" "), recorded)?;
    fine(probe, machine.token()?)?;
    posts(&machine, 1)?;
    Ok(signed_in)
}

fn too_little(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    refused(probe, machine.sign_in()?, Code::ScopeInsufficient)?;
    posts(&machine, 1)?;
    untouched(&machine, None)
}
