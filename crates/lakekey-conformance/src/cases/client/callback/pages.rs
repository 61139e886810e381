//! What a page may hold, and what comes with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lakekey::Code;
use lakekey_mock::{Fault, Setup};
use sha2::{Digest as _, Sha256};

use super::waiting::{Page, Waiting, claims_success, text_of, with_query};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Probe, Server, header};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-CB-09",
        &[
            ("script", |probe| {
                not_markup(probe, "<script>alert(1)</script>", "&lt;script&gt;")
            }),
            ("attr-break", |probe| {
                not_markup(
                    probe,
                    r#""><img src=x onerror=alert(1)> ' onload='x"#,
                    "&gt;&lt;img src=x",
                )
            }),
            ("js-uri", |probe| {
                not_markup(probe, "javascript:alert(1)", "javascript:alert(1)")
            }),
            ("double-escape", |probe| {
                not_markup(probe, "&lt;b&gt;x&lt;/b&gt;", "&amp;lt;b&amp;gt;")
            }),
            ("title-break", |probe| {
                not_markup(probe, "</title></style><h1>x</h1>", "&lt;/title&gt;")
            }),
            ("template", |probe| {
                not_markup(probe, "{{7*7}} ${7*7} <%= 7*7 %>", "{{7*7}} ${7*7}")
            }),
        ],
    ),
    Case::one("C-CB-10", keeps_to_itself),
];

/// Whatever the server says, the markup is that of a page about a harmless error; what it says is there,
/// in the way HTML writes it.
fn not_markup(probe: &mut Probe, text: &str, written: &str) -> Finding {
    let plain = refusal(probe, "plain")?;
    let page = refusal(probe, text)?;
    let html = text_of(&page);
    holds(
        html.contains(written),
        format!("`{written}` is not in the page: {html}"),
    )?;
    same("the tags", tags(&html), tags(&text_of(&plain)))?;
    loads_nothing(&page)?;
    strict(&page)
}

/// The page of a sign-in that the server refuses with this text, wherever it can say something.
fn refusal(probe: &mut Probe, text: &str) -> Finding<Page> {
    let server = probe.listening(Setup::workspace())?;
    let refusal = Fault::new("authz.error").param("code", text);
    server.inject(refusal.param("description", text).param("uri", text))?;
    let waiting = Waiting::at(probe, &server)?;
    let target = waiting.target(probe)?;
    let page = waiting.refuses(probe, &waiting.request(&target), &[400])?;
    waiting.fails(probe, Code::AuthError)?;
    Ok(page)
}

/// The pages of a success, a denial, a wrong state, another path, and of other refusals.
fn keeps_to_itself(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let (mut pages, mut secrets) = denial(probe, &server)?;
    let waiting = Waiting::at(probe, &server)?;
    let sent_back = waiting.sent_back(probe)?;
    secrets.extend(["state", "code"].map(|name| sent_back.get(name).unwrap_or_default().into()));
    for (target, status) in [
        ("/?code=c&state=wrong", 400),
        ("/favicon.ico", 404),
        ("/#", 400),
    ] {
        pages.push(waiting.refuses(probe, &waiting.request(target), &[status])?);
    }
    let target = waiting.target(probe)?;
    let success = waiting.get(probe, &target)?;
    claims_success(&success)?;
    waiting.has_succeeded(probe)?;
    pages.push(success);
    let exchange = there("the token request", server.token_posts().pop())?;
    secrets.extend(exchange.param("code_verifier"));
    secrets.extend(server.with(|mock| mock.secrets()));
    for page in &pages {
        strict(page)
            .and_then(|()| loads_nothing(page))
            .and_then(|()| holds_none_of(page, &secrets))
            .map_err(|wrong| wrong.during(page.status()))?;
    }
    Ok(())
}

/// The page, and the state.
fn denial(probe: &mut Probe, server: &Server) -> Finding<(Vec<Page>, Vec<String>)> {
    let denial = Fault::new("authz.error").param("code", "access_denied");
    server.inject(denial.times(1))?;
    let waiting = Waiting::at(probe, server)?;
    let sent_back = waiting.sent_back(probe)?;
    let target = with_query(&sent_back.form);
    let page = waiting.refuses(probe, &waiting.request(&target), &[400])?;
    waiting.fails(probe, Code::AuthDenied)?;
    Ok((vec![page], vec![sent_back.get("state")?.to_owned()]))
}

fn holds_none_of(page: &Page, secrets: &[String]) -> Finding {
    let text = format!("{:?} {}", page.headers(), text_of(page));
    let found = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .any(|secret| text.contains(secret.as_str()));
    holds(!found, "the page holds a code, a state or another secret")
}

/// Fails unless the headers keep the page where it is and stop it from loading anything but its own style.
fn strict(page: &Page) -> Finding {
    for (name, value) in HEADERS {
        same(name, header(page, name), value)?;
    }
    let policy = header(page, "content-security-policy");
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    for directive in POLICY {
        holds(
            directives.contains(&directive),
            format!("`{directive}` is not in the policy `{policy}`"),
        )?;
    }
    let source = format!("style-src 'sha256-{}'", style_hash(&text_of(page))?);
    for directive in &directives {
        let known = POLICY.contains(directive) || *directive == source;
        holds(known, format!("the policy allows `{directive}`"))?;
    }
    Ok(())
}

fn style_hash(html: &str) -> Finding<String> {
    let style = html
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>").map(|(style, _)| style));
    let style = style.ok_or_else(|| Wrong::new("the page has no style of its own"))?;
    Ok(STANDARD.encode(Sha256::digest(style)))
}

/// Fails if anything in the page is run, leads elsewhere or is fetched.
fn loads_nothing(page: &Page) -> Finding {
    let html = text_of(page).to_lowercase();
    for tag in tags(&html) {
        let mut words = tag.split_whitespace();
        let element = words.next().unwrap_or_default();
        let bad = words.find(|word| {
            ATTRIBUTES.iter().any(|name| word.starts_with(name)) || word.starts_with("on")
        });
        holds(
            !ELEMENTS.contains(&element) && bad.is_none(),
            format!("the page has `<{tag}>`"),
        )?;
    }
    for words in ["url(", "@import"] {
        holds(!html.contains(words), format!("the page has `{words}`"))?;
    }
    Ok(())
}

/// Every tag of a document, attributes included.
fn tags(html: &str) -> Vec<&str> {
    let parts = html.split('<').skip(1);
    parts
        .map(|part| part.split('>').next().unwrap_or_default())
        .collect()
}

const HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("content-type", "text/html; charset=utf-8"),
    ("connection", "close"),
];
const POLICY: [&str; 4] = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
];
const ELEMENTS: [&str; 12] = [
    "a", "audio", "base", "embed", "form", "iframe", "image", "img", "link", "object", "script",
    "video",
];
const ATTRIBUTES: [&str; 9] = [
    "src",
    "href",
    "xlink",
    "action",
    "data",
    "background",
    "style=",
    "http-equiv",
    "srcset",
];
