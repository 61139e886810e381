//! What the pages hold, and what they never hold.

use http::StatusCode;
use lakekey_core::{Code, Error};
use proptest::prelude::*;

use super::{Response, Rig, ada};
use crate::sign_in::gate::Reason;
use crate::sign_in::outcome::Outcome;
use crate::sign_in::page::Page;
use crate::sign_in::style::STYLE;

#[tokio::test]
async fn c_cb_10_every_answer_has_the_strict_headers_and_no_secret() {
    let rig = Rig::new().await;
    let bad_state = rig.send(rig.get("/?code=c-2&state=wrong")).await;
    let nothing_here = rig.send(rig.get("/favicon.ico")).await;
    let malformed = rig.send("GET\r\n\r\n").await;
    let (state, callback) = (rig.state.clone(), rig.callback());
    let (success, ..) = rig.ends(&callback).await;
    let rig = Rig::new().await;
    let callback = rig
        .callback()
        .replace("code=c-1", "code=c-1&error=access_denied");
    let (denial, ..) = rig.ends(&callback).await;
    for page in [bad_state, nothing_here, malformed, success.clone(), denial] {
        assert_strict(&page);
        for secret in [state.as_str(), "c-1", "c-2"] {
            assert!(!page.0.contains(secret), "{secret} in {page:?}");
        }
    }
    let head = success
        .head()
        .lines()
        .filter(|line| !line.starts_with("Content-Length"));
    insta::assert_snapshot!("headers", head.collect::<Vec<_>>().join("\n"));
}

fn assert_strict(page: &Response) {
    for (name, value) in [
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Connection", "close"),
    ] {
        assert_eq!(page.header(name), Some(value), "{page:?}");
    }
    let policy = page.header("Content-Security-Policy").unwrap();
    for directive in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(directive), "{policy}");
    }
    let length = page
        .header("Content-Length")
        .map(|length| length.parse().unwrap());
    assert_eq!(length, Some(page.body().len()));
    for loads in ["src=", "href=", "url(", "@import", "<script", " style="] {
        assert!(!page.body().contains(loads), "{loads} in {page:?}");
    }
}

#[tokio::test]
async fn c_cb_09_text_of_the_server_is_not_markup() {
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "&lt;b&gt;",
        "</title><h1>x</h1>",
        "{{7*7}}",
        "' onload='x",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for parameter in ["error_description", "error_uri"] {
            let rig = Rig::new().await;
            let callback = format!("/?error=x_code&{parameter}={encoded}&state={}", rig.state);
            let (page, result, _) = rig.ends(&callback).await;
            assert_eq!(result.unwrap_err().code(), Code::AuthError);
            assert_eq!(
                tags(page.body()),
                tags(&failed("plain").to_html()),
                "{text}: {page:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_message_the_markup_is_the_same(message in "\\PC{0,80}|[<>&\"'/a-z= ]{0,80}") {
        let (shown, plain) = (failed(&message).to_html(), failed("plain").to_html());
        prop_assert_eq!(tags(&shown), tags(&plain));
    }
}

#[test]
fn what_hides_or_turns_text_is_left_out() {
    let html = failed("a\u{202e}b\u{0}c\u{200b}d\ne").to_html();
    assert!(html.contains("<dd>abcde</dd>"), "{html}");
    assert!(failed(&"x".repeat(10_000)).to_html().len() < STYLE.len() + 2048);
}

#[test]
fn refusals_have_the_status_of_their_reason() {
    for (reason, status) in [
        (Reason::Framing, StatusCode::BAD_REQUEST),
        (Reason::Method, StatusCode::METHOD_NOT_ALLOWED),
        (Reason::Path, StatusCode::NOT_FOUND),
        (Reason::Host, StatusCode::MISDIRECTED_REQUEST),
        (Reason::Target, StatusCode::URI_TOO_LONG),
        (Reason::Headers, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        (Reason::Decoding, StatusCode::BAD_REQUEST),
        (Reason::State, StatusCode::BAD_REQUEST),
        (Reason::Empty, StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(Page::refused(reason).status, status, "{reason:?}");
    }
}

#[test]
fn the_pages_read_like_this() {
    let denied = Error::new(
        Code::AuthDenied,
        "the sign-in was denied (access_denied): no",
    );
    let pages = [
        Page::finished(&Outcome::from(&Ok(ada()))),
        Page::finished(&Outcome::from(&denied)),
        failed("the token endpoint refused the code with `invalid_grant`"),
        Page::refused(Reason::State),
        Page::refused(Reason::Empty),
        Page::refused(Reason::Path),
        Page::already_handled(),
        Page::still_working(),
    ];
    let text: Vec<_> = pages.iter().map(|page| readable(&page.to_html())).collect();
    insta::assert_snapshot!("texts", text.join("\n---\n"));
    insta::assert_snapshot!("success", pages[0].to_html().replace(STYLE, "…"));
}

fn failed(message: &str) -> Page {
    Page::finished(&Outcome::from(&Error::new(Code::LoginFailed, message)))
}

/// Every tag of a document, attributes included.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|part| part.split('>').next().unwrap_or_default())
        .collect()
}

/// The text of the body, a line for each element.
fn readable(html: &str) -> String {
    let body = html.split("<body>").nth(1).unwrap_or_default();
    let texts = body
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text.trim());
    texts
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}
