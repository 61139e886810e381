//! Server cases of the area `token`: what an error looks like (RFC 6749 §5.2).

use http::header::AUTHORIZATION;
use http::{Method, Response};
use lakekey_mock::{
    Dialect, Endpoint, M2M_CLIENT_ID, M2M_CLIENT_SECRET, PUBLIC_CLIENT_ID, Recorded,
};
use serde_json::Value;

use super::peer::{self, Place};
use super::token::{FORM, ready, request};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Form, Probe, Server, header, json};

pub(super) const CASES: &[Case] = &[Case::one("S-TK-04", errors_have_one_shape)];

/// S-TK-04: every error that can be provoked.
fn errors_have_one_shape(probe: &mut Probe) -> Finding {
    let (server, place, code) = ready(probe)?;
    server.with(|mock| mock.setup().dialect = Dialect::Rfc);
    let form = peer::redemption(&code);
    let bent = [
        form.clone().with("grant_type", "magic"),
        form.clone().without("grant_type"),
        form.clone().without("client_id"),
        form.clone().with("client_id", "<unknown>"),
        form.clone().with("client_id", M2M_CLIENT_ID),
        form.clone()
            .with("client_id", M2M_CLIENT_ID)
            .with("client_secret", "wrong-secret-wrong-secret"),
        form.clone().with("code", "not-a-code-of-this-server"),
        form.clone().with("redirect_uri", "http://localhost:1"),
        form.clone()
            .with("code_verifier", "too-short-but-still-a-secret"),
        form.clone().twice("code"),
        peer::renewal("not-a-refresh-token-of-this-server"),
        Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", PUBLIC_CLIENT_ID),
        ]),
        client_credentials().with("scope", "root"),
    ];
    for form in &bent {
        server.post(&place.token(), form)?;
    }
    server.send(request(
        &place,
        Method::POST,
        Some("text/plain"),
        &form.encoded(),
    )?)?;
    by_header(&server, &place)?;
    peer::granted(&server, &place, &client_credentials())?;
    let refusals: Vec<_> = server
        .requests_for(Endpoint::Token)
        .into_iter()
        .filter(is_refusal)
        .collect();
    same("the number of errors", refusals.len(), bent.len() + 5)?;
    for refusal in &refusals {
        has_the_shape(refusal).map_err(|wrong| wrong.during(refusal.rule.unwrap_or("an error")))?;
    }
    probe.saw("400|401");
    Ok(())
}

/// Wrong credentials in a header, in both places, and of no known client.
fn by_header(server: &Server, place: &Place) -> Finding {
    let right = basic(M2M_CLIENT_ID, M2M_CLIENT_SECRET);
    let form = Form::new(&[("grant_type", "client_credentials")]);
    let attempts = [
        (
            401,
            basic(M2M_CLIENT_ID, "wrong-secret-wrong-secret"),
            form.clone(),
        ),
        (
            401,
            basic("nobody", "wrong-secret-wrong-secret"),
            form.clone(),
        ),
        (401, "Digest username=x".to_owned(), form.clone()),
        (
            400,
            right.clone(),
            form.clone().with("client_secret", M2M_CLIENT_SECRET),
        ),
        (200, right, form),
    ];
    for (status, credentials, form) in &attempts {
        let mut request = request(place, Method::POST, Some(FORM), &form.encoded())?;
        request
            .headers_mut()
            .insert(AUTHORIZATION, credentials.parse()?);
        same(
            "the status",
            server.send(request)?.status().as_u16(),
            *status,
        )?;
    }
    Ok(())
}

fn is_refusal(request: &Recorded) -> bool {
    request
        .status
        .is_some_and(|status| status.is_client_error())
}

/// Status, headers, members and characters of an error (RFC 6749 §5.2), and no secret in it.
fn has_the_shape(refusal: &Recorded) -> Finding {
    let mut answer = Response::new(refusal.response_body.clone());
    answer.headers_mut().clone_from(&refusal.response_headers);
    let status = refusal.status.map_or(0, |status| status.as_u16());
    holds(
        matches!(status, 400 | 401),
        format!("the status is {status}"),
    )?;
    same(
        "www-authenticate with 401",
        header(&answer, "www-authenticate").is_empty(),
        status != 401,
    )?;
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
    let document = json(&answer)?;
    let members = there("an object", document.as_object())?;
    let known =
        |name: &&String| !["error", "error_description", "error_uri"].contains(&name.as_str());
    same("an unknown member", members.keys().find(known), None)?;
    for text in members.values().map(Value::as_str) {
        let text = there("the text of a member", text)?;
        let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        holds(
            text.bytes().all(allowed),
            format!("`{text}` has characters that are not allowed"),
        )?;
    }
    let body = String::from_utf8_lossy(&refusal.response_body).into_owned();
    let secret = ["code", "code_verifier", "refresh_token", "client_secret"];
    let echoed = refusal
        .form()
        .into_iter()
        .filter(|(name, _)| secret.contains(&name.as_str()));
    match echoed
        .into_iter()
        .find(|(_, value)| body.contains(value.as_str()))
    {
        Some((name, _)) => Err(Wrong::new(format!("it repeats the `{name}` it was given"))),
        None => Ok(()),
    }
}

fn client_credentials() -> Form {
    Form::new(&[
        ("grant_type", "client_credentials"),
        ("client_id", M2M_CLIENT_ID),
        ("client_secret", M2M_CLIENT_SECRET),
    ])
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    format!("Basic {encoded}")
}
