//! Many sign-ins at a time.

use std::collections::BTreeSet;

use lakekey_mock::Setup;
use lakekey_store::{FileStore, Key, TokenStore};
use url::Url;

use super::super::support::form_of;
use super::waiting::{Waiting, good};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::one("C-LST-10", isolated)];

/// Each profile twice. What is meant for one is brought to the next, and then to its own.
fn isolated(probe: &mut Probe) -> Finding {
    probe.apart_if_possible(|probe, _| {
        let server = probe.listening(Setup::workspace())?;
        let profiles = PROFILES.iter().chain(&PROFILES);
        let waiting = profiles.map(|profile| Waiting::at(probe, &server, &["--profile", profile]));
        let waiting = waiting.collect::<Finding<Vec<_>>>()?;
        let ports = waiting.iter().map(Waiting::port);
        let ports = ports.collect::<Finding<Vec<_>>>()?;
        same("different ports", different(&ports), ports.len())?;
        for name in ["state", "code_challenge"] {
            let value = |waiting: &Waiting| form_of(&waiting.address).get(name).map(str::to_owned);
            let values: Vec<_> = waiting.iter().map(value).collect();
            same(name, different(&values), ports.len())?;
        }
        let callbacks = waiting.iter().map(|waiting| waiting.callback(probe));
        let callbacks = callbacks.collect::<Finding<Vec<_>>>()?;
        crossed(probe, &callbacks, &ports)?;
        for callback in &callbacks {
            let page = probe.browser().look(callback.as_str())?;
            same("the status of a page", page.status(), 200)?;
        }
        for waiting in waiting {
            good(probe, waiting.running)?;
        }
        kept(probe)
    })
}

/// Each sign-in gets the answer of the one before it, and refuses it.
fn crossed(probe: &Probe, callbacks: &[Url], ports: &[u16]) -> Finding {
    let next = ports.iter().cycle().skip(1);
    for (callback, port) in callbacks.iter().zip(next) {
        let mut elsewhere = callback.clone();
        holds(elsewhere.set_port(Some(*port)).is_ok(), "it has no port")?;
        let page = probe.browser().look(elsewhere.as_str())?;
        same("the status of a wrong answer", page.status(), 400)?;
    }
    Ok(())
}

/// Every profile has a login of its own.
fn kept(probe: &mut Probe) -> Finding {
    let store = FileStore::in_home(probe.home()?.path());
    let mut tokens = BTreeSet::new();
    for profile in PROFILES {
        let token = there(profile, store.load(&Key::profile(profile))?)?;
        tokens.insert(token.access().expose().to_owned());
    }
    same("different tokens", tokens.len(), PROFILES.len())
}

fn different<T: Ord>(values: &[T]) -> usize {
    values.iter().collect::<BTreeSet<_>>().len()
}

const PROFILES: [&str; 4] = ["a", "b", "c", "d"];
