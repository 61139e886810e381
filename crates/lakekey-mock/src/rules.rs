//! The rules: each is one function with one name, and says no in one way.

pub(crate) mod bearer;
pub(crate) mod client;
pub(crate) mod code_once;
pub(crate) mod consent;
pub(crate) mod pkce;
pub(crate) mod redirect_uri;
pub(crate) mod refresh_rotation;
pub(crate) mod request_shape;
pub(crate) mod revocation;
pub(crate) mod scope;
pub(crate) mod tenant;

/// A rule the mock enforces, and how it says no.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The name, for instance `token.verifier.mismatch`. The journal names the rule that refused.
    pub id: &'static str,
    /// The HTTP status of a refusal that is not sent by redirect.
    pub status: u16,
    /// The OAuth error code, or the one of RFC 6750 for API routes. Empty where there is none.
    pub error: &'static str,
    /// The `error_description`.
    pub says: &'static str,
    /// Where the rule is written.
    pub cites: &'static str,
}

impl Rule {
    const fn new(
        id: &'static str,
        status: u16,
        error: &'static str,
        says: &'static str,
        cites: &'static str,
    ) -> Self {
        Self {
            id,
            status,
            error,
            says,
            cites,
        }
    }
}

/// Every rule, sorted by id.
///
/// ```
/// assert!(lakekey_mock::rules().iter().any(|rule| rule.id == "token.verifier.mismatch"));
/// ```
pub fn rules() -> &'static [&'static Rule] {
    &TABLE
}

/// What a rule answers: a value to go on with, or itself.
pub(crate) type Verdict<T = ()> = Result<T, &'static Rule>;

/// `Ok` if the condition holds, the rule if not.
pub(crate) fn require(holds: bool, rule: &'static Rule) -> Verdict {
    if holds { Ok(()) } else { Err(rule) }
}

static TABLE: [&Rule; 71] = [
    &bearer::ALGORITHM,
    &bearer::AUDIENCE,
    &bearer::EXPIRED,
    &bearer::IN_REQUEST,
    &bearer::ISSUER,
    &bearer::KEY,
    &bearer::MALFORMED,
    &bearer::MISSING,
    &bearer::REVOKED,
    &bearer::SIGNATURE,
    &bearer::TYPE,
    &bearer::SCOPE,
    &pkce::CHALLENGE_MALFORMED,
    &pkce::CHALLENGE_METHOD,
    &pkce::CHALLENGE_MISSING,
    &client::AUTHORIZE_MISSING,
    &client::AUTHORIZE_REPEATED,
    &client::AUTHORIZE_UNKNOWN,
    &consent::DECLINED,
    &request_shape::AUTHORIZE_REPEATED,
    &consent::PROMPT_NONE,
    &redirect_uri::MISMATCH,
    &redirect_uri::MISSING,
    &redirect_uri::REPEATED,
    &request_shape::REQUEST_OBJECT,
    &request_shape::REQUEST_URI,
    &request_shape::RESPONSE_MODE,
    &request_shape::RESPONSE_TYPE_MISSING,
    &request_shape::RESPONSE_TYPE_UNSUPPORTED,
    &scope::AUTHORIZE_UNKNOWN,
    &consent::FORM,
    &consent::TICKET,
    &revocation::CALLER,
    &revocation::TOKEN_MISSING,
    &tenant::ROUTE_METHOD,
    &tenant::ROUTE_UNKNOWN,
    &tenant::UNKNOWN,
    &request_shape::BODY_SIZE,
    &client::MISSING,
    &client::SECRET,
    &client::TWO_WAYS,
    &client::UNAUTHORIZED,
    &client::UNKNOWN,
    &code_once::BURNED,
    &code_once::CLIENT,
    &code_once::EXPIRED,
    &code_once::MISSING,
    &code_once::REDIRECT_URI,
    &code_once::REDIRECT_URI_MISSING,
    &code_once::TENANT,
    &code_once::UNKNOWN,
    &code_once::USED,
    &request_shape::WRONG_TYPE,
    &request_shape::GRANT_MISSING,
    &request_shape::GRANT_UNSUPPORTED,
    &request_shape::TOKEN_METHOD,
    &request_shape::TOKEN_REPEATED,
    &refresh_rotation::CLIENT,
    &refresh_rotation::ABSOLUTE,
    &refresh_rotation::IDLE,
    &refresh_rotation::MISSING,
    &refresh_rotation::REUSED,
    &refresh_rotation::REVOKED,
    &refresh_rotation::TENANT,
    &refresh_rotation::UNKNOWN,
    &scope::TOKEN_UNKNOWN,
    &scope::TOKEN_WIDER,
    &pkce::VERIFIER_MALFORMED,
    &pkce::VERIFIER_MISMATCH,
    &pkce::VERIFIER_MISSING,
    &pkce::VERIFIER_UNEXPECTED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sorted() {
        let ids: Vec<_> = rules().iter().map(|rule| rule.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }

    #[test]
    fn descriptions_keep_to_the_characters_of_rfc_6749() {
        for rule in rules() {
            let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(rule.says.bytes().all(allowed), "{}", rule.id);
            assert!(
                !rule.says.is_empty() && !rule.cites.is_empty(),
                "{}",
                rule.id
            );
        }
    }
}
