//! The person in front of the browser.

use super::{Rule, Verdict, require};
use crate::params::Params;

/// The mock keeps no browser session, so a request that must not ask anybody can not succeed.
pub(crate) fn may_ask(params: &Params) -> Verdict {
    require(
        !params
            .get("prompt")
            .is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")),
        &PROMPT_NONE,
    )
}

/// Whether the form that was sent is the one that was shown.
pub(crate) fn form(params: &Params, csrf: &str) -> Verdict {
    require(
        !params.repeats_any() && params.get("csrf") == Some(csrf),
        &FORM,
    )
}

pub(crate) static PROMPT_NONE: Rule = Rule::new(
    "authorize.prompt-none",
    400,
    "login_required",
    "nobody is signed in and prompt is none",
    "OpenID Connect Core 1.0 §3.1.2.6",
);
pub(crate) static DECLINED: Rule = Rule::new(
    "authorize.declined",
    400,
    "access_denied",
    "the user declined",
    "RFC 6749 §4.1.2.1",
);
pub(crate) static FORM: Rule = Rule::new(
    "consent.form",
    403,
    "access_denied",
    "this form was not made by this server, go back and try again",
    "RFC 6749 §10.12",
);
pub(crate) static TICKET: Rule = Rule::new(
    "consent.ticket",
    400,
    "invalid_request",
    "this sign-in is over, start it again from the program",
    "RFC 9700 §4.7",
);
