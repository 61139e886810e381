//! Proof key for code exchange (RFC 7636).

use sha2::{Digest, Sha256};

use super::{Rule, Verdict, require};
use crate::{Pkce, dice::base64url, params::Params, sabotage};

/// A challenge as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    S256(String),
    Plain(String),
}

/// The challenge of an authorization request; `None` where none was sent and none is needed.
pub(crate) fn challenge(params: &Params, pkce: Pkce) -> Verdict<Option<Challenge>> {
    let Some(challenge) = params.get("code_challenge") else {
        require(
            params.get("code_challenge_method").is_none() && !pkce.required,
            &CHALLENGE_MISSING,
        )?;
        return Ok(None);
    };
    match params.get("code_challenge_method") {
        Some("S256") => {
            require(
                challenge.len() == S256_LENGTH && challenge.bytes().all(is_base64url),
                &CHALLENGE_MALFORMED,
            )?;
            Ok(Some(Challenge::S256(challenge.to_owned())))
        }
        Some("plain") | None if pkce.plain => {
            require(is_well_formed(challenge), &CHALLENGE_MALFORMED)?;
            Ok(Some(Challenge::Plain(challenge.to_owned())))
        }
        _ => Err(&CHALLENGE_METHOD),
    }
}

/// Whether the verifier of a token request fits the challenge of its code.
pub(crate) fn verifier(params: &Params, challenge: Option<&Challenge>) -> Verdict {
    if sabotage::is_off("pkce_verify") {
        return Ok(());
    }
    let verifier = params.get("code_verifier");
    let Some(challenge) = challenge else {
        // A verifier without a challenge means that somebody removed the challenge (RFC 9700 §4.8.2).
        return require(verifier.is_none(), &VERIFIER_UNEXPECTED);
    };
    let verifier = verifier.ok_or(&VERIFIER_MISSING)?;
    require(is_well_formed(verifier), &VERIFIER_MALFORMED)?;
    let fits = match challenge {
        Challenge::S256(challenge) => s256(verifier) == *challenge,
        Challenge::Plain(challenge) => verifier == challenge,
    };
    require(fits, &VERIFIER_MISMATCH)
}

/// `BASE64URL(SHA256(ASCII(verifier)))` (RFC 7636 §4.2).
fn s256(verifier: &str) -> String {
    base64url(&Sha256::digest(verifier.as_bytes()))
}

/// 43 to 128 unreserved characters (RFC 7636 §4.1).
fn is_well_formed(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The length of 32 bytes in base64url.
const S256_LENGTH: usize = 43;

pub(crate) static CHALLENGE_MISSING: Rule = Rule::new(
    "authorize.challenge.missing",
    400,
    "invalid_request",
    "a code_challenge is needed",
    "RFC 7636 §4.4.1; RFC 9700 §2.1.1",
);
pub(crate) static CHALLENGE_METHOD: Rule = Rule::new(
    "authorize.challenge.method",
    400,
    "invalid_request",
    "the transform algorithm is not supported, use S256",
    "RFC 7636 §4.4.1",
);
pub(crate) static CHALLENGE_MALFORMED: Rule = Rule::new(
    "authorize.challenge.malformed",
    400,
    "invalid_request",
    "the code_challenge has a wrong length or alphabet",
    "RFC 7636 §4.2",
);
pub(crate) static VERIFIER_MISSING: Rule = Rule::new(
    "token.verifier.missing",
    400,
    "invalid_request",
    "the code_verifier is missing",
    "RFC 7636 §4.5",
);
pub(crate) static VERIFIER_MALFORMED: Rule = Rule::new(
    "token.verifier.malformed",
    400,
    "invalid_request",
    "the code_verifier must be 43 to 128 unreserved characters",
    "RFC 7636 §4.1",
);
pub(crate) static VERIFIER_MISMATCH: Rule = Rule::new(
    "token.verifier.mismatch",
    400,
    "invalid_grant",
    "the code_verifier does not fit the code_challenge",
    "RFC 7636 §4.6",
);
pub(crate) static VERIFIER_UNEXPECTED: Rule = Rule::new(
    "token.verifier.unexpected",
    400,
    "invalid_grant",
    "there is a code_verifier, but the code was asked for without a code_challenge",
    "RFC 9700 §4.8.2",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appendix_b_of_rfc_7636() {
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
