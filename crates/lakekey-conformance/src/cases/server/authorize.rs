//! Server cases of the area `authorize` (RFC 6749 §4.1.1, §4.1.2).

use http::Request;
use http::header::CONTENT_TYPE;
use lakekey_mock::{Consent, Setup};

use super::peer::{self, NATIVE, Place, REDIRECT_URI, STATE};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Form, Probe, Server, arrival, header, json};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-AZ-01",
        &[
            ("account-get", |probe| {
                approved(probe, Place::account, Method::Get)
            }),
            ("workspace-get", |probe| {
                approved(probe, Place::workspace, Method::Get)
            }),
            ("account-post", |probe| {
                approved(probe, Place::account, Method::Post)
            }),
        ],
    ),
    Case::each(
        "S-AZ-02",
        &[
            ("unknown-client", |probe| {
                shown(probe, &[peer::request().with("client_id", MARKUP)])
            }),
            ("missing-client", |probe| {
                shown(
                    probe,
                    &[
                        peer::request().without("client_id"),
                        peer::request().with("client_id", ""),
                    ],
                )
            }),
            ("dup-client", |probe| {
                shown(probe, &[peer::request().twice("client_id")])
            }),
            ("missing-redirect", |probe| {
                shown(probe, &[peer::request().without("redirect_uri")])
            }),
            ("dup-redirect", |probe| {
                shown(probe, &[peer::request().twice("redirect_uri")])
            }),
            ("unregistered", |probe| {
                let elsewhere = format!("https://evil.example/{MARKUP}");
                shown(probe, &[peer::request().with("redirect_uri", &elsewhere)])
            }),
            ("js-uri", |probe| {
                let data = format!("data:text/html,{MARKUP}");
                let uris = ["javascript:alert(1)", &data];
                shown(
                    probe,
                    &uris.map(|uri| peer::request().with("redirect_uri", uri)),
                )
            }),
        ],
    ),
    Case::each(
        "S-AZ-04",
        &[
            ("special", |probe| echoed(probe, "a+b/c=d&e%f g#h?i")),
            ("utf8", |probe| echoed(probe, "grüße, 雪 🧱")),
            ("2k", |probe| echoed(probe, &"s".repeat(2048))),
            ("absent", |probe| {
                not_echoed(probe, &peer::request().without("state"))
            }),
            ("empty", |probe| {
                not_echoed(probe, &peer::request().with("state", ""))
            }),
        ],
    ),
    Case::each(
        "S-AZ-05",
        &[
            ("rt-missing", |probe| {
                told(
                    probe,
                    &peer::request().without("response_type"),
                    "invalid_request",
                )
            }),
            ("rt-token", |probe| {
                told(
                    probe,
                    &peer::request().with("response_type", "token"),
                    "unsupported_response_type",
                )
            }),
            ("rt-idtoken", |probe| {
                for response_type in ["id_token", "code token"] {
                    let form = peer::request().with("response_type", response_type);
                    told(probe, &form, "unsupported_response_type")?;
                }
                told(
                    probe,
                    &peer::request().with("response_mode", "form_post"),
                    "invalid_request",
                )
            }),
            ("scope", |probe| {
                told(
                    probe,
                    &peer::request().with("scope", "all-apis root"),
                    "invalid_scope",
                )
            }),
            ("request-object", |probe| {
                told(
                    probe,
                    &peer::request().with("request", "e30."),
                    "request_not_supported",
                )?;
                let form = peer::request().with("request_uri", "https://evil.example/request");
                told(probe, &form, "request_uri_not_supported")
            }),
            ("prompt-none", |probe| {
                told(
                    probe,
                    &peer::request().with("prompt", "none"),
                    "login_required",
                )
            }),
            ("denied", |probe| {
                let mut setup = Setup::workspace();
                setup.consent = Consent::Deny;
                told_by(&probe.server(setup), &peer::request(), "access_denied")
            }),
        ],
    ),
    Case::one("S-AZ-06", repeated_parameters),
    Case::one("S-AZ-09", pages_are_safe),
];

#[derive(Clone, Copy)]
enum Method {
    Get,
    Post,
}

/// S-AZ-01: code, state and iss come back, and nothing else.
fn approved(probe: &mut Probe, place: fn(&Server) -> Place, method: Method) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = place(&server);
    let send = || match method {
        Method::Get => server.get(&place.authorize(&peer::request())),
        Method::Post => server.post(&place.authorize(&Form::default()), &peer::request()),
    };
    let answer = send()?;
    probe.saw(answer.status().as_u16());
    let back = arrival(&answer)?;
    holds(
        back.location.starts_with(&format!("{REDIRECT_URI}?")),
        "it leads somewhere else",
    )?;
    let mut names = back.form.names();
    names.sort_unstable();
    same("the parameters", names, ["code", "iss", "state"])?;
    same("the state", back.get("state")?, STATE)?;
    let metadata = json(&server.get(&place.metadata())?)?;
    same(
        "the issuer",
        Some(back.get("iss")?),
        metadata["issuer"].as_str(),
    )?;
    same(
        "cache-control",
        header(&answer, "cache-control"),
        "no-store",
    )?;
    same(
        "referrer-policy",
        header(&answer, "referrer-policy"),
        "no-referrer",
    )?;
    let code = back.get("code")?;
    holds(code.len() >= CODE_LENGTH, "the code has less than 128 bits")?;
    let another = arrival(&send()?)?.get("code")?.to_owned();
    holds(code != another, "two codes are the same")
}

/// S-AZ-02: shown to the person, never sent on.
fn shown(probe: &mut Probe, requests: &[Form]) -> Finding {
    let server = probe.server(Setup::workspace());
    for form in requests {
        let answer = server.get(&Place::workspace(&server).authorize(form))?;
        probe.saw(answer.status().as_u16());
        is_shown(&answer)?;
    }
    Ok(())
}

/// A page with status 400 that leads nowhere and repeats nothing as markup.
pub(super) fn is_shown(answer: &http::Response<Vec<u8>>) -> Finding {
    same("the status", answer.status().as_u16(), 400)?;
    same("the location", header(answer, "location"), "")?;
    let page = String::from_utf8_lossy(answer.body()).to_lowercase();
    holds(
        !page.contains("http-equiv=\"refresh\""),
        "the page refreshes itself to somewhere",
    )?;
    holds(
        !page.contains(MARKUP),
        "the page repeats the input as markup",
    )
}

/// S-AZ-04: the state comes back as it was.
fn echoed(probe: &mut Probe, state: &str) -> Finding {
    let server = probe.server(Setup::workspace());
    let form = peer::request().with("state", state);
    let answer = server.get(&Place::workspace(&server).authorize(&form))?;
    same("the state", arrival(&answer)?.get("state")?, state)
}

/// S-AZ-04: no state, no state.
fn not_echoed(probe: &mut Probe, form: &Form) -> Finding {
    let server = probe.server(Setup::workspace());
    let back = arrival(&server.get(&Place::workspace(&server).authorize(form))?)?;
    back.get("code")?;
    same("the state", back.form.get("state"), None)
}

/// S-AZ-05: the client is told, with state and iss.
fn told(probe: &mut Probe, form: &Form, error: &str) -> Finding {
    told_by(&probe.server(Setup::workspace()), form, error)
}

fn told_by(server: &Server, form: &Form, error: &str) -> Finding {
    let place = Place::workspace(server);
    let back = arrival(&server.get(&place.authorize(form))?)?;
    same("the error", back.get("error")?, error)?;
    same("the state", back.get("state")?, STATE)?;
    same("the issuer", back.get("iss")?, place.issuer.as_str())?;
    same("the code", back.form.get("code"), None)
}

/// S-AZ-06: each parameter once, by GET and by POST.
fn repeated_parameters(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    for name in peer::request().names() {
        let form = peer::request().twice(name);
        let by_get = server.get(&place.authorize(&form))?;
        let by_post = server.post(&place.authorize(&Form::default()), &form)?;
        for answer in [by_get, by_post] {
            let verdict = match name {
                "client_id" | "redirect_uri" => is_shown(&answer),
                _ => arrival(&answer)
                    .and_then(|back| same("the error", back.get("error")?, "invalid_request")),
            };
            verdict.map_err(|wrong| wrong.during(format_args!("`{name}` twice")))?;
        }
    }
    probe.saw("302:error");
    Ok(())
}

/// S-AZ-09: the page is not framed or cached, and its form is its own.
fn pages_are_safe(probe: &mut Probe) -> Finding {
    let mut setup = Setup::workspace();
    setup.consent = Consent::Ask;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let page = server.get(&place.authorize(&peer::request()))?;
    same("the status of the page", page.status().as_u16(), 200)?;
    holds(
        header(&page, "content-security-policy").contains("frame-ancestors 'none'"),
        "it can be framed",
    )?;
    same("x-frame-options", header(&page, "x-frame-options"), "DENY")?;
    same("cache-control", header(&page, "cache-control"), "no-store")?;
    same(
        "referrer-policy",
        header(&page, "referrer-policy"),
        "no-referrer",
    )?;
    let form = form_of(&page)?.with("decision", "allow");
    let action = format!("{}/consent", place.issuer);
    for bent in [
        form.clone().without("csrf"),
        form.clone().with("csrf", "guessed"),
        form.clone().twice("csrf"),
    ] {
        same(
            "the status without the right csrf",
            server.post(&action, &bent)?.status().as_u16(),
            403,
        )?;
    }
    let stranger = server.post(&action, &form.clone().with("ticket", "guessed"))?;
    same(
        "the status with another ticket",
        stranger.status().as_u16(),
        400,
    )?;
    let answer = server.post(&action, &form)?;
    same("the status of the decision", answer.status().as_u16(), 303)?;
    same(
        "cache-control",
        header(&answer, "cache-control"),
        "no-store",
    )?;
    arrival(&answer)?.get("code")?;
    same(
        "the status of a second decision",
        server.post(&action, &form)?.status().as_u16(),
        400,
    )?;
    let untyped = Request::post(&action)
        .header(CONTENT_TYPE, "text/plain")
        .body(form.encoded().into_bytes())?;
    same(
        "the status of what is no form",
        server.send(untyped)?.status().as_u16(),
        400,
    )?;
    probe.saw(303);
    Ok(())
}

/// The hidden fields of a page.
fn form_of(page: &http::Response<Vec<u8>>) -> Finding<Form> {
    let page = String::from_utf8_lossy(page.body()).into_owned();
    let mut pairs = Vec::new();
    for field in page.split("<input type=\"hidden\" ").skip(1) {
        let attribute = |name: &str| {
            let rest = field.split_once(&format!("{name}=\""))?.1;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let name = there("the name of a hidden field", attribute("name"))?;
        pairs.push((name, attribute("value").unwrap_or_default()));
    }
    if pairs.is_empty() {
        return Err(Wrong::new("the page has no hidden fields"));
    }
    Ok(pairs.into())
}

/// Redirects to this address of the second public client, and whether that is allowed.
pub(super) fn redirects_to(probe: &mut Probe, uris: &[&str], allowed: bool) -> Finding {
    let server = probe.server(peer::with_native_client(Setup::workspace()));
    for uri in uris {
        let form = peer::request()
            .with("client_id", NATIVE)
            .with("redirect_uri", uri);
        let answer = server.get(&Place::workspace(&server).authorize(&form))?;
        probe.saw(answer.status().as_u16());
        let verdict = if allowed {
            arrival(&answer).and_then(|back| back.get("code").map(|_| ()))
        } else {
            is_shown(&answer)
        };
        verdict.map_err(|wrong| wrong.during(format_args!("`{uri}`")))?;
    }
    Ok(())
}

/// The length of 128 bits in base64url.
const CODE_LENGTH: usize = 22;
const MARKUP: &str = "<script>alert(1)</script>";
