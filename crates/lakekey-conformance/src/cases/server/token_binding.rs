//! Server cases of the area `token`: what a code is bound to, and for how long.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use lakekey_mock::{Dialect, Setup};

use super::peer::{self, CHALLENGE, NATIVE, Place, VERIFIER, text};
use super::token::ready;
use crate::case::{Case, Finding, Wrong, same};
use crate::probe::{Form, Probe, Server, json};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-TK-05",
        &[
            ("client", |probe| {
                bound(
                    probe,
                    |form| form.with("client_id", "databricks-sql-connector"),
                    "invalid_grant",
                )
            }),
            ("port", |probe| {
                bound(
                    probe,
                    |form| form.with("redirect_uri", "http://localhost:8021"),
                    "invalid_grant",
                )
            }),
            ("slash", |probe| {
                bound(
                    probe,
                    |form| form.with("redirect_uri", "http://localhost:8020/"),
                    "invalid_grant",
                )
            }),
            ("no-redirect", |probe| {
                bound(
                    probe,
                    |form| form.without("redirect_uri"),
                    "invalid_request",
                )
            }),
            ("wrong-verifier", |probe| {
                bound(
                    probe,
                    |form| form.with("code_verifier", &"w".repeat(43)),
                    "invalid_grant",
                )
            }),
            ("no-verifier", |probe| {
                bound(
                    probe,
                    |form| form.without("code_verifier"),
                    "invalid_request",
                )
            }),
            ("verifier-is-challenge", |probe| {
                bound(
                    probe,
                    |form| form.with("code_verifier", CHALLENGE),
                    "invalid_grant",
                )
            }),
            ("abnf", |probe| {
                for wrong in [
                    "v".repeat(42),
                    "v".repeat(129),
                    format!("{}+", "v".repeat(42)),
                ] {
                    let (server, place, code) = ready(probe)?;
                    let form = peer::redemption(&code).with("code_verifier", &wrong);
                    peer::refused(&server, &place, &form, "invalid_request")?;
                }
                probe.saw("invalid_request");
                Ok(())
            }),
        ],
    ),
    Case::each(
        "S-TK-06",
        &[
            ("with", |probe| {
                without_challenge(probe, |form| form, Some("invalid_grant"))
            }),
            ("without", |probe| {
                without_challenge(probe, |form| form.without("code_verifier"), None)
            }),
        ],
    ),
    Case::each(
        "S-TK-07",
        &[
            ("verifier", |probe| {
                second_try(probe, true, ("code_verifier", WRONG_VERIFIER), false)
            }),
            ("client", |probe| {
                second_try(probe, true, ("client_id", NATIVE), true)
            }),
            ("switch-off", |probe| {
                second_try(probe, false, ("code_verifier", WRONG_VERIFIER), true)?;
                second_try(probe, false, ("client_id", NATIVE), true)
            }),
        ],
    ),
    Case::each(
        "S-TK-08",
        &[
            ("0s", |probe| used_again(probe, 0)),
            ("1s", |probe| used_again(probe, 1)),
            ("31s", |probe| used_again(probe, 31)),
        ],
    ),
    Case::one("S-TK-09", at_once),
    Case::each(
        "S-TK-10",
        &[
            ("59s", |probe| redeemed_after(probe, 59, None)),
            ("61s", |probe| {
                redeemed_after(probe, 61, Some("invalid_grant"))
            }),
        ],
    ),
    Case::each(
        "S-TK-11",
        &[
            ("vector", vector),
            ("random", random_pairs),
            ("s256-confusion", |probe| {
                bound(
                    probe,
                    |form| form.with("code_verifier", CHALLENGE),
                    "invalid_grant",
                )
            }),
            ("plain-confusion", plain_confusion),
        ],
    ),
];

/// S-TK-05: the bent redemption is refused.
fn bound(probe: &mut Probe, bend: fn(Form) -> Form, error: &str) -> Finding {
    let (server, place, code) = ready(probe)?;
    peer::refused(&server, &place, &bend(peer::redemption(&code)), error)?;
    probe.saw(error);
    Ok(())
}

/// S-TK-06: where codes without a challenge are allowed.
fn without_challenge(probe: &mut Probe, bend: fn(Form) -> Form, error: Option<&str>) -> Finding {
    let mut setup = Setup::workspace();
    setup.pkce.required = false;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let request = peer::request()
        .without("code_challenge")
        .without("code_challenge_method");
    let code = peer::code_for(&server, &place, &request)?;
    redeemed(probe, &server, &bend(peer::redemption(&code)), error)
}

/// S-TK-07: a right redemption after a wrong one.
fn second_try(probe: &mut Probe, burn: bool, wrong: (&str, &str), works: bool) -> Finding {
    let mut setup = peer::with_native_client(Setup::workspace());
    setup.pkce.burn_on_failure = burn;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let code = peer::code(&server, &place)?;
    let right = peer::redemption(&code);
    peer::refused(
        &server,
        &place,
        &right.clone().with(wrong.0, wrong.1),
        "invalid_grant",
    )?;
    redeemed(probe, &server, &right, (!works).then_some("invalid_grant"))
}

/// S-TK-08: the second use is refused and ends what the first one gave.
fn used_again(probe: &mut Probe, seconds: u64) -> Finding {
    let mut setup = Setup::workspace();
    setup.dialect = Dialect::Rfc;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let code = peer::code(&server, &place)?;
    let tokens = peer::granted(&server, &place, &peer::redemption(&code))?;
    let access = text(&tokens, "access_token")?;
    peer::is_alive(&server, &place, access)?;
    server.advance(Duration::from_secs(seconds));
    peer::refused(&server, &place, &peer::redemption(&code), "invalid_grant")?;
    probe.saw("invalid_grant");
    peer::is_dead(&server, &place, access)?;
    peer::refused(
        &server,
        &place,
        &peer::renewal(text(&tokens, "refresh_token")?),
        "invalid_grant",
    )?;
    Ok(())
}

/// S-TK-09: fifty at once, a hundred times.
fn at_once(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let place = Place::workspace(&server);
    for round in 1..=100 {
        let code = peer::code(&server, &place)?;
        let tokens = in_parallel(&server, &place, &peer::redemption(&code), PARALLEL)?;
        let during = |wrong: Wrong| wrong.during(format_args!("round {round}"));
        same("the number of successes", tokens.len(), 1).map_err(during)?;
        peer::is_dead(&server, &place, &tokens[0]).map_err(during)?;
    }
    probe.saw("200 x1");
    Ok(())
}

/// Sends the same token request `times` at once; gives the access tokens that came of it.
pub(super) fn in_parallel(
    server: &Server,
    place: &Place,
    form: &Form,
    times: usize,
) -> Finding<Vec<String>> {
    let start = Barrier::new(times);
    let ask = || -> Finding<Option<String>> {
        start.wait();
        let answer = server.post(&place.token(), form)?;
        let document = json(&answer)?;
        match answer.status().as_u16() {
            200 => Ok(Some(text(&document, "access_token")?.to_owned())),
            400 | 401 => Ok(None),
            status => Err(Wrong::new(format!("the status is {status}"))),
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..times).map(|_| scope.spawn(ask)).collect();
        let answers = threads.into_iter().map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(Wrong::new("a request panicked")))
        });
        Ok(answers
            .collect::<Finding<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect())
    })
}

/// S-TK-10: by the mock's own clock.
fn redeemed_after(probe: &mut Probe, seconds: u64, error: Option<&str>) -> Finding {
    let (server, _, code) = ready(probe)?;
    server.advance(Duration::from_secs(seconds));
    redeemed(probe, &server, &peer::redemption(&code), error)
}

/// S-TK-11: the pair of RFC 7636 appendix B.
fn vector(probe: &mut Probe) -> Finding {
    same("our own S256", peer::s256(VERIFIER).as_str(), CHALLENGE)?;
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let code = peer::code_for(
        &server,
        &place,
        &peer::request().with("code_challenge", CHALLENGE),
    )?;
    redeemed(
        probe,
        &server,
        &peer::redemption(&code).with("code_verifier", VERIFIER),
        None,
    )
}

/// S-TK-11: a thousand verifiers of every length and character.
fn random_pairs(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    for number in 0..1000 {
        let verifier = verifier(number);
        let request = peer::request().with("code_challenge", &peer::s256(&verifier));
        let code = peer::code_for(&server, &place, &request)?;
        let form = peer::redemption(&code).with("code_verifier", &verifier);
        let verdict = peer::granted(&server, &place, &form);
        verdict.map_err(|wrong| wrong.during(format_args!("verifier {number}")))?;
    }
    probe.saw(200);
    Ok(())
}

/// S-TK-11: the hash of a verifier as a plain challenge is met by itself and not by the verifier.
fn plain_confusion(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.pkce.plain = true;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let request = peer::request().with("code_challenge_method", "plain");
    let code = peer::code_for(&server, &place, &request)?;
    peer::refused(&server, &place, &peer::redemption(&code), "invalid_grant")?;
    let code = peer::code_for(&server, &place, &request)?;
    peer::granted(
        &server,
        &place,
        &peer::redemption(&code).with("code_verifier", CHALLENGE),
    )?;
    probe.saw("invalid_grant");
    Ok(())
}

/// Fails unless the redemption ends with that error, or with tokens.
fn redeemed(probe: &mut Probe, server: &Server, form: &Form, error: Option<&str>) -> Finding {
    let place = Place::workspace(server);
    match error {
        Some(error) => peer::refused(server, &place, form, error).map(|_| ())?,
        None => peer::granted(server, &place, form).map(|_| ())?,
    }
    probe.saw(error.unwrap_or("200"));
    Ok(())
}

/// A verifier of 43 to 128 characters from the whole alphabet, the same for the same number.
fn verifier(number: usize) -> String {
    let length = 43 + number % 86;
    let character = |index: usize| {
        let hash = peer::s256(&format!("{number}/{index}"));
        let byte = usize::from(hash.as_bytes()[0]) * 31 + usize::from(hash.as_bytes()[1]);
        char::from(ALPHABET[byte % ALPHABET.len()])
    };
    (0..length).map(character).collect()
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
const WRONG_VERIFIER: &str = "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong";
const PARALLEL: usize = 50;
