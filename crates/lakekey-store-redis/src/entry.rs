//! A token as bytes, before they are sealed.

use std::time::{Duration, SystemTime};

use lakekey_core::{Secret, Token};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The token as JSON.
pub(crate) fn encode(token: &Token) -> Zeroizing<Vec<u8>> {
    let since_epoch = |moment: SystemTime| {
        let since = moment.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or(Duration::ZERO) // long expired, either way
    };
    let entry = Entry {
        access_token: token.access().expose(),
        token_type: token.token_type(),
        refresh_token: token.refresh().map(Secret::expose),
        expiry: token.expiry().map(since_epoch),
        expires_in: token.lifetime(),
    };
    // Room for every character escaped: a vector that grows leaves copies behind.
    let texts = [
        Some(entry.access_token),
        Some(entry.token_type),
        entry.refresh_token,
    ];
    let length: usize = texts.into_iter().flatten().map(str::len).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(6 * length + 256));
    serde_json::to_writer(&mut *bytes, &entry).expect("texts and durations are always JSON");
    bytes
}

/// The token in the JSON; `None` if it is none.
pub(crate) fn decode(bytes: &[u8]) -> Option<Token> {
    let entry: Entry<String> = serde_json::from_slice(bytes).ok()?;
    let mut token = Token::bearer(entry.access_token).with_token_type(entry.token_type);
    if let Some(refresh) = entry.refresh_token {
        token = token.with_refresh(refresh);
    }
    if let Some(since_epoch) = entry.expiry {
        token = token.expiring(SystemTime::UNIX_EPOCH.checked_add(since_epoch)?);
    }
    if let Some(lifetime) = entry.expires_in {
        token = token.with_lifetime(lifetime);
    }
    Some(token)
}

/// The names are those of RFC 6749 section 5.1, and `expiry` as the official tools have it.
#[derive(Serialize, Deserialize)]
struct Entry<T> {
    access_token: T,
    token_type: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<T>,
    /// Since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_core::Token;
    use proptest::prelude::*;

    use super::{decode, encode};

    #[test]
    fn the_format_stays() {
        let minted = SystemTime::UNIX_EPOCH + Duration::new(1_790_000_000, 5);
        let token = Token::bearer("a\"\n")
            .with_refresh("r")
            .lasting(minted, Duration::from_secs(3600));
        let bytes = encode(&token);
        insta::assert_snapshot!(str::from_utf8(&bytes).unwrap(), @r#"{"access_token":"a\"\n","token_type":"Bearer","refresh_token":"r","expiry":{"secs":1790003600,"nanos":5},"expires_in":{"secs":3600,"nanos":0}}"#);
        let short = encode(&Token::bearer("a"));
        insta::assert_snapshot!(str::from_utf8(&short).unwrap(), @r#"{"access_token":"a","token_type":"Bearer"}"#);
    }

    #[test]
    fn what_is_no_token_is_none() {
        let endless = r#"{"access_token":"a","token_type":"","expiry":{"secs":18446744073709551615,"nanos":0}}"#;
        for bytes in ["", "{}", "[]", r#"{"access_token":"a"}"#, endless] {
            assert_eq!(decode(bytes.as_bytes()), None, "{bytes}");
        }
    }

    proptest! {
        #[test]
        fn a_token_survives(
            access in any::<String>(),
            token_type in any::<String>(),
            refresh in any::<Option<String>>(),
            // In the steps of the coarsest clock, that of Windows.
            expiry in proptest::option::of((0..1u64 << 40, 0..10_000_000u32)),
            lifetime in any::<Option<u32>>(),
        ) {
            let mut token = Token::bearer(access).with_token_type(token_type);
            if let Some(refresh) = refresh {
                token = token.with_refresh(refresh);
            }
            if let Some((seconds, steps)) = expiry {
                token = token.expiring(SystemTime::UNIX_EPOCH + Duration::new(seconds, steps * 100));
            }
            if let Some(lifetime) = lifetime {
                token = token.with_lifetime(Duration::from_secs(lifetime.into()));
            }
            let bytes = encode(&token);
            prop_assert_eq!(decode(&bytes), Some(token));
        }
    }
}
