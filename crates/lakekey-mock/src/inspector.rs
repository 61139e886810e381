//! The inspector: a page that shows what the mock does and lets a person change it.
//!
//! The page holds no secret. Its scripts take the token of the control API from the fragment of their
//! address, which no browser sends to a server, and use the control API like any other client.

use http::{
    Method, Request, Response,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};

use crate::reply;

/// Answers a request for one of the files of the page; `None` for any other.
pub(crate) fn answer(request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
    let path = request.uri().path().strip_prefix('/')?;
    let (_, media_type, text) = FILES.iter().find(|(name, ..)| *name == path)?;
    if request.method() != Method::GET {
        return None;
    }
    let mut response = reply::with(200, media_type, text.as_bytes().to_vec());
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ] {
        reply::set(&mut response, name, value);
    }
    Some(response)
}

/// The address of the page for somebody who may use this control API.
pub(crate) fn address(control_url: &str, token: &str) -> String {
    let (origin, namespace) = control_url.split_once("/ns/").unwrap_or_default();
    format!("{origin}/inspector#token={token}&ns={namespace}")
}

/// Only the listener's own files, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCRIPT: &str = "text/javascript; charset=utf-8";

static FILES: [(&str, &str, &str); 9] = [
    (
        "inspector",
        "text/html; charset=utf-8",
        include_str!("inspector/index.html"),
    ),
    (
        "inspector/style.css",
        "text/css; charset=utf-8",
        include_str!("inspector/style.css"),
    ),
    (
        "inspector/icon.svg",
        "image/svg+xml",
        include_str!("inspector/icon.svg"),
    ),
    (
        "inspector/script.js",
        SCRIPT,
        include_str!("inspector/script.js"),
    ),
    (
        "inspector/control.js",
        SCRIPT,
        include_str!("inspector/control.js"),
    ),
    ("inspector/dom.js", SCRIPT, include_str!("inspector/dom.js")),
    (
        "inspector/journal.js",
        SCRIPT,
        include_str!("inspector/journal.js"),
    ),
    (
        "inspector/sessions.js",
        SCRIPT,
        include_str!("inspector/sessions.js"),
    ),
    (
        "inspector/faults.js",
        SCRIPT,
        include_str!("inspector/faults.js"),
    ),
];
