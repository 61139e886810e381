//! States, made in one process and in many.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lakekey_endpoints::Target;
use lakekey_mock::DEFAULT_ACCOUNT_ID;
use lakekey_oauth::{Client, Grant, RedirectUri, Scopes, authorize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::support::{form_of, looks_random};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::Probe;

pub(super) const CASE: Case = Case::one("C-REQ-03", states);

fn states(probe: &mut Probe) -> Finding {
    let mut states = states_of_one_process()?;
    let bytes: Vec<u8> = states
        .iter()
        .map(|state| decoded(state))
        .collect::<Finding<Vec<_>>>()?
        .concat();
    looks_random(&bytes)?;
    states.extend(states_of_many_processes(probe)?);
    let different: BTreeSet<_> = states.iter().collect();
    same("how many states differ", different.len(), MANY + PROCESSES)?;
    probe.saw("ok");
    Ok(())
}

fn states_of_one_process() -> Finding<Vec<String>> {
    let target = Target::account("accounts.example.com".parse()?, DEFAULT_ACCOUNT_ID.parse()?);
    let endpoints = there("the endpoints of an account", target.endpoints())?;
    let (client, scopes) = (Client::databricks_cli(), Scopes::default());
    let mut states = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        let (address, pending) =
            authorize(&endpoints, &client, RedirectUri::loopback(8020), &scopes);
        let form = form_of(&address);
        let state = there("the state", form.get("state"))?.to_owned();
        let challenge = there("the challenge", form.get("code_challenge"))?;
        let grant = pending
            .finish(&format!("/?code=c&state={state}"))
            .map_err(|error| Wrong::new(error.to_string()))?;
        let Grant::AuthorizationCode { verifier, .. } = grant else {
            return Err(Wrong::new("the answer is no code"));
        };
        for other in [verifier.expose(), challenge] {
            underived(&state, other)?;
        }
        states.push(state);
    }
    Ok(states)
}

/// Each process makes one state; a few run at a time.
fn states_of_many_processes(probe: &mut Probe) -> Finding<Vec<String>> {
    let mut states = Vec::with_capacity(PROCESSES);
    while states.len() < PROCESSES {
        let started = (0..AT_A_TIME).map(|_| probe.lakekey(&["oauth", "pkce"])?.start());
        let running = started.collect::<Finding<Vec<_>>>()?;
        for process in running {
            let printed: Value = serde_json::from_str(&process.finish()?.stdout)?;
            let state = there("the state", printed["state"].as_str())?;
            decoded(state)?;
            underived(
                state,
                there("the challenge", printed["challenge"].as_str())?,
            )?;
            states.push(state.to_owned());
        }
    }
    Ok(states)
}

/// The state is neither the other value, nor a part of it, nor the beginning of its hash.
fn underived(state: &str, other: &str) -> Finding {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(other));
    let derived = other.contains(state) || hash.contains(state) || state.contains(other);
    holds(
        !derived,
        "the state follows from the verifier or the challenge",
    )
}

fn decoded(state: &str) -> Finding<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(state)?;
    holds(
        bytes.len() >= 16,
        format!("the state has {} bytes, wanted 16 or more", bytes.len()),
    )?;
    Ok(bytes)
}

/// How many requests one process makes, and how many processes make one.
const MANY: usize = 10_000;
const PROCESSES: usize = 200;
const AT_A_TIME: usize = 20;
