//! Fuzz target `callback`: what a callback with any parameters means for a sign-in.
//!
//! The first line is `promised` where the metadata promised an issuer in each callback; each other
//! line is a parameter, `name=value`, before it is encoded.

#![cfg_attr(fuzzing, no_main)]

use lakekey_core::Code;
use lakekey_fuzz::check_message;
use lakekey_fuzz::sign_in::{ISSUER, PORT, STATE, pending};
use lakekey_oauth::{CallbackError, Grant};
use url::form_urlencoded::Serializer;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let promised = first == "promised";
    let pairs = rest.split('\n').filter_map(|line| line.split_once('='));
    let pairs: Vec<_> = pairs.collect();
    let query = Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let expected = model(&pairs, promised);
    let ways = [
        "/",
        "",
        "http://localhost:PORT/",
        "http://LOCALHOST:PORT",
        "localhost:PORT",
    ];
    for way in ways.map(|way| way.replace("PORT", &PORT.to_string())) {
        let found = pending(promised).finish(&format!("{way}?{query}#fragment"));
        assert_eq!(meaning(found), expected, "{way}?{query}");
    }
    for elsewhere in [
        "http://localhost:8021",
        "https://localhost:8020",
        "//localhost/x://",
    ] {
        let found = pending(promised).finish(&format!("{elsewhere}?{query}"));
        let is_path = elsewhere.starts_with('/');
        assert!(is_path || meaning(found) == Meaning::Waits, "{elsewhere}");
    }
}

/// What a callback means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Waits,
    Redeems(String),
    Ends(Code),
}

/// The rules once more, as plain as can be.
fn model(pairs: &[(&str, &str)], promised: bool) -> Meaning {
    let values = |name: &str| -> Vec<&str> {
        let of_name = pairs.iter().filter(|(own, _)| *own == name);
        of_name.map(|(_, value)| *value).collect()
    };
    let is_broken = pairs
        .iter()
        .any(|(name, value)| (*name).contains('\0') || value.contains('\0'));
    let states = values("state");
    if is_broken || states.is_empty() || states.iter().any(|state| *state != STATE) {
        return Meaning::Waits;
    }
    if pairs.iter().any(|(name, _)| values(name).len() > 1) {
        return Meaning::Ends(Code::InvalidCallback);
    }
    let code = values("code").first().copied().unwrap_or_default();
    match values("iss").first() {
        Some(issuer) if *issuer != ISSUER => return Meaning::Ends(Code::IssuerMismatch),
        None if promised => return Meaning::Ends(Code::IssuerMismatch),
        _ => {}
    }
    let repeats = |text: &str| text.contains(STATE) || !code.is_empty() && text.contains(code);
    match values("error").first() {
        Some(&"access_denied") => Meaning::Ends(Code::AuthDenied),
        Some(error) if error.is_empty() || repeats(error) => Meaning::Ends(Code::InvalidCallback),
        Some(_) => Meaning::Ends(Code::AuthError),
        None if code.is_empty() || !code.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            Meaning::Ends(Code::InvalidCallback)
        }
        None => Meaning::Redeems(code.to_owned()),
    }
}

fn meaning(found: Result<Grant, CallbackError>) -> Meaning {
    let error = match found {
        Ok(Grant::AuthorizationCode { code, .. }) => {
            return Meaning::Redeems(code.expose().to_owned());
        }
        Ok(other) => panic!("a callback brings a code, not {other:?}"),
        Err(error) => error,
    };
    check_message(&error, &[STATE]);
    match error {
        CallbackError::NotOurs { pending, .. } => {
            assert!(pending.state().matches(STATE), "the same sign-in goes on");
            Meaning::Waits
        }
        error => Meaning::Ends(error.code()),
    }
}
