//! Every kind of failure, as programs see it: its exit code, and its JSON.

mod causes;
mod machine;

use std::collections::BTreeSet;

use lakekey::Code;
use serde_json::Value;

use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Outcome, Probe};

pub(super) const CASES: &[Case] = &[Case::one("C-CLI-03", every_kind)];

fn every_kind(probe: &mut Probe) -> Finding {
    probe.token_is_output();
    for kind in KINDS {
        judge(probe, kind).map_err(|wrong| wrong.during(kind.name))?;
    }
    let judged: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
    let all: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    same("the kinds", judged, all)?;
    probe.saw("ok");
    Ok(())
}

/// A kind of failure, what programs rely on, and how it comes about.
struct Kind {
    name: &'static str,
    exit: i32,
    retryable: bool,
    cause: fn(&mut Probe) -> Finding<Option<Outcome>>,
}

fn judge(probe: &mut Probe, kind: &Kind) -> Finding {
    let Some(outcome) = (kind.cause)(probe)? else {
        return Ok(());
    };
    same(&outcome.stderr, outcome.exit, Some(kind.exit))?;
    match kind.name {
        // Nobody is there to be told, or nobody can be.
        "cancelled" => return same("standard output", outcome.stdout.as_str(), ""),
        "output_failed" => {
            let said = outcome.stderr.contains("error[output_failed]");
            return holds(said, "the reason is not on standard error");
        }
        _ => {}
    }
    let document: Value = serde_json::from_str(&outcome.stdout)?;
    same("the kind", document["kind"].as_str(), Some(kind.name))?;
    same(
        "retryable",
        &document["retryable"],
        &Value::from(kind.retryable),
    )?;
    same(
        "exit_status",
        &document["exit_status"],
        &Value::from(kind.exit),
    )?;
    has_the_shape(&document)?;
    let tag = format!("[{}]", kind.name);
    // What is wrong with a command line stands there in the words of the parser.
    let said = kind.name == "usage" || outcome.stderr.contains(&tag);
    holds(
        said,
        format!("people are told otherwise:\n{}", outcome.stderr),
    )
}

/// The members and their types, which programs rely on.
fn has_the_shape(document: &Value) -> Finding {
    let members = there("an object", document.as_object())?;
    for name in members.keys() {
        let known = name == "hint" || MEMBERS.contains(&name.as_str());
        holds(known, format!("`{name}` is new"))?;
    }
    for name in MEMBERS {
        holds(members.contains_key(name), format!("`{name}` is missing"))?;
    }
    let message = there("the message", document["message"].as_str())?;
    holds(!message.is_empty(), "the message is empty")?;
    let hint = document["hint"].as_str().unwrap_or("x");
    holds(!hint.is_empty(), "the hint is empty")?;
    for name in ["notes", "causes"] {
        let texts = there(name, document[name].as_array())?;
        holds(
            texts.iter().all(Value::is_string),
            format!("`{name}` has other than texts"),
        )?;
    }
    for origin in there("origins", document["origins"].as_array())? {
        let is_whole = origin["input"].is_string() && origin["origin"].is_string();
        holds(is_whole, format!("an origin is {origin}"))?;
    }
    Ok(())
}

const fn kind(
    name: &'static str,
    exit: i32,
    retryable: bool,
    cause: fn(&mut Probe) -> Finding<Option<Outcome>>,
) -> Kind {
    Kind {
        name,
        exit,
        retryable,
        cause,
    }
}

const MEMBERS: [&str; 7] = [
    "kind",
    "message",
    "retryable",
    "exit_status",
    "origins",
    "notes",
    "causes",
];
const KINDS: &[Kind] = &[
    kind("usage", 2, false, machine::usage),
    kind("config", 2, false, machine::config),
    kind("invalid_host", 2, false, machine::invalid_host),
    kind("invalid_account_id", 2, false, machine::invalid_account_id),
    kind("not_configured", 3, false, machine::not_configured),
    kind("not_logged_in", 3, false, machine::not_logged_in),
    kind("reauth_required", 3, false, causes::reauth_required),
    kind("scope_insufficient", 3, false, causes::scope_insufficient),
    kind("auth_denied", 4, false, causes::auth_denied),
    kind("auth_error", 4, false, causes::auth_error),
    kind("invalid_callback", 4, false, causes::invalid_callback),
    kind("issuer_mismatch", 4, false, causes::issuer_mismatch),
    kind("login_failed", 4, false, causes::login_failed),
    kind("callback_timeout", 4, true, machine::callback_timeout),
    kind(
        "listener_unavailable",
        4,
        true,
        machine::listener_unavailable,
    ),
    kind("token_error", 5, false, causes::token_error),
    kind("rate_limited", 5, true, causes::rate_limited),
    kind("server_error", 5, true, causes::server_error),
    kind("timeout", 5, true, causes::timeout),
    kind("transport", 5, true, causes::transport),
    kind("discovery_failed", 5, true, causes::discovery_failed),
    kind("oauth_not_supported", 5, false, causes::oauth_not_supported),
    kind("api_error", 5, false, causes::api_error),
    kind("store_locked", 5, true, machine::store_locked),
    kind("tls", 6, false, causes::tls),
    kind("discovery_untrusted", 6, false, causes::discovery_untrusted),
    kind("unexpected_redirect", 6, false, causes::unexpected_redirect),
    kind(
        "invalid_token_response",
        6,
        false,
        causes::invalid_token_response,
    ),
    kind("response_too_large", 6, false, causes::response_too_large),
    kind("store_io", 7, true, machine::store_io),
    kind("store_corrupt", 7, false, machine::store_corrupt),
    kind("store_version", 7, false, machine::store_version),
    kind("store_insecure", 7, false, machine::store_insecure),
    kind("keyring_unavailable", 7, true, machine::keyring_unavailable),
    kind("keyring_timeout", 7, true, machine::keyring_timeout),
    kind("output_failed", 8, false, machine::output_failed),
    kind("cancelled", 130, false, machine::cancelled),
];
