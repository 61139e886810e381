//! Answers of the token endpoint that are no token.

use lakekey::{Code, Error};
use lakekey_mock::Fault;

use super::super::machine::{Machine, body, fine, omit, posts, set, untouched};
use super::super::support::refused;
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-TOK-02",
        &[
            ("bearer", |probe| {
                usable(probe, set(r#"{"token_type": "bearer"}"#)?)
            }),
            ("BEARER", |probe| {
                usable(probe, set(r#"{"token_type": "BEARER"}"#)?)
            }),
            ("DPoP", |probe| {
                unusable(probe, set(r#"{"token_type": "DPoP"}"#)?)
            }),
            ("mac", |probe| {
                unusable(probe, set(r#"{"token_type": "mac"}"#)?)
            }),
            ("empty", |probe| {
                unusable(probe, set(r#"{"token_type": ""}"#)?)
            }),
            ("null", |probe| {
                unusable(probe, set(r#"{"token_type": null}"#)?)
            }),
            ("missing", |probe| unusable(probe, omit("token_type"))),
        ],
    ),
    Case::each(
        "C-TOK-03",
        &[
            ("missing", |probe| unusable(probe, omit("access_token"))),
            ("null", |probe| {
                unusable(probe, set(r#"{"access_token": null}"#)?)
            }),
            ("empty", |probe| {
                unusable(probe, set(r#"{"access_token": ""}"#)?)
            }),
            ("number", |probe| {
                unusable(probe, set(r#"{"access_token": 17}"#)?)
            }),
            ("object", |probe| {
                unusable(probe, set(r#"{"access_token": {"value": "t"}}"#)?)
            }),
            ("top-null", |probe| unusable(probe, body("null", JSON)?)),
            ("top-array", |probe| unusable(probe, body("[]", JSON)?)),
            ("top-string", |probe| {
                unusable(probe, body(r#""str""#, JSON)?)
            }),
        ],
    ),
    Case::each(
        "C-TOK-08",
        &[
            ("truncated", truncated),
            ("every-offset", truncated_everywhere),
            ("html-200", |probe| {
                broken(probe, body(PAGE, HTML)?, &["200", HTML])
            }),
            ("empty-200", |probe| {
                broken(probe, body("", JSON)?, &["200", JSON, "0 bytes"])
            }),
            ("204", |probe| {
                broken(probe, no_content(), &["204", "0 bytes"])
            }),
            ("text-plain", |probe| {
                broken(probe, typed("text/plain"), &["200", "text/plain"])
            }),
            ("charset", |probe| {
                usable(probe, typed("application/json; charset=utf-8"))
            }),
            ("html-400", |probe| {
                broken(probe, page_of_400(), &["400", HTML])
            }),
        ],
    ),
    Case::each(
        "C-TOK-09",
        &[
            ("error-only", |probe| {
                error_in_200(probe, r#"{"error":"invalid_grant"}"#)
            }),
            ("error-and-token", |probe| {
                error_in_200(
                    probe,
                    r#"{"error":"invalid_grant","access_token":"canary-token","token_type":"Bearer"}"#,
                )
            }),
        ],
    ),
    Case::each(
        "C-TOK-16",
        &[
            ("invalid_request", |probe| {
                refusal(probe, oauth_error("invalid_request"), Code::TokenError)
            }),
            ("invalid_client", |probe| {
                refusal(probe, invalid_client(), Code::TokenError)
            }),
            ("invalid_grant", |probe| {
                refusal(probe, oauth_error("invalid_grant"), Code::LoginFailed)
            }),
            ("unauthorized_client", |probe| {
                refusal(probe, oauth_error("unauthorized_client"), Code::TokenError)
            }),
            ("unsupported_grant_type", |probe| {
                refusal(
                    probe,
                    oauth_error("unsupported_grant_type"),
                    Code::TokenError,
                )
            }),
            ("invalid_scope", |probe| {
                refusal(probe, oauth_error("invalid_scope"), Code::TokenError)
            }),
            ("unknown", |probe| {
                refusal(probe, oauth_error("out_of_cheese"), Code::TokenError)
            }),
            ("no-json", |probe| {
                refused_beside_an_older_login(probe, plain_400(), Code::TokenError).map(|_| ())
            }),
        ],
    ),
];

fn usable(probe: &mut Probe, fault: Fault) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    fine(probe, machine.sign_in()?)?;
    let issued = machine.server.with(|mock| mock.secrets());
    let token = fine(probe, machine.token()?)?;
    holds(
        issued
            .iter()
            .any(|secret| secret == token.access().expose()),
        "the token is another than the server's",
    )?;
    posts(&machine, 1)
}

fn unusable(probe: &mut Probe, fault: Fault) -> Finding {
    refused_without_a_login(probe, fault.clone(), Code::InvalidTokenResponse)?;
    probe.count_from_here();
    refused_beside_an_older_login(probe, fault, Code::InvalidTokenResponse)?;
    Ok(())
}

/// Says what may be said about the answer, and nothing of its text.
fn broken(probe: &mut Probe, fault: Fault, said: &[&str]) -> Finding {
    probe.secret("Please sign in");
    let error = refused_beside_an_older_login(probe, fault, Code::InvalidTokenResponse)?;
    let message = error.to_string();
    for part in said.iter().chain(&["bytes"]) {
        holds(
            message.contains(part),
            format!("`{message}` does not say `{part}`"),
        )?;
    }
    Ok(())
}

/// The whole length is promised, and half of it arrives.
fn truncated(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    let before = machine.settled(probe)?;
    machine.inject(Fault::new("http.truncate").param("at", 700))?;
    refused(probe, machine.sign_in()?, Code::Transport)?;
    posts(&machine, 1)?;
    untouched(&machine, before.as_deref())
}

/// Ends short of its length after each byte; and each beginning as a whole body of its own.
fn truncated_everywhere(probe: &mut Probe) -> Finding {
    let machine = Machine::wired(probe)?;
    let near = Machine::near(probe)?;
    for at in 0..SMALL.len() {
        let during = |wrong: Wrong| wrong.during(format_args!("cut after {at} bytes"));
        let cut = body(SMALL, JSON)?.and("http.truncate").param("at", at);
        truncated_at(probe, &machine, cut, Code::Transport).map_err(during)?;
        truncated_at(
            probe,
            &near,
            body(&SMALL[..at], JSON)?,
            Code::InvalidTokenResponse,
        )
        .map_err(during)?;
    }
    untouched(&machine, None)?;
    probe.counts(1);
    Ok(())
}

fn truncated_at(probe: &mut Probe, machine: &Machine, fault: Fault, code: Code) -> Finding {
    let earlier = machine.server.token_posts().len();
    machine.inject(fault.times(1))?;
    refused(probe, machine.sign_in()?, code)?;
    posts(machine, earlier + 1)
}

fn error_in_200(probe: &mut Probe, answer: &str) -> Finding {
    refused_without_a_login(probe, body(answer, JSON)?, Code::LoginFailed)
}

/// One of the errors of RFC 6749 §5.2, or of nobody.
fn refusal(probe: &mut Probe, fault: Fault, code: Code) -> Finding {
    let error = refused_beside_an_older_login(probe, fault, code)?;
    let name = if probe.variant() == "unknown" {
        "out_of_cheese"
    } else {
        probe.variant()
    };
    holds(
        error.to_string().contains(name),
        format!("`{error}` does not name `{name}`"),
    )?;
    same(
        "the error is worth a retry",
        error.code().retryable(),
        false,
    )
}

fn refused_without_a_login(probe: &mut Probe, fault: Fault, code: Code) -> Finding {
    let machine = Machine::near(probe)?;
    machine.inject(fault)?;
    refused(probe, machine.sign_in()?, code)?;
    posts(&machine, 1)?;
    untouched(&machine, None)
}

fn refused_beside_an_older_login(probe: &mut Probe, fault: Fault, code: Code) -> Finding<Error> {
    let machine = Machine::near(probe)?;
    let before = machine.settled(probe)?;
    machine.inject(fault)?;
    let error = refused(probe, machine.sign_in()?, code)?;
    posts(&machine, 1)?;
    untouched(&machine, before.as_deref())?;
    Ok(error)
}

fn typed(content_type: &str) -> Fault {
    Fault::new("http.content_type").param("value", content_type)
}

fn no_content() -> Fault {
    Fault::new("http.status")
        .param("status", 204)
        .param("body", "")
}

fn page_of_400() -> Fault {
    let page = Fault::new("http.status")
        .param("status", 400)
        .param("body", PAGE);
    page.and("http.content_type").param("value", HTML)
}

fn plain_400() -> Fault {
    Fault::new("http.status")
        .param("status", 400)
        .param("body", "bad request")
}

fn oauth_error(name: &str) -> Fault {
    Fault::new("token.error").param("error", name)
}

fn invalid_client() -> Fault {
    let error = oauth_error("invalid_client").param("status", 401);
    error
        .and("http.headers")
        .param("set", r#"{"www-authenticate":"Basic realm=\"mock\""}"#)
}

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const PAGE: &str = "<!doctype html><title>Network</title><p>Please sign in to the network.";
/// Shorter than the mock's own, so that every cut can be tried.
const SMALL: &str = r#"{"access_token":"opaque-token-1","token_type":"Bearer","expires_in":3600,"refresh_token":"opaque-refresh-1"}"#;
