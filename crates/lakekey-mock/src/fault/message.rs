//! Faults of a response.

use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE},
};
use serde_json::{Map, Value};

use super::{
    Effect, coding,
    effect::{When, Where},
};
use crate::{Cut, Delay, Endpoint, params::Params, reply, tls::Defect};

/// Damages a response as the effect says.
pub(crate) fn apply(
    effect: &Effect,
    response: &mut Response<Vec<u8>>,
    endpoint: Endpoint,
    request: &Request<Vec<u8>>,
) {
    match effect {
        Effect::Status { status, body } => set_status(response, *status, body.as_deref()),
        Effect::ApiStatus { status, challenge } => {
            set_status(
                response,
                *status,
                Some("{\"error_code\":\"INJECTED\",\"message\":\"injected by a fault\"}"),
            );
            if let Some(challenge) = challenge {
                reply::set(response, WWW_AUTHENTICATE, challenge);
            }
        }
        Effect::TokenError {
            status,
            error,
            description,
        } => {
            replace(response, reply::token_error(*status, error, description));
        }
        Effect::Redirect { status, location } => {
            set_status(response, *status, Some(""));
            reply::set(response, LOCATION, location);
        }
        Effect::Headers {
            set,
            remove,
            repeat,
        } => change_headers(response, set, remove, repeat),
        Effect::ContentType(value) => reply::set(response, CONTENT_TYPE, value),
        Effect::Body(bytes) => *response.body_mut() = bytes.clone().into_bytes(),
        Effect::Encoding { kind, bytes } => {
            if let Some((coding, body)) = coding::encode(kind, response.body(), *bytes) {
                reply::set(response, CONTENT_ENCODING, coding);
                *response.body_mut() = body;
            }
        }
        Effect::Pad {
            bytes,
            depth,
            members,
        } => pad(response, *bytes, *depth, *members),
        Effect::Set(new) => change_document(response, |document| document.extend(new.clone())),
        Effect::Omit(names) => change_document(response, |document| {
            document.retain(|name, _| !names.contains(name));
        }),
        Effect::EchoSecret(member) if endpoint == Endpoint::Token => {
            echo(response, member, request);
        }
        _ => disturb(effect, response),
    }
}

/// Marks what happens on the connection.
fn disturb(effect: &Effect, response: &mut Response<Vec<u8>>) {
    let half = response.body().len() / 2;
    let cut = match *effect {
        Effect::Delay(delay) => {
            response.extensions_mut().insert(Delay(delay));
            return;
        }
        Effect::Reset(When::MidBody) => Cut::Truncate {
            after: half,
            reset: true,
        },
        Effect::Truncate(at) => Cut::Truncate {
            after: at,
            reset: false,
        },
        Effect::Hang(Where::MidBody) => Cut::Hang { after: Some(half) },
        Effect::Hang(_) | Effect::Tls(Defect::Stall) => Cut::Hang { after: None },
        Effect::Reset(_) | Effect::Tls(_) => Cut::Reset,
        Effect::Drip(bytes_per_second) => Cut::Drip { bytes_per_second },
        _ => return,
    };
    response.extensions_mut().insert(cut);
}

fn set_status(response: &mut Response<Vec<u8>>, status: u16, body: Option<&str>) {
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(body) = body {
        if body.trim_start().starts_with('{') {
            reply::set(response, CONTENT_TYPE, "application/json");
        }
        *response.body_mut() = body.as_bytes().to_vec();
    }
}

fn replace(response: &mut Response<Vec<u8>>, by: Response<Vec<u8>>) {
    let (parts, body) = by.into_parts();
    *response.status_mut() = parts.status;
    for (name, value) in &parts.headers {
        response.headers_mut().insert(name, value.clone());
    }
    *response.body_mut() = body;
}

fn change_headers(
    response: &mut Response<Vec<u8>>,
    set: &[(String, String)],
    remove: &[String],
    repeat: &[(String, String)],
) {
    let headers = response.headers_mut();
    for name in remove {
        headers.remove(name.as_str());
    }
    for (pairs, again) in [(set, false), (repeat, true)] {
        for (name, value) in pairs {
            let parsed = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
            if let (Ok(name), Ok(value)) = parsed {
                if again {
                    headers.append(name, value)
                } else {
                    headers.insert(name, value).is_some()
                };
            }
        }
    }
}

/// Changes a body that is a JSON object; leaves any other alone.
fn change_document(response: &mut Response<Vec<u8>>, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(Value::Object(mut document)) = serde_json::from_slice(response.body()) {
        change(&mut document);
        *response.body_mut() = Value::Object(document).to_string().into_bytes();
    }
}

/// Makes a JSON object longer, deeper or wider. Anything else only gets spaces.
fn pad(response: &mut Response<Vec<u8>>, bytes: usize, depth: usize, members: usize) {
    let body = response.body_mut();
    if body.first() == Some(&b'{') && (depth > 0 || members > 0) {
        let mut inner = String::new();
        if depth > 0 {
            inner = format!("\"deep\":{}{},", "[".repeat(depth), "]".repeat(depth));
        }
        inner.extend((0..members).map(|index| format!("\"pad{index}\":0,")));
        body.splice(1..1, inner.into_bytes());
    }
    body.resize(body.len() + bytes, b' ');
}

/// Gives the submitted form back in a member of the answer.
fn echo(response: &mut Response<Vec<u8>>, member: &str, request: &Request<Vec<u8>>) {
    let sent: Vec<String> = Params::parse(request.body())
        .into_pairs()
        .into_iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    change_document(response, |document| {
        document.insert(member.to_owned(), Value::String(sent.join(", ")));
    });
}
