//! The words on the arrows. Values are shown only of parameters that are never secret; whatever secret stands
//! where none belongs is taken out at the end, by [`Message::clean`].

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use lakekey_mock::{Cut, Recorded};
use serde_json::Value;
use url::Url;

use super::{Lane, Message, Start, Style};

impl Message {
    /// Takes out every secret, what cannot be printed, and what is too long.
    pub(super) fn clean(&mut self, secrets: &[String]) {
        self.label = cleaned(&self.label, LONGEST_LABEL, secrets);
        self.detail = cleaned(&self.detail, LONGEST_DETAIL, secrets);
    }
}

/// A command that a person, or a program, starts.
pub(super) fn start(start: &Start) -> Message {
    let (from, to) = (Lane::Terminal, Lane::Lakekey);
    message(from, to, Style::Inferred, &start.line, "")
}

/// A request to the mock.
pub(super) fn request(from: Lane, to: Lane, request: &Recorded) -> Message {
    let parameters = [request.query(), request.form()].concat();
    let telling = parameters
        .iter()
        .find(|(name, _)| TELLING.contains(&name.as_str()));
    let telling = telling.map_or_else(String::new, |(_, value)| format!(" · {value}"));
    let label = format!("{} {}{telling}", request.method(), request.path());
    message(from, to, Style::Request, &label, &listed(&parameters))
}

/// The answer of the mock, as far as it arrived.
pub(super) fn answer(from: Lane, to: Lane, request: &Recorded) -> Message {
    let (style, label) = match (request.status, request.cut) {
        (_, Some(cut)) => (Style::Broken, broken(cut)),
        (Some(status), None) => (Style::Answer, status_words(status, request)),
        (None, None) => (Style::Broken, "no answer".to_owned()),
    };
    let label = match request.faults.as_slice() {
        [] => label,
        _ => format!("{FAULT} {label}"),
    };
    let mut message = message(from, to, style, &label, &body(request));
    message.rule = request.rule;
    message
}

/// The browser follows a redirect to this machine.
pub(super) fn callback(request: &Recorded) -> Option<Message> {
    let location = redirect(request)?;
    let is_here = matches!(
        location.host_str(),
        Some("localhost" | "127.0.0.1" | "[::1]")
    );
    let parameters: Vec<_> = location.query_pairs().into_owned().collect();
    let answers =
        |(name, _): &(String, String)| ["code", "error", "state"].contains(&name.as_str());
    if !is_here || !parameters.iter().any(answers) {
        return None;
    }
    let label = format!("GET {} · {}", location.path(), names(&parameters));
    let (from, to) = (Lane::Browser, Lane::Lakekey);
    Some(message(
        from,
        to,
        Style::Inferred,
        &label,
        &listed(&parameters),
    ))
}

fn message(from: Lane, to: Lane, style: Style, label: &str, detail: &str) -> Message {
    Message {
        from,
        to,
        style,
        label: label.to_owned(),
        detail: detail.to_owned(),
        rule: None,
        times: 1,
    }
}

fn status_words(status: StatusCode, request: &Recorded) -> String {
    let status = status.as_u16();
    if let Some(location) = redirect(request) {
        let parameters: Vec<_> = location.query_pairs().into_owned().collect();
        let host = location.host_str().unwrap_or_default();
        let port = location
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let place = format!("{status} to {host}{port}");
        return match names(&parameters) {
            none if none.is_empty() => place,
            names => format!("{place} · {names}"),
        };
    }
    let document = document(request);
    let error = ["error", "error_code"]
        .into_iter()
        .find_map(|name| document.get(name)?.as_str());
    match (error, document.as_object()) {
        (Some(error), _) => format!("{status} {error}"),
        (None, Some(members)) if status < 300 => {
            let members: Vec<_> = members.keys().take(4).map(String::as_str).collect();
            format!("{status} · {}", members.join(", "))
        }
        _ => status.to_string(),
    }
}

fn broken(cut: Cut) -> String {
    match cut {
        Cut::Reset => "the connection is reset".to_owned(),
        Cut::Truncate { after, .. } => format!("the connection ends after {after} bytes"),
        Cut::Hang { .. } => "nothing more comes".to_owned(),
        Cut::Drip { .. } => "the body never ends".to_owned(),
        _ => "the connection breaks".to_owned(),
    }
}

/// What the body of an answer holds: the members of a document, or its type and length.
fn body(request: &Recorded) -> String {
    let bytes = request.response_body.len();
    match document(request) {
        Value::Object(members) => {
            let shown = |(name, value): (&String, &Value)| match value {
                Value::Number(number) => (name.clone(), number.to_string()),
                Value::String(text) => (name.clone(), text.clone()),
                Value::Bool(_) | Value::Null => (name.clone(), value.to_string()),
                Value::Array(_) | Value::Object(_) => (name.clone(), String::new()),
            };
            listed(&members.iter().map(shown).collect::<Vec<_>>())
        }
        _ if bytes == 0 => String::new(),
        _ => {
            let kind = request.response_headers.get(CONTENT_TYPE);
            let kind = kind
                .and_then(|kind| kind.to_str().ok())
                .unwrap_or("unknown type");
            format!("{bytes} bytes, {kind}")
        }
    }
}

fn document(request: &Recorded) -> Value {
    serde_json::from_slice(&request.response_body).unwrap_or_default()
}

fn redirect(request: &Recorded) -> Option<Url> {
    let location = request.response_headers.get(LOCATION)?.to_str().ok()?;
    Url::parse(location).ok()
}

fn names(parameters: &[(String, String)]) -> String {
    let names: Vec<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}

/// Names, with the values of those that are never secret.
fn listed(parameters: &[(String, String)]) -> String {
    let words = parameters.iter().map(|(name, value)| {
        if SHOWN.contains(&name.as_str()) && !value.is_empty() {
            format!("{name}={value}")
        } else {
            name.clone()
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The text without secrets, without what cannot be printed, and not too long.
fn cleaned(text: &str, longest: usize, secrets: &[String]) -> String {
    let telling = secrets.iter().filter(|secret| secret.len() >= SHORTEST);
    let text = telling.fold(text.to_owned(), |text, secret| {
        text.replace(secret.as_str(), "…")
    });
    let mut characters = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it });
    let mut cut: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        cut.push('…');
    }
    cut
}

/// Marks an answer that a fault made.
const FAULT: &str = "⚡";
/// The parameter that says most about a request stands on its arrow.
const TELLING: [&str; 2] = ["grant_type", "response_type"];
const SHOWN: [&str; 21] = [
    "authorization_endpoint",
    "client_id",
    "cloud",
    "code_challenge_method",
    "error",
    "error_code",
    "error_description",
    "expires_in",
    "grant_type",
    "host_type",
    "iss",
    "issuer",
    "message",
    "oidc_endpoint",
    "prompt",
    "redirect_uri",
    "resource",
    "response_type",
    "scope",
    "token_endpoint",
    "token_type",
];
/// Shorter texts than this are found by chance.
const SHORTEST: usize = 8;
const LONGEST_LABEL: usize = 90;
const LONGEST_DETAIL: usize = 400;
