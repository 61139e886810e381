//! The description as programs read it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Place, Shown, Status, shown};
use crate::render::{Failure, clean};

/// The members of the official command, no line break at the end, and a full `error`.
pub(super) fn text(status: &Status, sensitive: bool) -> String {
    let Status {
        settings,
        auth_type,
        who,
        storage,
    } = status;
    let configuration = shown(status, sensitive)
        .into_iter()
        .map(|shown| (shown.key, Attribute::of(shown)))
        .collect();
    let who_it_is = who.as_ref().ok();
    let answer = Answer {
        status: if who.is_ok() { "success" } else { "error" },
        error: who.as_ref().err().map(Failure::of),
        username: who_it_is.and_then(|who| who.user.as_deref()).map(clean),
        account_id: who_it_is.and_then(|who| Some(who.account_id.as_ref()?.as_str())),
        details: Details {
            auth_type: *auth_type,
            host: settings.get(&lakekey::HOST),
            configuration,
        },
        token_storage: storage.as_ref(),
    };
    serde_json::to_string_pretty(&answer).expect("texts and flags can be written as JSON")
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    details: Details<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_storage: Option<&'a Place>,
}

#[derive(Serialize)]
struct Details<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    configuration: BTreeMap<&'static str, Attribute>,
}

#[derive(Serialize)]
struct Attribute {
    value: String,
    source: Source,
    auth_type_mismatch: bool,
}

#[derive(Serialize)]
struct Source {
    r#type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
}

impl Attribute {
    fn of(shown: Shown) -> Self {
        Self {
            value: shown.value,
            source: Source {
                r#type: shown.source.kind,
                name: shown.source.name,
            },
            auth_type_mismatch: shown.is_unused,
        }
    }
}
