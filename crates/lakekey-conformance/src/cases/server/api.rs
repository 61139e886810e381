//! Server cases of the area `api`: what opens a resource (RFC 6750, RFC 9068 §4).

use std::time::Duration;

use aws_lc_rs::hmac;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use lakekey_mock::{Setup, Workspace};
use serde_json::{Value, json};

use super::peer::{self, ME, Place, base64url, call, from_base64url, text};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Probe, Server, header};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-API-01",
        &[
            ("none", |probe| refused(probe, |_| Ok(vec![]), 401, None)),
            ("empty", |probe| {
                refused(
                    probe,
                    |_| Ok(vec!["Bearer".into()]),
                    400,
                    Some("invalid_request"),
                )
            }),
            ("two", |probe| {
                let two =
                    |token: &str| Ok(vec![format!("Bearer {token}"), format!("Bearer {token}")]);
                refused(probe, two, 400, Some("invalid_request"))
            }),
            ("basic", |probe| {
                refused(probe, |_| Ok(vec!["Basic dXNlcjpwYXNz".into()]), 401, None)
            }),
            ("expired", expired),
            ("revoked", revoked),
            ("tampered", |probe| forged(probe, tampered)),
            ("alg-none", |probe| {
                forged(probe, |_, token| with_header(token, "alg", "none", &[]))
            }),
            ("hs256", |probe| forged(probe, signed_with_the_public_key)),
            ("unknown-kid", |probe| forged(probe, unknown_kid)),
            ("id-token", id_token),
            ("other-issuer", other_issuer),
        ],
    ),
    Case::each(
        "S-API-02",
        &[
            ("account-at-ws", |probe| {
                elsewhere(probe, Place::account, ME)
            }),
            ("ws-at-account", |probe| {
                elsewhere(probe, Place::workspace, WORKSPACES)
            }),
            ("ws-at-other-ws", |probe| {
                elsewhere(probe, |server| Place::host(server, OTHER), ME)
            }),
            ("scope", too_little),
        ],
    ),
    Case::each(
        "S-API-03",
        &[
            ("query", |probe| in_query(probe, false)),
            ("body", in_body),
            ("both", |probe| in_query(probe, true)),
            ("lower", |probe| spelled(probe, "bearer")),
            ("upper", |probe| spelled(probe, "BEARER")),
        ],
    ),
];

/// S-API-01: these headers, made from a good token, open nothing.
fn refused(
    probe: &mut Probe,
    headers: fn(&str) -> Finding<Vec<String>>,
    status: u16,
    error: Option<&str>,
) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    let headers = headers(&token)?;
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let answer = call(&server, &format!("{}{ME}", place.origin), &headers)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), status)?;
    is_challenge(&answer, error)
}

/// S-API-01: a token made from a good one opens nothing.
fn forged(probe: &mut Probe, forge: fn(&Server, &str) -> Finding<String>) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    let forged = forge(&server, &token)?;
    holds(forged != token, "the token was not changed")?;
    probe.saw("invalid_token");
    peer::is_dead(&server, &place, &forged)?;
    peer::is_alive(&server, &place, &token)
}

fn expired(probe: &mut Probe) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    server.advance(Duration::from_secs(3599));
    peer::is_alive(&server, &place, &token)?;
    server.advance(Duration::from_secs(1));
    probe.saw("invalid_token");
    peer::is_dead(&server, &place, &token)
}

fn revoked(probe: &mut Probe) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    holds(
        server.with(|mock| mock.revoke(&token)),
        "the token cannot be revoked",
    )?;
    probe.saw("invalid_token");
    peer::is_dead(&server, &place, &token)
}

fn id_token(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let tokens = peer::sign_in_for(&server, &place, "all-apis openid")?;
    probe.saw("invalid_token");
    peer::is_dead(&server, &place, text(&tokens, "id_token")?)
}

/// The same key and the same workspace id, under another name.
fn other_issuer(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let elsewhere = Place::host(&server, "elsewhere.example.com");
    let tokens = peer::sign_in(&server, &elsewhere)?;
    let token = text(&tokens, "access_token")?;
    peer::is_alive(&server, &elsewhere, token)?;
    probe.saw("invalid_token");
    peer::is_dead(&server, &Place::workspace(&server), token)
}

fn tampered(_: &Server, token: &str) -> Finding<String> {
    let [head, claims, signature] = parts(token)?;
    let mut claims: Value = serde_json::from_slice(&from_base64url(claims)?)?;
    claims["sub"] = json!("admin@example.com");
    Ok(format!(
        "{head}.{}.{signature}",
        base64url(claims.to_string().as_bytes())
    ))
}

/// HMAC with the modulus that the server publishes: what a careless verifier would accept.
fn signed_with_the_public_key(server: &Server, token: &str) -> Finding<String> {
    let unsigned = with_header(token, "alg", "HS256", &[])?;
    let (signed, _) = there("the signature", unsigned.rsplit_once('.'))?;
    let keys = server.get(&format!("{}/jwks.json", Place::workspace(server).issuer))?;
    let keys: Value = serde_json::from_slice(keys.body())?;
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        &from_base64url(text(&keys["keys"][0], "n")?)?,
    );
    let tag = hmac::sign(&key, signed.as_bytes());
    Ok(format!("{signed}.{}", base64url(tag.as_ref())))
}

fn unknown_kid(_: &Server, token: &str) -> Finding<String> {
    let [_, _, signature] = parts(token)?;
    with_header(token, "kid", "nobodys-key", &from_base64url(signature)?)
}

/// The token with another member in its header and that signature.
fn with_header(token: &str, member: &str, value: &str, signature: &[u8]) -> Finding<String> {
    let [head, claims, _] = parts(token)?;
    let mut head: Value = serde_json::from_slice(&from_base64url(head)?)?;
    head[member] = json!(value);
    let head = base64url(head.to_string().as_bytes());
    Ok(format!("{head}.{claims}.{}", base64url(signature)))
}

fn parts(token: &str) -> Finding<[&str; 3]> {
    let parts: Vec<_> = token.split('.').collect();
    parts
        .try_into()
        .map_err(|_| Wrong::new("the token does not have three parts"))
}

/// S-API-02: a token of one tenant, at an API of another.
fn elsewhere(probe: &mut Probe, issued: fn(&Server) -> Place, path: &str) -> Finding {
    let mut setup = Setup::workspace();
    let other = Workspace {
        id: "6543210987654321".to_owned(),
        host: Some(OTHER.to_owned()),
        ..Workspace::default()
    };
    setup.workspaces.push(other);
    let server = probe.server(setup);
    let issued = issued(&server);
    let tokens = peer::sign_in(&server, &issued)?;
    let used_at = if path == ME {
        Place::workspace(&server)
    } else {
        Place::account(&server)
    };
    let header = format!("Bearer {}", text(&tokens, "access_token")?);
    let answer = call(&server, &format!("{}{path}", used_at.origin), &[&header])?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 401)?;
    is_challenge(&answer, Some("invalid_token"))
}

/// S-API-02: the wrong scope is 403 and says which one is needed.
fn too_little(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let tokens = peer::sign_in_for(&server, &place, "sql offline_access")?;
    let answer = peer::whoami(&server, &place, text(&tokens, "access_token")?)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 403)?;
    is_challenge(&answer, Some("insufficient_scope"))?;
    holds(
        header(&answer, "www-authenticate").contains("scope=\"all-apis\""),
        "it does not say which scope",
    )
}

/// S-API-03: a token in the address opens nothing, not even beside a right header.
fn in_query(probe: &mut Probe, in_header: bool) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    let header = format!("Bearer {token}");
    let headers: &[&str] = if in_header { &[&header] } else { &[] };
    let answer = call(
        &server,
        &format!("{}{ME}?access_token={token}", place.origin),
        headers,
    )?;
    let status = answer.status().as_u16();
    probe.saw(status);
    holds(
        matches!(status, 400 | 401),
        format!("the status is {status}, wanted 400 or 401"),
    )?;
    is_private(&answer)
}

/// S-API-03: nor in a form.
fn in_body(probe: &mut Probe) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    let request = Request::get(format!("{}{ME}", place.origin))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("access_token={token}").into_bytes())?;
    let answer = server.send(request)?;
    let status = answer.status().as_u16();
    probe.saw(status);
    holds(
        matches!(status, 400 | 401),
        format!("the status is {status}, wanted 400 or 401"),
    )?;
    is_private(&answer)
}

/// S-API-03: the case of the scheme does not matter.
fn spelled(probe: &mut Probe, scheme: &str) -> Finding {
    let (server, place, token) = signed_in(probe)?;
    let request = Request::get(format!("{}{ME}", place.origin))
        .header(AUTHORIZATION, format!("{scheme} {token}"));
    let answer = server.send(request.body(Vec::new())?)?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 200)?;
    is_private(&answer)
}

/// Fails unless the response asks for a bearer token, with that error code or with none.
fn is_challenge(answer: &http::Response<Vec<u8>>, error: Option<&str>) -> Finding {
    let challenge = header(answer, "www-authenticate");
    holds(
        challenge.starts_with("Bearer "),
        format!("the challenge is `{challenge}`"),
    )?;
    let found = challenge
        .split_once("error=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    same("the error code", found, error)
}

fn is_private(answer: &http::Response<Vec<u8>>) -> Finding {
    let control = header(answer, "cache-control");
    holds(
        control.contains("no-store") || control.contains("private"),
        "anybody may cache it",
    )
}

fn signed_in(probe: &mut Probe) -> Finding<(Server, Place, String)> {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let tokens = peer::sign_in(&server, &place)?;
    let token = text(&tokens, "access_token")?.to_owned();
    Ok((server, place, token))
}

const OTHER: &str = "other.example.com";
const WORKSPACES: &str = "/api/2.0/accounts/ac000000-0000-4000-8000-000000000001/workspaces";
