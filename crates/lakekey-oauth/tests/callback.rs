//! What a callback means.

use lakekey_core::{Code, Error};
use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{CallbackError, Grant, Mismatch, Pending, RedirectUri};
use proptest::prelude::*;
use url::form_urlencoded::Serializer;

const STATE: &str = "sTaTe-1";
const ISSUER: &str = "https://ws.example.test/oidc";

/// What came of a callback, without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Code(String),
    Waits(Mismatch),
    Ends(Code),
}
use Outcome::{Code as Redeem, Ends, Waits};

#[test]
fn the_right_callback_gives_the_code() {
    let table = [
        ("/?code=c&state=sTaTe-1", "c"),
        ("/?state=sTaTe-1&code=c%2B+d", "c+ d"),
        ("?code=c&state=sTaTe-1", "c"),
        ("/?code=c&state=sTaTe-1&session_state=x&foo=1", "c"),
        (
            "/?code=c&state=sTaTe-1&iss=https%3A%2F%2Fws.example.test%2Foidc",
            "c",
        ),
        ("http://localhost:8020/?code=c&state=sTaTe-1", "c"),
        ("  http://localhost:8020?code=c&state=sTaTe-1#\n", "c"),
        ("localhost:8020/?code=c&state=sTaTe-1", "c"),
        ("HTTP://LOCALHOST:8020/?code=c&state=sTaTe-1", "c"),
    ];
    for (callback, code) in table {
        assert_eq!(
            outcome(false, callback),
            Redeem(code.to_owned()),
            "{callback}"
        );
    }
}

#[test]
fn what_does_not_belong_to_the_sign_in_leaves_it_waiting() {
    use Mismatch::{
        Empty, OtherAddress, StateMissing, StateRepeated, StateWrong, TooLong, Undecodable,
    };
    let long = format!("/?code=c&state=sTaTe-1&x={}", "x".repeat(64 * 1024));
    let table = [
        ("/", Empty),
        ("", Empty),
        ("/?", Empty),
        ("http://localhost:8020/#code=c&state=sTaTe-1", Empty),
        ("/?code=c", StateMissing),
        ("/?error=access_denied", StateMissing),
        ("/?code=c&state=", StateWrong),
        ("/?code=c&state=other", StateWrong),
        ("/?code=c&state=sTaTe-", StateWrong),
        ("/?code=c&state=state-1", StateWrong),
        ("/?code=c&state=sTaTe-1+", StateWrong),
        ("/?code=c&state=sTaTe-1%20", StateWrong),
        ("/?code=c&state=sTaTe-1&state=other", StateRepeated),
        ("/?code=c&state=other&state=sTaTe-1", StateRepeated),
        ("/?code=%FF%FE&state=sTaTe-1", Undecodable),
        ("/?code=c%00&state=sTaTe-1", Undecodable),
        ("/?code=c&state=sTaTe-1&x=%zz", Undecodable),
        ("/?code=c&state=sTaTe-1%", Undecodable),
        ("/?code=é&state=sTaTe-1", Undecodable),
        ("/?code=c\r&state=sTaTe-1", Undecodable),
        ("http://localhost:8021/?code=c&state=sTaTe-1", OtherAddress),
        ("https://localhost:8020/?code=c&state=sTaTe-1", OtherAddress),
        ("http://localhost:8020/x?code=c&state=sTaTe-1", OtherAddress),
        (
            "https://ws.example.test/oidc/v1/authorize?state=sTaTe-1",
            OtherAddress,
        ),
        ("code=c&state=sTaTe-1", OtherAddress),
        (&long, TooLong),
    ];
    for (callback, reason) in table {
        let callback_start = &callback[..callback.len().min(60)];
        assert_eq!(outcome(false, callback), Waits(reason), "{callback_start}");
    }
}

#[test]
fn a_sign_in_given_back_can_still_be_finished() {
    let Err(CallbackError::NotOurs { pending, .. }) = pending(false).finish("/?code=c&state=x")
    else {
        panic!("another state is not ours");
    };
    assert!(matches!(
        pending.finish("/?code=c&state=sTaTe-1"),
        Ok(Grant::AuthorizationCode { .. })
    ));
}

#[test]
fn other_answers_end_the_sign_in() {
    use Code::{AuthDenied, AuthError, InvalidCallback, IssuerMismatch};
    let table = [
        ("", InvalidCallback),
        ("code=", InvalidCallback),
        ("code=a%0Ab", InvalidCallback),
        ("code=c&state=sTaTe-1", InvalidCallback),
        ("code=c&code=c", InvalidCallback),
        ("code=c&iss=x&iss=x", InvalidCallback),
        ("error=access_denied&error=access_denied", InvalidCallback),
        ("code=c&x=1&x=1", InvalidCallback),
        ("error=", InvalidCallback),
        ("code=c&error=", InvalidCallback),
        ("error=access_denied&error_description=no", AuthDenied),
        ("code=c&error=access_denied", AuthDenied),
        ("error=server_error", AuthError),
        ("error=x_vendor_code", AuthError),
        ("code=c&iss=", IssuerMismatch),
        (
            "error=access_denied&iss=https://other.example.test/oidc",
            IssuerMismatch,
        ),
    ];
    for (rest, code) in table {
        assert_eq!(
            outcome(false, &format!("/?state=sTaTe-1&{rest}")),
            Ends(code),
            "{rest}"
        );
    }
}

#[test]
fn the_issuer_is_compared_as_text() {
    for issuer in [
        "https://ws.example.test/oidc/",
        "https://WS.example.test/oidc",
        "https://ws.example.test:443/oidc",
        "https://ws.example.test/%6Fidc",
        "https://ws.example.test/x/../oidc",
        "https://ws.example.test/oidc ",
        "HTTPS://ws.example.test/oidc",
        "https://ws.example.test/oidc/accounts/abc",
    ] {
        let callback = query(&[("code", "c"), ("state", STATE), ("iss", issuer)]);
        assert_eq!(
            outcome(false, &callback),
            Ends(Code::IssuerMismatch),
            "{issuer}"
        );
    }
    let absent = query(&[("code", "c"), ("state", STATE)]);
    assert_eq!(outcome(false, &absent), Redeem("c".to_owned()));
    assert_eq!(outcome(true, &absent), Ends(Code::IssuerMismatch));
    let right = query(&[("code", "c"), ("state", STATE), ("iss", ISSUER)]);
    assert_eq!(outcome(true, &right), Redeem("c".to_owned()));
}

#[test]
fn the_issuer_of_an_account_follows_from_host_and_account() {
    let finish = |issuer: &str| {
        let target = Target::account(
            "accounts.example.test".parse().expect("a host"),
            "abc".parse().expect("an account id"),
        );
        let callback = query(&[("code", "c"), ("state", STATE), ("iss", issuer)]);
        resume(&target.endpoints().expect("fixed for accounts")).finish(&callback)
    };
    assert!(finish("https://accounts.example.test/oidc/accounts/abc").is_ok());
    assert!(finish("https://accounts.example.test/oidc/accounts/abd").is_err());
}

#[test]
fn messages_name_the_fact_and_the_next_step() {
    let refused = query(&[
        ("state", STATE),
        ("error", "x_vendor\u{1b}_code"),
        ("error_description", "<script>\r\nalert(1)\u{202e}"),
        ("error_uri", "javascript:alert(1)"),
    ]);
    let denied = "/?state=sTaTe-1&error=access_denied&error_description=User+said+no";
    let other = "/?state=sTaTe-1&code=c&iss=https://evil.example.test";
    let shown: String = [
        &refused,
        denied,
        other,
        "/?state=sTaTe-1&code=c-1&code=c-1",
        "/?code=c&state=x",
        "/",
    ]
    .map(message)
    .concat();
    insta::assert_snapshot!(shown, @r"
    auth_error: the authorization server refused with `x_vendor�_code`: <script>  alert(1)�
      note: the server points to javascript:alert(1)
      hint: sign in again
    auth_denied: the sign-in was denied (access_denied): User said no
      hint: sign in again and approve, or ask an administrator for access
    issuer_mismatch: the callback must come from the issuer `https://ws.example.test/oidc`, it names `https://evil.example.test`
      hint: check the host, then sign in again
    invalid_callback: the callback cannot be used: `code` is there more than once
      hint: sign in again
    invalid_callback: the callback does not belong to this sign-in: its `state` is another
      hint: use the address that this sign-in led to, or sign in again
    invalid_callback: the callback does not belong to this sign-in: it is empty
      hint: use the address that this sign-in led to, or sign in again
    ");
}

#[test]
fn texts_that_repeat_a_secret_are_withheld() {
    let repeating = |pairs: &[(&str, &str)]| {
        let own = [("state", STATE), ("code", "canary-1")];
        query(&[&own, pairs].concat())
    };
    let callbacks = [
        repeating(&[("error", "bad_canary-1"), ("error_description", STATE)]),
        repeating(&[("iss", "https://canary-1.example.test")]),
        repeating(&[("iss", STATE)]),
        repeating(&[("canary-1", "x"), ("canary-1", "x")]),
        repeating(&[(STATE, "x"), (STATE, "x")]),
        "/?code=canary-1&state=no".to_owned(),
    ];
    for callback in callbacks {
        let error = pending(false).finish(&callback).expect_err("no code");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("canary") && !shown.contains(STATE),
            "{shown}"
        );
    }
}

/// The decision once more, as plainly as it can be put.
fn model(pairs: &[(String, String)], promised: bool) -> Outcome {
    let all = |name: &str| -> Vec<&str> {
        pairs
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
            .collect()
    };
    let right = all("state").iter().filter(|state| **state == STATE).count();
    match (right, all("state").len()) {
        _ if pairs.is_empty() => return Waits(Mismatch::Empty),
        (_, 0) => return Waits(Mismatch::StateMissing),
        (0, 1) => return Waits(Mismatch::StateWrong),
        (right, states) if right < states => return Waits(Mismatch::StateRepeated),
        _ => {}
    }
    if pairs.iter().any(|(name, _)| all(name).len() > 1) {
        return Ends(Code::InvalidCallback);
    }
    if all("iss").iter().any(|issuer| *issuer != ISSUER) || (promised && all("iss").is_empty()) {
        return Ends(Code::IssuerMismatch);
    }
    match (all("error").first().copied(), all("code").first().copied()) {
        (Some("access_denied"), _) => Ends(Code::AuthDenied),
        (Some(""), _) | (None, None | Some("")) => Ends(Code::InvalidCallback),
        (Some(_), _) => Ends(Code::AuthError),
        (None, Some(code)) => Redeem(code.to_owned()),
    }
}

proptest! {
    #[test]
    fn the_decision_equals_the_model(
        pairs in prop::collection::vec(pair(), 0..6),
        promised in any::<bool>(),
    ) {
        let query = Serializer::new("/?".to_owned()).extend_pairs(&pairs).finish();
        prop_assert_eq!(outcome(promised, &query), model(&pairs, promised));
    }

    #[test]
    fn no_callback_is_too_odd(callback in "\\PC{0,80}", bytes in "[ -~]{0,80}") {
        for text in [&callback, &bytes, &format!("/?state={STATE}&{bytes}")] {
            if let Redeem(code) = outcome(true, text) {
                prop_assert!(text.contains(STATE) && !code.is_empty());
            }
        }
    }
}

/// Parameters that are right more often than chance would have it.
fn pair() -> impl Strategy<Value = (String, String)> {
    let among = |name: &'static str, values: &'static [&'static str]| {
        prop::sample::select(values).prop_map(move |value| (name.to_owned(), value.to_owned()))
    };
    prop_oneof![
        4 => among("state", &[STATE, STATE, STATE, "", "state-1", "sTaTe-1 "]),
        3 => among("code", &["c", "c d", ""]),
        2 => among("iss", &[ISSUER, ISSUER, "", "https://ws.example.test/oidc/"]),
        1 => among("error", &["access_denied", "server_error", ""]),
        1 => among("error_description", &["no", ""]),
        1 => among("foo", &["1", "&=%"]),
    ]
}

fn outcome(promised: bool, callback: &str) -> Outcome {
    match pending(promised).finish(callback) {
        Ok(Grant::AuthorizationCode { code, .. }) => Redeem(code.expose().to_owned()),
        Ok(other) => panic!("{other:?} is no code"),
        Err(CallbackError::NotOurs { reason, .. }) => Waits(reason),
        Err(error) => Ends(error.code()),
    }
}

fn message(callback: &str) -> String {
    let error: Error = pending(false).finish(callback).expect_err("no code").into();
    let notes: Vec<_> = error
        .notes()
        .iter()
        .map(|note| format!("  note: {note}\n"))
        .collect();
    let notes = notes.concat();
    let hint = error.hint().unwrap_or_default();
    format!("{}: {error}\n{notes}  hint: {hint}\n", error.code())
}

fn query(pairs: &[(&str, &str)]) -> String {
    Serializer::new("/?".to_owned())
        .extend_pairs(pairs)
        .finish()
}

fn pending(promised: bool) -> Pending {
    let document = format!(
        r#"{{
            "issuer": "{ISSUER}",
            "authorization_endpoint": "https://ws.example.test/oidc/v1/authorize",
            "token_endpoint": "https://ws.example.test/oidc/v1/token",
            "authorization_response_iss_parameter_supported": {promised}
        }}"#
    );
    let target = Target::workspace("ws.example.test".parse().expect("a host"));
    resume(&Endpoints::parse(document.as_bytes(), &target).expect("a document"))
}

fn resume(endpoints: &Endpoints) -> Pending {
    let verifier = "v".repeat(43).parse().expect("a verifier");
    let state = STATE.parse().expect("a state");
    Pending::resume(endpoints, RedirectUri::loopback(8020), state, verifier)
}
