//! What is asked for and what may be given (RFC 6749 §3.3).

use super::{Rule, Verdict, require};
use crate::params::Params;

/// The scope of an authorization request or of a client that acts for itself, `all-apis` if it names none.
pub(crate) fn asked(params: &Params, known: &[String], rule: &'static Rule) -> Verdict<String> {
    let asked = params.get("scope").unwrap_or(DEFAULT);
    require(
        asked
            .split_ascii_whitespace()
            .all(|scope| known.iter().any(|known| known == scope)),
        rule,
    )?;
    Ok(once(asked))
}

/// The scope of a refreshed token: what was granted, or less.
pub(crate) fn narrowed(params: &Params, granted: &str, known: &[String]) -> Verdict<String> {
    if params.get("scope").is_none() {
        return Ok(granted.to_owned());
    }
    let asked = asked(params, known, &TOKEN_UNKNOWN)?;
    require(
        asked.split(' ').all(|scope| has(granted, scope)),
        &TOKEN_WIDER,
    )?;
    Ok(asked)
}

/// Whether the list has that scope.
pub(crate) fn has(list: &str, scope: &str) -> bool {
    list.split(' ').any(|granted| granted == scope)
}

/// Each scope once, in the order it was asked for.
fn once(list: &str) -> String {
    let mut scopes: Vec<&str> = Vec::new();
    for scope in list.split_ascii_whitespace() {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes.join(" ")
}

const DEFAULT: &str = "all-apis";

pub(crate) static AUTHORIZE_UNKNOWN: Rule = Rule::new(
    "authorize.scope.unknown",
    400,
    "invalid_scope",
    "a scope is not known",
    "RFC 6749 §4.1.2.1",
);
pub(crate) static TOKEN_UNKNOWN: Rule = Rule::new(
    "token.scope.unknown",
    400,
    "invalid_scope",
    "a scope is not known",
    "RFC 6749 §5.2",
);
pub(crate) static TOKEN_WIDER: Rule = Rule::new(
    "token.scope.wider",
    400,
    "invalid_scope",
    "a refresh can not ask for more than was granted",
    "RFC 6749 §6",
);
