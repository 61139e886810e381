//! Requests as they went over the wire, fit for a terminal: a line or three each, secrets shortened.

use http::header::{AUTHORIZATION, LOCATION};
use lakekey::Error;
use lakekey_mock::{Endpoint, Recorded};
use serde_json::Value;

use crate::output;
use crate::render::{DIM, STRONG, clean};

/// Prints the requests.
pub(super) fn show(requests: &[Recorded]) -> Result<(), Error> {
    for request in requests {
        let status = request
            .status
            .map_or_else(String::new, |status| status.as_u16().to_string());
        let head = format!("{:<4} {}", request.method().as_str(), clean(request.path()));
        output::say(format_args!(
            "   {STRONG}{head:<width$}{STRONG:#} {DIM}{status}{DIM:#}",
            width = COLUMNS - 7
        ))?;
        for line in packed(&sent(request)) {
            output::say(format_args!("        {DIM}{line}{DIM:#}"))?;
        }
        for line in packed(&answered(request)) {
            output::say(format_args!("     {DIM}←  {line}{DIM:#}"))?;
        }
    }
    Ok(())
}

/// The names of what an API call listed.
pub(super) fn names(body: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let list = document
        .get("clusters")
        .unwrap_or(&document)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |item: &Value, keys: [&str; 2]| {
        keys.iter()
            .find_map(|key| item.get(*key)?.as_str())
            .unwrap_or("?")
            .to_owned()
    };
    list.iter()
        .map(|item| {
            let (name, state) = (
                ["cluster_name", "workspace_name"],
                ["state", "workspace_status"],
            );
            clean(&format!(
                "{} ({})",
                text(item, name),
                text(item, state).to_lowercase()
            ))
        })
        .collect()
}

/// Query, form and credentials of a request.
fn sent(request: &Recorded) -> Vec<String> {
    let pairs = request.query().into_iter().chain(request.form());
    let bearer = request
        .header(AUTHORIZATION.as_str())
        .map(|value| format!("Authorization: {}", bearer(value)));
    bearer
        .into_iter()
        .chain(pairs.map(|(name, value)| shown(&name, &value)))
        .collect()
}

/// Where the answer leads, and the tokens in it.
fn answered(request: &Recorded) -> Vec<String> {
    if let Some(location) = request
        .response_headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
    {
        let (address, query) = location.split_once('?').unwrap_or((location, ""));
        let pairs =
            url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| shown(&name, &value));
        return std::iter::once(clean(address)).chain(pairs).collect();
    }
    if request.endpoint != Endpoint::Token {
        return Vec::new();
    }
    let document: Value = serde_json::from_slice(&request.response_body).unwrap_or_default();
    let members = ["access_token", "refresh_token", "expires_in"]
        .into_iter()
        .filter_map(|name| {
            let value = document.get(name)?;
            Some(shown(
                name,
                &value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            ))
        });
    members.collect()
}

fn shown(name: &str, value: &str) -> String {
    let is_secret = SECRETS.contains(&name);
    format!(
        "{}={}",
        clean(name),
        if is_secret {
            shortened(value)
        } else {
            clean(value)
        }
    )
}

fn bearer(value: &str) -> String {
    value.split_once(' ').map_or_else(
        || shortened(value),
        |(scheme, token)| format!("{scheme} {}", shortened(token)),
    )
}

/// The beginning of a secret, and the end of a long one: enough to recognise it, too little to
/// use it.
fn shortened(secret: &str) -> String {
    let secret = clean(secret);
    let part = |range: std::ops::Range<usize>| secret.get(range).unwrap_or_default();
    let end = if secret.len() > 100 {
        part(secret.len() - 4..secret.len())
    } else {
        ""
    };
    format!("{}…{end}", part(0..6))
}

/// The words in as few lines as fit.
fn packed(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 2 <= COLUMNS - 10 => {
                line.push_str("  ");
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

const COLUMNS: usize = 100;
/// Parameters whose values are shortened: secrets, and what is merely long and random.
const SECRETS: [&str; 10] = [
    "code",
    "code_verifier",
    "code_challenge",
    "state",
    "access_token",
    "refresh_token",
    "id_token",
    "ticket",
    "csrf",
    "client_secret",
];

#[cfg(test)]
mod tests {
    use super::{packed, shown};

    #[test]
    fn secrets_are_shortened_and_lines_fit() {
        assert_eq!(shown("code", "abcdefghijkl"), "code=abcdef…");
        assert_eq!(shown("scope", "all-apis sql"), "scope=all-apis sql");
        let words: Vec<_> = (0..20)
            .map(|number| format!("parameter_{number}=value"))
            .collect();
        let lines = packed(&words);
        assert!(
            lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 90),
            "{lines:?}"
        );
    }
}
