//! The pages people see. Each is one file that loads nothing from elsewhere.

use std::{fmt::Write, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::{
    Setup,
    rules::Rule,
    site::{Site, Tenant},
    state::Ticket,
};

/// The sign-in and consent page.
pub(crate) fn consent(ticket: &Ticket, setup: &Setup, site: &Site) -> String {
    let ask = &ticket.ask;
    let place = match &ask.tenant {
        Tenant::Account(id) => format!("account {id}"),
        Tenant::Workspace(id) => format!("workspace {id}"),
    };
    let action = match &ask.tenant {
        Tenant::Account(id) => format!("/oidc/accounts/{id}/consent"),
        Tenant::Workspace(_) => "/oidc/consent".to_owned(),
    };
    fill(
        include_str!("pages/consent.html"),
        &[
            ("client", &escape(&ask.client)),
            ("host", &escape(&site.origin)),
            ("place", &escape(&place)),
            ("redirect", &escape(&ask.redirect_uri)),
            ("scopes", &scopes(&ask.scope)),
            ("users", &users(setup)),
            ("action", &escape(&action)),
            ("ticket", &escape(&ticket.id)),
            ("csrf", &escape(&ticket.csrf)),
        ],
    )
}

/// What went wrong, for a person whose program must not be told.
pub(crate) fn problem(rule: &Rule) -> String {
    fill(
        include_str!("pages/problem.html"),
        &[
            ("says", &escape(rule.says)),
            ("rule", &escape(rule.id)),
            ("cites", &escape(rule.cites)),
        ],
    )
}

/// What this server is.
pub(crate) fn welcome(origin: &str) -> String {
    fill(
        include_str!("pages/welcome.html"),
        &[("host", &escape(origin))],
    )
}

/// A page of another server's making: it waits, or sends its form by itself.
pub(crate) fn bare(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>lakekey mock</title>\n{body}\n</html>\n"
    )
}

/// The hash of the one style sheet all pages share, for the content security policy.
pub(crate) fn style_hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
    &HASH
}

/// Text that means itself inside HTML, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}

fn scopes(list: &str) -> String {
    list.split(' ').fold(String::new(), |mut html, scope| {
        let meaning = MEANINGS
            .iter()
            .find(|(name, _)| *name == scope)
            .map_or("", |(_, meaning)| meaning);
        // Writing to a `String` can not fail.
        let _ = write!(html, "<li><code>{}</code> {meaning}</li>", escape(scope));
        html
    })
}

fn users(setup: &Setup) -> String {
    setup
        .users
        .iter()
        .enumerate()
        .fold(String::new(), |mut html, (index, user)| {
            let (name, shown) = (escape(&user.user_name), escape(&user.display_name));
            let checked = if index == 0 { " checked" } else { "" };
            let _ = write!(
                html,
                "<label><input type=\"radio\" name=\"user\" value=\"{name}\"{checked}>\
             <span><strong>{shown}</strong><br>{name}</span></label>"
            );
            html
        })
}

/// Replaces every `{{name}}`. Values are not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len() * 2);
    let mut pieces = template.split("{{");
    page.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or(("", piece));
        let value = values
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value);
        page.push_str(if name == "style" { STYLE } else { value });
        page.push_str(rest);
    }
    page
}

const STYLE: &str = include_str!("pages/style.css");
const MEANINGS: [(&str, &str); 6] = [
    ("all-apis", "use every API you can use"),
    ("sql", "run SQL"),
    ("offline_access", "stay signed in"),
    ("openid", "know who you are"),
    ("profile", "know your name"),
    ("email", "know your e-mail address"),
];
