//! S-CT-06: no fault without a use, no use without a fault.

use std::collections::{BTreeMap, BTreeSet};

use lakekey_mock::{Fault, Mock, Setup, fault_kinds};
use serde::Deserialize;

use crate::case::{Check, Finding, Wrong, holds, same, there};
use crate::catalogue::{Catalogue, Side};
use crate::probe::Probe;
use crate::trial::{Status, Trial, Work};

/// What the list, the mock and the facts say about faults agrees, and a fault that never came fails a case.
pub(super) fn every_fault_is_offered_and_used(probe: &mut Probe) -> Finding {
    let list = Listed::read()?;
    is_sorted(&list)?;
    offered_by_the_mock(&list)?;
    named_by_facts(&list)?;
    vacuous_is_failed()?;
    probe.saw("suite");
    Ok(())
}

/// The mock offers what the list says it does and nothing else.
fn offered_by_the_mock(list: &[Listed]) -> Finding {
    let mocks = list.iter().filter(|fault| fault.made_by == Maker::Mock);
    let listed: BTreeSet<&str> = mocks.map(|fault| fault.name.as_str()).collect();
    let offered: BTreeSet<&str> = fault_kinds().iter().map(|kind| kind.name).collect();
    same("the faults of the mock", offered, listed)?;
    let unknown = Mock::new(Setup::workspace()).inject(Fault::new("http.nonsense"));
    holds(
        unknown.is_err(),
        "the mock takes a fault that it does not have",
    )
}

/// Every fault is named by a fact unless it is reserved, and facts name no other.
fn named_by_facts(list: &[Listed]) -> Finding {
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &Catalogue::get().entries {
        named.extend(
            entry
                .faults
                .iter()
                .map(|fault| (fault.as_str(), entry.id.as_str())),
        );
    }
    for fault in list {
        let user = named.remove(fault.name.as_str());
        match (&fault.reserved, user) {
            (None, Some(_)) => {}
            (Some(reason), None) => {
                holds(
                    !reason.is_empty(),
                    format!("`{}` is reserved without a reason", fault.name),
                )?;
            }
            (None, None) => {
                let says = format!("no fact names `{}`, and it is not reserved", fault.name);
                return Err(Wrong::new(says));
            }
            (Some(_), Some(id)) => {
                let says = format!("`{}` is reserved, but {id} names it", fault.name);
                return Err(Wrong::new(says));
            }
        }
    }
    let stray = named.first_key_value();
    holds(
        stray.is_none(),
        format!("fixtures/faults.toml does not list {stray:?}"),
    )
}

/// A client case that asks for a fault which never comes is failed, however well it ends.
fn vacuous_is_failed() -> Finding {
    let idle: Check = |probe| {
        let server = probe.server(Setup::workspace());
        server.inject(Fault::new("token.set").param("expires_in", 5))?;
        probe.saw("ok");
        Ok(())
    };
    let entries = Catalogue::get().entries.iter();
    let mut clients =
        entries.filter(|entry| entry.side == Side::Client && !entry.faults.is_empty());
    let trial = Trial {
        entry: there("a client fact with a fault", clients.next())?,
        variant: "",
        work: Work::Check(idle),
    };
    let record = trial.perform();
    same("the status", record.status, Status::Vacuous)?;
    same("a bad status", record.status.is_bad(), true)
}

fn is_sorted(list: &[Listed]) -> Finding {
    let twice = list
        .windows(2)
        .find(|pair| (pair[0].made_by, &pair[0].name) >= (pair[1].made_by, &pair[1].name));
    holds(
        twice.is_none(),
        format!("fixtures/faults.toml is not sorted at {twice:?}"),
    )
}

/// An entry of `fixtures/faults.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    made_by: Maker,
    /// Why no fact names it.
    reserved: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
enum Maker {
    Mock,
    Client,
    Machine,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    fault: Vec<Listed>,
}

impl Listed {
    fn read() -> Finding<Vec<Self>> {
        Ok(toml::from_str::<List>(TEXT)?.fault)
    }
}

const TEXT: &str = include_str!("../../../../../../fixtures/faults.toml");
