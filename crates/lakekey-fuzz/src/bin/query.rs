//! Fuzz target `query`: any text in a query, written by us and written by somebody else.

#![cfg_attr(fuzzing, no_main)]

use lakekey_fuzz::sign_in::{STATE, pending};
use lakekey_oauth::{CallbackError, Grant, Mismatch};
use url::form_urlencoded::{Serializer, parse};

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    what_is_encoded_comes_back(text);
    what_is_written_by_others_is_read_alike(text);
    what_is_there_twice_is_reported(text);
}

fn what_is_encoded_comes_back(text: &str) {
    let query = encoded(&[("state", STATE), ("code", text)]);
    let is_code = !text.is_empty() && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    match code(&query) {
        Ok(code) => assert_eq!(code, text),
        Err(error) if text.contains('\0') => assert!(is_undecodable(&error), "{error:?}"),
        Err(error) => {
            assert!(!is_code, "{text:?} is a code");
            assert!(matches!(error, CallbackError::Invalid { .. }), "{error:?}");
        }
    }
}

/// A second decoder, which replaces what it cannot decode, gives the same wherever there is nothing
/// to replace.
fn what_is_written_by_others_is_read_alike(text: &str) {
    let raw = text.split(['&', '#']).next().unwrap_or_default();
    let pair = format!("code={raw}");
    let (_, theirs) = parse(pair.as_bytes()).next().expect("there is one pair");
    let replaced = theirs.contains(char::REPLACEMENT_CHARACTER);
    match code(&format!("state={STATE}&{pair}&end")) {
        Ok(code) => assert_eq!(code, theirs),
        Err(error) if is_undecodable(&error) => {
            let is_decodable = is_plain(raw) && !replaced && !theirs.contains('\0');
            assert!(!is_decodable, "{raw:?} decodes");
        }
        Err(_) => assert!(
            theirs.is_empty() || theirs.bytes().any(|byte| !(0x20..=0x7e).contains(&byte)),
            "{raw:?} is a code"
        ),
    }
}

fn what_is_there_twice_is_reported(text: &str) {
    let query = encoded(&[(text, "1"), (text, "2"), ("state", STATE), ("code", "c")]);
    match code(&query).expect_err("something is there twice") {
        CallbackError::Invalid { reason } => assert!(reason.contains("more than once"), "{reason}"),
        CallbackError::NotOurs { reason, .. } => match reason {
            Mismatch::Undecodable => assert!(text.contains('\0')),
            reason => assert_eq!((reason, text), (Mismatch::StateRepeated, "state")),
        },
        error => panic!("{error:?}"),
    }
}

/// The code that a query brings to the sign-in.
fn code(query: &str) -> Result<String, CallbackError> {
    match pending(false).finish(&format!("/?{query}"))? {
        Grant::AuthorizationCode { code, .. } => Ok(code.expose().to_owned()),
        other => panic!("a callback brings a code, not {other:?}"),
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn is_undecodable(error: &CallbackError) -> bool {
    let reason = Mismatch::Undecodable;
    matches!(error, CallbackError::NotOurs { reason: found, .. } if *found == reason)
}

/// Whether a text has only characters of a request target, and percent signs only before two
/// hexadecimal digits.
fn is_plain(raw: &str) -> bool {
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    raw.bytes().all(|byte| byte.is_ascii_graphic()) && raw.split('%').skip(1).all(is_escape)
}
