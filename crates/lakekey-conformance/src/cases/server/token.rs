//! Server cases of the area `token`: requests and responses (RFC 6749 §3.2, §5).

use http::header::{ALLOW, CONTENT_TYPE};
use http::{Method, Request};
use lakekey_mock::Setup;

use super::peer::{self, Place, text};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Form, Probe, Server, header, json};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-TK-01",
        &[
            ("with-offline", |probe| {
                members(probe, "all-apis offline_access")
            }),
            ("without-offline", |probe| members(probe, "all-apis")),
        ],
    ),
    Case::each(
        "S-TK-02",
        &[
            ("get", |probe| wrong_method(probe, Method::GET)),
            ("put", |probe| wrong_method(probe, Method::PUT)),
            ("json", |probe| wrong_type(probe, Some("application/json"))),
            ("multipart", |probe| {
                wrong_type(probe, Some("multipart/form-data; boundary=x"))
            }),
            ("no-type", |probe| wrong_type(probe, None)),
            ("url-params", parameters_in_the_url),
            ("charset", charset),
            ("oversize", oversize),
        ],
    ),
    Case::each(
        "S-TK-03",
        &[
            ("missing", missing),
            ("unknown", |probe| unsupported(probe, "magic")),
            ("password", |probe| unsupported(probe, "password")),
            ("token-exchange", |probe| {
                unsupported(probe, "urn:ietf:params:oauth:grant-type:token-exchange")
            }),
            ("device-code", |probe| {
                unsupported(probe, "urn:ietf:params:oauth:grant-type:device_code")
            }),
            ("dup", repeated),
            ("extra", extra),
        ],
    ),
];

/// S-TK-01: what a successful exchange looks like.
fn members(probe: &mut Probe, scope: &str) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let code = peer::code_for(&server, &place, &peer::request().with("scope", scope))?;
    let answer = server.post(&place.token(), &peer::redemption(&code))?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 200)?;
    same(
        "content-type",
        header(&answer, "content-type"),
        "application/json",
    )?;
    same(
        "cache-control",
        header(&answer, "cache-control"),
        "no-store",
    )?;
    same("pragma", header(&answer, "pragma"), "no-cache")?;
    let document = json(&answer)?;
    text(&document, "access_token")?;
    same("token_type", text(&document, "token_type")?, "Bearer")?;
    same("scope", text(&document, "scope")?, scope)?;
    holds(
        document["expires_in"].is_u64(),
        "expires_in is no whole number",
    )?;
    let renewable = scope.contains("offline_access");
    same(
        "whether there is a refresh_token",
        document["refresh_token"].is_string(),
        renewable,
    )
}

/// S-TK-02: POST only.
fn wrong_method(probe: &mut Probe, method: Method) -> Finding {
    let (server, place, code) = ready(probe)?;
    let answer = server.send(request(
        &place,
        method,
        Some(FORM),
        &peer::redemption(&code).encoded(),
    )?)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 405)?;
    let allowed = answer.headers().get(ALLOW);
    same("allow", there("allow", allowed)?.as_bytes(), b"POST")?;
    still_good(&server, &place, &code)
}

/// S-TK-02: forms only.
fn wrong_type(probe: &mut Probe, media_type: Option<&str>) -> Finding {
    let (server, place, code) = ready(probe)?;
    let answer = server.send(request(
        &place,
        Method::POST,
        media_type,
        &peer::redemption(&code).encoded(),
    )?)?;
    let status = answer.status().as_u16();
    probe.saw(status);
    holds(
        matches!(status, 400 | 415),
        format!("the status is {status}, wanted 400 or 415"),
    )?;
    same(
        "the error",
        json(&answer)?["error"].as_str(),
        Some("invalid_request"),
    )?;
    still_good(&server, &place, &code)
}

/// S-TK-02: what stands in the URL does not count, neither alone nor beside a body.
fn parameters_in_the_url(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    let form = peer::redemption(&code);
    let url = format!("{}?{}", place.token(), form.encoded());
    let answer = server.post(&url, &Form::default())?;
    probe.saw(answer.status().as_u16());
    same(
        "the error",
        json(&answer)?["error"].as_str(),
        Some("invalid_request"),
    )?;
    let url = format!("{}?code_verifier={}", place.token(), peer::VERIFIER);
    let answer = server.post(&url, &form.without("code_verifier"))?;
    same(
        "the error",
        json(&answer)?["error"].as_str(),
        Some("invalid_request"),
    )?;
    still_good(&server, &place, &code)
}

/// S-TK-02: a charset beside the media type does no harm.
fn charset(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    let media_type = "application/x-www-form-urlencoded; charset=UTF-8";
    let body = peer::redemption(&code).encoded();
    let answer = server.send(request(&place, Method::POST, Some(media_type), &body)?)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 200)
}

/// S-TK-02: a megabyte is no token request.
fn oversize(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    let form = peer::redemption(&code).with("padding", &"x".repeat(1 << 20));
    let answer = server.post(&place.token(), &form)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 413)?;
    still_good(&server, &place, &code)
}

/// S-TK-03: without a grant type, or without what the grant needs.
fn missing(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    for name in ["grant_type", "client_id", "code"] {
        let form = peer::redemption(&code).without(name);
        let verdict = peer::refused(&server, &place, &form, "invalid_request");
        verdict.map_err(|wrong| wrong.during(format_args!("without `{name}`")))?;
    }
    peer::refused(
        &server,
        &place,
        &peer::renewal("").without("refresh_token"),
        "invalid_request",
    )?;
    probe.saw("invalid_request");
    still_good(&server, &place, &code)
}

/// S-TK-03: grants that are not offered.
fn unsupported(probe: &mut Probe, grant_type: &str) -> Finding {
    let (server, place, code) = ready(probe)?;
    let form = peer::redemption(&code).with("grant_type", grant_type);
    peer::refused(&server, &place, &form, "unsupported_grant_type")?;
    probe.saw("unsupported_grant_type");
    still_good(&server, &place, &code)
}

/// S-TK-03: each parameter once.
fn repeated(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    for name in peer::redemption(&code).names() {
        let form = peer::redemption(&code).twice(name);
        let verdict = peer::refused(&server, &place, &form, "invalid_request");
        verdict.map_err(|wrong| wrong.during(format_args!("`{name}` twice")))?;
    }
    probe.saw("invalid_request");
    still_good(&server, &place, &code)
}

/// S-TK-03: what nobody knows is ignored.
fn extra(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    peer::granted(&server, &place, &peer::redemption(&code).with("foo", "bar"))?;
    probe.saw(200);
    Ok(())
}

/// A server with a code that waits.
pub(super) fn ready(probe: &mut Probe) -> Finding<(Server, Place, String)> {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let code = peer::code(&server, &place)?;
    Ok((server, place, code))
}

/// Fails unless the code can still be redeemed: nothing of what came before counted.
fn still_good(server: &Server, place: &Place, code: &str) -> Finding {
    peer::granted(server, place, &peer::redemption(code)).map(|_| ())
}

pub(super) fn request(
    place: &Place,
    method: Method,
    media_type: Option<&str>,
    body: &str,
) -> Finding<Request<Vec<u8>>> {
    let mut request = Request::builder().method(method).uri(place.token());
    if let Some(media_type) = media_type {
        request = request.header(CONTENT_TYPE, media_type);
    }
    Ok(request.body(body.as_bytes().to_vec())?)
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
