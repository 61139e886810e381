//! Server cases of the area `authorize`: redirect URIs, challenges and tenants.

use lakekey_mock::{DEFAULT_ACCOUNT_ID, Setup};

use super::authorize::redirects_to;
use super::peer::{self, Place, VERIFIER};
use crate::case::{Case, Finding, same};
use crate::probe::{Form, Probe, arrival};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-AZ-03",
        &[
            ("any-port", |probe| {
                redirects_to(
                    probe,
                    &[
                        "http://localhost",
                        "http://localhost:1",
                        "http://localhost:65535",
                        "http://127.0.0.1:8020/cb",
                        "http://[::1]:8020/cb",
                    ],
                    true,
                )
            }),
            ("path", |probe| {
                refused(
                    probe,
                    &["http://localhost:8020/other", "http://127.0.0.1/other"],
                )
            }),
            ("slash", |probe| {
                refused(probe, &["http://localhost:8020/", "http://127.0.0.1/cb/"])
            }),
            ("dot-segments", |probe| {
                refused(
                    probe,
                    &["http://127.0.0.1/cb/../cb", "http://127.0.0.1/./cb"],
                )
            }),
            ("query", |probe| {
                refused(
                    probe,
                    &[
                        "http://127.0.0.1/cb?x",
                        "http://localhost?x",
                        "http://localhost:1?",
                    ],
                )
            }),
            ("fragment", |probe| {
                refused(probe, &["http://127.0.0.1/cb#f", "http://localhost#"])
            }),
            ("case", |probe| {
                refused(
                    probe,
                    &[
                        "HTTP://localhost",
                        "http://LOCALHOST",
                        "http://127.0.0.1/CB",
                    ],
                )
            }),
            ("octal-ish", |probe| {
                refused(
                    probe,
                    &["http://127.000.000.001/cb", "http://0177.0.0.1/cb"],
                )
            }),
            ("other-loopback", |probe| {
                refused(probe, &["http://127.0.0.2/cb", "http://[::2]/cb"])
            }),
            ("https", |probe| {
                refused(probe, &["https://localhost:1", "https://127.0.0.1/cb"])
            }),
            ("userinfo", |probe| {
                refused(
                    probe,
                    &[
                        "http://user@localhost",
                        "http://localhost@evil.test",
                        "http://127.0.0.1:80@evil.test",
                    ],
                )
            }),
            ("lookalike", |probe| {
                refused(
                    probe,
                    &[
                        "http://localhost.evil.test",
                        "http://127.0.0.1.evil.test/cb",
                    ],
                )
            }),
            ("bad-port", |probe| {
                refused(
                    probe,
                    &[
                        "http://localhost:0",
                        "http://localhost:99999",
                        "http://localhost:",
                        "http://localhost:+80",
                    ],
                )
            }),
            ("percent", |probe| {
                refused(probe, &["http://%6cocalhost", "http://127.0.0.1/%63b"])
            }),
        ],
    ),
    Case::each(
        "S-AZ-07",
        &[
            ("none", |probe| {
                never(
                    probe,
                    &peer::request()
                        .without("code_challenge")
                        .without("code_challenge_method"),
                )
            }),
            ("plain", |probe| plain_only(probe, &plain(VERIFIER))),
            ("absent-method", |probe| {
                plain_only(probe, &plain(VERIFIER).without("code_challenge_method"))
            }),
            ("unknown", |probe| {
                never(
                    probe,
                    &peer::request().with("code_challenge_method", "S512"),
                )
            }),
            ("short", |probe| malformed(probe, &"a".repeat(42))),
            ("long", |probe| malformed(probe, &"a".repeat(129))),
            ("charset", |probe| {
                malformed(probe, &format!("{}+", "a".repeat(42)))
            }),
            ("padded", |probe| {
                malformed(probe, &format!("{}=", "a".repeat(43)))
            }),
        ],
    ),
    Case::each(
        "S-AZ-10",
        &[
            ("unknown", |probe| {
                no_such_account(probe, "ac000000-0000-4000-8000-00000000dead")
            }),
            ("malformed", |probe| {
                no_such_account(probe, "..%2f..%2fevil")
            }),
            ("a-to-b", |probe| redeemed_elsewhere(probe, 0, 1)),
            ("account-to-workspace", |probe| {
                redeemed_elsewhere(probe, 0, 2)
            }),
            ("workspace-to-account", |probe| {
                redeemed_elsewhere(probe, 2, 0)
            }),
        ],
    ),
];

/// S-AZ-03: no other address than the registered ones.
fn refused(probe: &mut Probe, uris: &[&str]) -> Finding {
    redirects_to(probe, uris, false)
}

/// S-AZ-07: refused whether plain is allowed or not.
fn never(probe: &mut Probe, form: &Form) -> Finding {
    asks_for(probe, form, false, Some("invalid_request"))?;
    asks_for(probe, form, true, Some("invalid_request"))
}

/// S-AZ-07: good enough only where plain is allowed.
fn plain_only(probe: &mut Probe, form: &Form) -> Finding {
    asks_for(probe, form, false, Some("invalid_request"))?;
    asks_for(probe, form, true, None)
}

/// S-AZ-07: no challenge by either method.
fn malformed(probe: &mut Probe, challenge: &str) -> Finding {
    never(probe, &peer::request().with("code_challenge", challenge))?;
    never(probe, &plain(challenge))
}

fn plain(challenge: &str) -> Form {
    peer::request()
        .with("code_challenge", challenge)
        .with("code_challenge_method", "plain")
}

fn asks_for(probe: &mut Probe, form: &Form, plain: bool, error: Option<&str>) -> Finding {
    let mut setup = Setup::workspace();
    setup.pkce.plain = plain;
    let server = probe.server(setup);
    let back = arrival(&server.get(&Place::workspace(&server).authorize(form))?)?;
    same("the error", back.form.get("error"), error)?;
    same(
        "whether there is a code",
        back.form.get("code").is_some(),
        error.is_none(),
    )?;
    probe.saw(format!("302:{}", error.unwrap_or("code")));
    Ok(())
}

/// S-AZ-10: an account that does not exist has no endpoints.
fn no_such_account(probe: &mut Probe, id: &str) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::account_of(&server, id);
    for url in [place.authorize(&peer::request()), place.metadata()] {
        same("the status", server.get(&url)?.status().as_u16(), 404)?;
    }
    let answer = server.post(&place.token(), &peer::redemption("guessed"))?;
    same(
        "the status of the token endpoint",
        answer.status().as_u16(),
        404,
    )?;
    probe.saw(404);
    Ok(())
}

/// S-AZ-10: a code of one tenant is worth nothing at another, and is not used up there.
fn redeemed_elsewhere(probe: &mut Probe, issued: usize, redeemed: usize) -> Finding {
    let mut setup = Setup::workspace();
    setup.account_ids.push(SECOND_ACCOUNT.to_owned());
    let server = probe.server(setup);
    let places = [
        Place::account_of(&server, DEFAULT_ACCOUNT_ID),
        Place::account_of(&server, SECOND_ACCOUNT),
        Place::workspace(&server),
    ];
    let code = peer::code(&server, &places[issued])?;
    peer::refused(
        &server,
        &places[redeemed],
        &peer::redemption(&code),
        "invalid_grant",
    )?;
    peer::granted(&server, &places[issued], &peer::redemption(&code))?;
    probe.saw("invalid_grant");
    Ok(())
}

const SECOND_ACCOUNT: &str = "ac000000-0000-4000-8000-000000000002";
