//! Faults of the authorization response.

use http::Response;

use super::Effect;
use crate::{exchange::ClientRedirect, pages, reply};

/// Changes what the client is told. `delivery` keeps how it is told.
pub(crate) fn alter(effect: &Effect, redirect: &mut ClientRedirect, delivery: &mut Option<String>) {
    match effect {
        Effect::AuthzError {
            code,
            description,
            uri,
            keep_state,
        } => {
            let described = [("error_description", description), ("error_uri", uri)];
            let mut params = vec![("error".to_owned(), code.clone())];
            params.extend(
                described
                    .iter()
                    .filter_map(|(name, value)| Some(((*name).to_owned(), (*value).clone()?))),
            );
            redirect
                .params
                .retain(|(name, _)| name == "iss" || (name == "state" && *keep_state));
            redirect.params.splice(0..0, params);
        }
        Effect::AuthzParam { name, mode, value } => {
            alter_param(&mut redirect.params, name, mode, value.as_deref());
        }
        Effect::AuthzExtra(extra) => redirect.params.extend(extra.iter().cloned()),
        Effect::AuthzRedirect(mode) if mode == "other_port" => {
            redirect.uri = other_port(&redirect.uri);
        }
        Effect::AuthzRedirect(mode) => *delivery = Some(mode.clone()),
        Effect::AuthzNever => *delivery = Some("never".to_owned()),
        _ => {}
    }
}

/// The response that carries the redirect.
pub(crate) fn deliver(redirect: &ClientRedirect, delivery: Option<&str>) -> Response<Vec<u8>> {
    let location = redirect.location('?');
    let anywhere = |html: &str| {
        let mut response = reply::page(200, html, "*");
        response
            .headers_mut()
            .remove(http::header::CONTENT_SECURITY_POLICY);
        response
    };
    match delivery {
        Some("fragment") => reply::redirect(redirect.status, &redirect.location('#')),
        Some("form_post") => anywhere(&pages::bare(&form(redirect))),
        Some("twice") => {
            let frame = format!("<iframe src=\"{}\"></iframe>", pages::escape(&location));
            anywhere(&pages::bare(&frame.repeat(2)))
        }
        Some("never") => anywhere(&pages::bare("<p>Please wait.</p>")),
        _ => reply::redirect(redirect.status, &location),
    }
}

fn alter_param(params: &mut Vec<(String, String)>, name: &str, mode: &str, value: Option<&str>) {
    let Some(index) = params.iter().position(|(key, _)| key == name) else {
        return;
    };
    let right = params[index].1.clone();
    let swap_case = |character: char| {
        if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        }
    };
    let changed = match mode {
        "drop" => {
            params.remove(index);
            return;
        }
        "duplicate" => {
            params.insert(
                index + 1,
                (name.to_owned(), value.map_or(right, str::to_owned)),
            );
            return;
        }
        "empty" => String::new(),
        "truncate" => right
            .chars()
            .take(right.chars().count().saturating_sub(1))
            .collect(),
        "case" => right.chars().map(swap_case).collect(),
        "append" => format!("{right}{}", value.unwrap_or(" ")),
        "value" => value.unwrap_or_default().to_owned(),
        _ => format!("wrong-{}", right.chars().rev().collect::<String>()),
    };
    params[index].1 = changed;
}

fn form(redirect: &ClientRedirect) -> String {
    let field = |(name, value): &(String, String)| {
        format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            pages::escape(name),
            pages::escape(value)
        )
    };
    let fields: String = redirect.params.iter().map(field).collect();
    format!(
        "<form method=\"post\" action=\"{}\">{fields}<button>Continue</button></form>\
         <script>document.forms[0].submit()</script>",
        pages::escape(&redirect.uri)
    )
}

fn other_port(uri: &str) -> String {
    let Ok(mut url) = url::Url::parse(uri) else {
        return uri.to_owned();
    };
    let port = url.port_or_known_default().unwrap_or(80);
    // An address that can not have a port keeps what it has.
    let _ = url.set_port(Some(port.checked_add(1).unwrap_or(1024)));
    url.to_string()
}
