//! A look at the times of an access token that happens to be a JWT, without verifying it.
//!
//! An access token is opaque to its client. This is done only where the server does not say how
//! long its token lives, and what is found can only make that shorter. An ID token is always a JWT,
//! and nothing else says how long it lives.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lakekey_core::Secret;
use serde_json::value::RawValue;

use crate::seconds;
use crate::text::sanitised;

/// How long `token` lives at most, counted from `started`; `None` unless it is a JWT with `exp`
/// (RFC 7519 §4.1.4).
///
/// It is the shorter of the time until `exp` by the local clock and the time from `iat` to `exp`,
/// which holds also when the local clock is slow. Nothing is verified.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// // Its claims are {"exp":1600}.
/// let started = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
/// let lifetime = lakekey_oauth::lifetime("e30.eyJleHAiOjE2MDB9.c2ln", started);
/// assert_eq!(lifetime, Some(Duration::from_secs(600)));
/// ```
pub fn lifetime(token: &str, started: SystemTime) -> Option<Duration> {
    let claims = claims(token)?;
    let claims: BTreeMap<String, &RawValue> = serde_json::from_slice(&claims).ok()?;
    let time = |name| seconds::parse(claims.get(name)?, Duration::MAX);
    let exp = time("exp")?;
    let now = started
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let left = exp.saturating_sub(now);
    Some(time("iat").map_or(left, |iat| exp.saturating_sub(iat).min(left)))
}

/// Who a token says it is for, if it is a JWT with a `sub` that is a text (RFC 7519 §4.1.2).
///
/// Nothing is verified: the answer may be shown to a person, and must decide nothing.
pub fn subject(access: &Secret) -> Option<String> {
    let claims = claims(access.expose())?;
    let claims: BTreeMap<String, &RawValue> = serde_json::from_slice(&claims).ok()?;
    let subject: String = serde_json::from_str(claims.get("sub")?.get()).ok()?;
    Some(sanitised(&subject)).filter(|subject| !subject.is_empty())
}

fn claims(token: &str) -> Option<Vec<u8>> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    URL_SAFE_NO_PAD.decode(claims).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::{lifetime, subject};

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_shorter_bound_counts() {
        let table = [
            (r#"{"exp":1600}"#, Some(600)),
            (r#"{"exp":1600,"iat":900}"#, Some(600)),
            (r#"{"exp":1600,"iat":1400}"#, Some(200)),
            (r#"{"exp":"1600.5","iat":null}"#, Some(600)),
            (r#"{"exp":900}"#, Some(0)),
            (r#"{"exp":-1}"#, Some(0)),
            (r#"{"exp":1600,"iat":1e300}"#, Some(0)),
            (r#"{"exp":true}"#, None),
            (r#"{"iat":900}"#, None),
            (r#"["exp",1600]"#, None),
            ("", None),
        ];
        for (claims, expected) in table {
            let found = lifetime(&jwt(claims), at(1000));
            assert_eq!(found, expected.map(Duration::from_secs), "{claims}");
        }
    }

    #[test]
    fn a_subject_is_shown_only_where_there_is_one() {
        let of = |claims| subject(&jwt(claims).into());
        assert_eq!(
            of(r#"{"sub":"someone@example.com"}"#).as_deref(),
            Some("someone@example.com")
        );
        assert_eq!(of(r#"{"sub":""}"#), None);
        assert_eq!(of(r#"{"sub":7}"#), None);
        assert_eq!(subject(&"opaque".into()), None);
    }

    #[test]
    fn what_is_no_jwt_has_no_lifetime() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":1600}"#);
        for token in [
            "",
            "opaque",
            "a.b",
            "..",
            &format!("a.{claims}"),
            &format!("a.{claims}.c.d"),
            "a.!.c",
        ] {
            assert_eq!(lifetime(token, at(1000)), None, "{token}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(claims in r#"\{"exp":[0-9eE.+-]{0,400}\}"#, now in any::<u32>()) {
            let _ = lifetime(&jwt(&claims), at(now.into()));
        }

        #[test]
        fn exp_never_lengthens(exp in any::<u64>(), iat in any::<u64>(), now in any::<u32>()) {
            let found = lifetime(&jwt(&format!(r#"{{"exp":{exp},"iat":{iat}}}"#)), at(now.into()));
            // Seconds beyond 2^53 are read to the nearest number that a float can hold.
            let bound = exp.saturating_sub(now.into()).saturating_add(exp >> 50);
            prop_assert!(found.unwrap_or_default() <= Duration::from_secs(bound));
        }
    }
}
