//! Answers whose `state` is not that of the sign-in, and answers that cannot be told apart.

use lakekey::Code;
use lakekey_mock::{Fault, Setup};

use super::waiting::{Page, Waiting, claims_nothing, text_of, with_query};
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Form, Probe};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-CB-02",
        &[
            ("wrong", |probe| bad_state(probe, "wrong")),
            ("missing", |probe| bad_state(probe, "drop")),
            ("empty", |probe| bad_state(probe, "empty")),
            ("truncated-by-1", |probe| bad_state(probe, "truncate")),
            ("case-flipped", |probe| bad_state(probe, "case")),
            ("with-trailing-space", |probe| bad_state(probe, "append")),
        ],
    ),
    Case::each(
        "C-CB-03",
        &[
            ("state-good-bad", |probe| contradicts(probe, false)),
            ("state-bad-good", |probe| contradicts(probe, true)),
            ("state-good-good", |probe| {
                invalid(probe, twice("authz.state"), Form::clone)
            }),
            ("code-twice", |probe| {
                invalid(probe, twice("authz.code"), Form::clone)
            }),
            ("error-twice", |probe| {
                let denied = Fault::new("authz.error").param("code", "access_denied");
                invalid(probe, denied, |form| form.clone().twice("error"))
            }),
            ("iss-twice", |probe| {
                invalid(probe, twice("authz.iss"), Form::clone)
            }),
        ],
    ),
    Case::each(
        "C-CB-15",
        &[("bad-state", stays_bad), ("exchange-fails", exchange_fails)],
    ),
    Case::one("C-CB-29", in_the_fragment),
];

/// The genuine redirect still succeeds after it; and nothing but it leads to a time-out that says so.
fn bad_state(probe: &mut Probe, mode: &str) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let bad = Fault::new("authz.state").param("mode", mode).times(1);
    server.inject(bad.clone())?;
    let waiting = Waiting::at(probe, &server)?;
    refused_once(probe, &waiting)?;
    waiting.succeeds(probe)?;
    server.inject(bad)?;
    let waiting = Waiting::briefly(probe, &server)?;
    refused_once(probe, &waiting)?;
    timed_out(probe, waiting)?;
    same("all token requests", server.token_posts().len(), 1)
}

/// The state once right and once wrong.
fn contradicts(probe: &mut Probe, wrong_first: bool) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let wrong = twice("authz.state").param("value", WRONG);
    server.inject(wrong.times(1))?;
    let waiting = Waiting::briefly(probe, &server)?;
    let mut target = waiting.target(probe)?;
    if wrong_first {
        target = target.replacen("/?", &format!("/?state={WRONG}&"), 1);
        target = target.replacen(&format!("&state={WRONG}"), "", 1);
    }
    let first = target.find(&format!("state={WRONG}")) < target.rfind("state=");
    same("whether the wrong state comes first", first, wrong_first)?;
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    timed_out(probe, waiting)
}

/// All states are right, so the sign-in ends; something else is there twice, or the state is.
fn invalid(probe: &mut Probe, fault: Fault, bend: fn(&Form) -> Form) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(fault)?;
    let waiting = Waiting::at(probe, &server)?;
    let target = with_query(&bend(&waiting.sent_back(probe)?.form));
    waiting.refuses(probe, &waiting.request(&target), &[400])?;
    waiting.fails(probe, Code::InvalidCallback).map(drop)
}

fn stays_bad(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(Fault::new("authz.state").param("mode", "wrong"))?;
    let waiting = Waiting::briefly(probe, &server)?;
    refused_once(probe, &waiting)?;
    timed_out(probe, waiting)
}

fn exchange_fails(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(Fault::new("token.error").param("error", "invalid_grant"))?;
    let waiting = Waiting::at(probe, &server)?;
    let target = waiting.target(probe)?;
    let page = waiting.get(probe, &target)?;
    claims_nothing(&page)?;
    let outcome = waiting.fails(probe, Code::LoginFailed)?;
    holds(
        outcome.stderr.contains("error[login_failed]"),
        format!("the terminal does not tell: {}", outcome.stderr),
    )
}

/// Browsers keep what follows a `#` to themselves.
fn in_the_fragment(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(Fault::new("authz.redirect").param("mode", "fragment"))?;
    let waiting = Waiting::briefly(probe, &server)?;
    let target = waiting.target(probe)?;
    same("what the browser asks for", target.as_str(), "/")?;
    let page = waiting.refuses(probe, &waiting.request(&target), &[400])?;
    explains(&page)?;
    let outcome = waiting.fails(probe, Code::CallbackTimeout)?;
    holds(
        outcome.stderr.contains("an empty callback was seen"),
        format!("the terminal does not tell: {}", outcome.stderr),
    )
}

fn explains(page: &Page) -> Finding {
    let text = text_of(page);
    holds(
        text.contains("Nothing arrived") && text.contains('#'),
        format!("the page does not explain: {text}"),
    )
}

/// Sends the redirect that the fault has bent.
fn refused_once(probe: &mut Probe, waiting: &Waiting) -> Finding {
    let target = waiting.target(probe)?;
    waiting
        .refuses(probe, &waiting.request(&target), &[400])
        .map(drop)
}

fn timed_out(probe: &mut Probe, waiting: Waiting) -> Finding {
    let outcome = waiting.fails(probe, Code::CallbackTimeout)?;
    let told = ["error[callback_timeout]", "rejected_callbacks=1 (state: 1)"];
    holds(
        told.iter().all(|words| outcome.stderr.contains(words)),
        format!("the terminal does not tell: {}", outcome.stderr),
    )
}

fn twice(fault: &str) -> Fault {
    Fault::new(fault).param("mode", "duplicate")
}

const WRONG: &str = "another-state";
