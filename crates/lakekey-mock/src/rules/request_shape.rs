//! What a request must look like before anybody reads it.

use http::{HeaderMap, Method, header::CONTENT_TYPE};

use super::{Rule, Verdict, require};
use crate::params::Params;

/// The form of a token request. Parameters in the URL do not count (RFC 6749 §3.2).
pub(crate) fn token_form(method: &Method, headers: &HeaderMap, body: &[u8]) -> Verdict<Params> {
    require(method == Method::POST, &TOKEN_METHOD)?;
    require(body.len() <= MAX_FORM, &BODY_SIZE)?;
    require(is_form(headers), &WRONG_TYPE)?;
    let params = Params::parse(body);
    require(!params.repeats_any(), &TOKEN_REPEATED)?;
    Ok(params)
}

/// The grant type, if there is one.
pub(crate) fn grant_type(params: &Params) -> Verdict<&str> {
    params.get("grant_type").ok_or(&GRANT_MISSING)
}

/// The parts of an authorization request that are neither client, redirect, challenge nor scope.
pub(crate) fn authorize(params: &Params) -> Verdict {
    require(!params.repeats_any(), &AUTHORIZE_REPEATED)?;
    require(params.get("request").is_none(), &REQUEST_OBJECT)?;
    require(params.get("request_uri").is_none(), &REQUEST_URI)?;
    let response_type = params.get("response_type").ok_or(&RESPONSE_TYPE_MISSING)?;
    require(response_type == "code", &RESPONSE_TYPE_UNSUPPORTED)?;
    require(
        params
            .get("response_mode")
            .is_none_or(|mode| mode == "query"),
        &RESPONSE_MODE,
    )
}

/// Whether the body says it is a form. A charset beside it does no harm.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Bytes a form may have.
const MAX_FORM: usize = 64 * 1024;

pub(crate) static TOKEN_METHOD: Rule = Rule::new(
    "token.method",
    405,
    "invalid_request",
    "the token endpoint takes POST",
    "RFC 6749 §3.2",
);
pub(crate) static BODY_SIZE: Rule = Rule::new(
    "token.body-size",
    413,
    "invalid_request",
    "the form is too large",
    "RFC 9110 §15.5.14",
);
pub(crate) static WRONG_TYPE: Rule = Rule::new(
    "token.content-type",
    400,
    "invalid_request",
    "the body must be application/x-www-form-urlencoded",
    "RFC 6749 §4.1.3, appendix B",
);
pub(crate) static TOKEN_REPEATED: Rule = Rule::new(
    "token.parameter.repeated",
    400,
    "invalid_request",
    "a parameter comes more than once",
    "RFC 6749 §3.2",
);
pub(crate) static GRANT_MISSING: Rule = Rule::new(
    "token.grant.missing",
    400,
    "invalid_request",
    "the grant_type is missing",
    "RFC 6749 §5.2",
);
pub(crate) static GRANT_UNSUPPORTED: Rule = Rule::new(
    "token.grant.unsupported",
    400,
    "unsupported_grant_type",
    "this grant_type is not supported",
    "RFC 6749 §5.2",
);
pub(crate) static AUTHORIZE_REPEATED: Rule = Rule::new(
    "authorize.parameter.repeated",
    400,
    "invalid_request",
    "a parameter comes more than once",
    "RFC 6749 §3.1",
);
pub(crate) static REQUEST_OBJECT: Rule = Rule::new(
    "authorize.request-object",
    400,
    "request_not_supported",
    "the request parameter is not supported",
    "OpenID Connect Core 1.0 §3.1.2.6",
);
pub(crate) static REQUEST_URI: Rule = Rule::new(
    "authorize.request-uri",
    400,
    "request_uri_not_supported",
    "the request_uri parameter is not supported",
    "OpenID Connect Core 1.0 §3.1.2.6",
);
pub(crate) static RESPONSE_MODE: Rule = Rule::new(
    "authorize.response-mode",
    400,
    "invalid_request",
    "the only response_mode is query",
    "OAuth 2.0 Multiple Response Types §2.1",
);
pub(crate) static RESPONSE_TYPE_MISSING: Rule = Rule::new(
    "authorize.response-type.missing",
    400,
    "invalid_request",
    "the response_type is missing",
    "RFC 6749 §3.1.1, §4.1.2.1",
);
pub(crate) static RESPONSE_TYPE_UNSUPPORTED: Rule = Rule::new(
    "authorize.response-type.unsupported",
    400,
    "unsupported_response_type",
    "the only response_type is code",
    "RFC 6749 §3.1.1, §4.1.2.1",
);
