use std::fmt::Write as _;

use http::StatusCode;

use super::gate::Reason;
use super::outcome::Outcome;
use super::style::{STYLE, STYLE_HASH};

/// What a browser is shown: one small document that loads nothing, runs nothing and holds neither
/// code, state nor token.
///
/// Every text is cleaned and escaped when the page is written, so none has to be before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    tone: Tone,
    title: &'static str,
    text: String,
    facts: Vec<(&'static str, String)>,
    next: &'static str,
}

/// The colour and the sign of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Calm,
}

impl Page {
    /// The page of a finished attempt, which says what really happened.
    pub(super) fn finished(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::SignedIn { user, facts } => Self {
                status: StatusCode::OK,
                tone: Tone::Good,
                title: "You are signed in",
                text: welcome(user.as_deref()),
                facts: facts.clone(),
                next: "You can close this tab and return to the terminal.",
            },
            Outcome::Declined { message } => Self {
                status: StatusCode::BAD_REQUEST,
                tone: Tone::Calm,
                title: "The request was declined",
                text: "Nothing was stored, and nothing has changed.".to_owned(),
                facts: vec![("Answer", message.clone())],
                next: "You can close this tab. To try again, start over in the terminal.",
            },
            Outcome::Failed { code, message } => Self {
                status: StatusCode::BAD_REQUEST,
                tone: Tone::Bad,
                title: "The sign-in did not finish",
                text: "An answer arrived, but no login came of it.".to_owned(),
                facts: vec![("Error", (*code).to_owned()), ("Reason", message.clone())],
                next: "The terminal says what to do next. You can close this tab.",
            },
        }
    }

    /// The page for a request that arrived after the attempt was decided.
    pub(super) fn already_handled() -> Self {
        Self {
            status: StatusCode::OK,
            tone: Tone::Calm,
            title: "This was already handled",
            text: "Another tab, or the terminal, has delivered the answer to this sign-in."
                .to_owned(),
            facts: Vec::new(),
            next: "You can close this tab. The terminal shows the result.",
        }
    }

    /// The page for an answer whose result was not known in time.
    pub(super) fn still_working() -> Self {
        Self {
            status: StatusCode::OK,
            tone: Tone::Calm,
            title: "The terminal has taken over",
            text: "The answer arrived, and the rest takes longer than a page should wait for."
                .to_owned(),
            facts: Vec::new(),
            next: "You can close this tab. The terminal shows the result.",
        }
    }

    /// The page for a request that does not end the wait.
    pub(super) fn refused(reason: Reason) -> Self {
        let (status, title, text) = refusal(reason);
        let next = match reason {
            Reason::Framing
            | Reason::Method
            | Reason::Path
            | Reason::Host
            | Reason::Target
            | Reason::Headers => "",
            Reason::Decoding | Reason::Address | Reason::State | Reason::Empty => {
                "The program is still waiting: go back to the tab it opened, or open the address \
                 from the terminal once more."
            }
        };
        Self {
            status,
            tone: Tone::Calm,
            title,
            text: text.to_owned(),
            facts: Vec::new(),
            next,
        }
    }

    /// The whole document.
    pub(super) fn to_html(&self) -> String {
        let Self {
            status: _,
            tone,
            title,
            text,
            facts,
            next,
        } = self;
        let mut html = String::with_capacity(STYLE.len() + 2048);
        let (class, sign) = tone.look();
        let (title, text) = (escaped(title), escaped(text));
        html.push_str(HEAD);
        let _ = write!(
            html,
            "<title>{title} · lakekey</title>\n<style>{STYLE}</style>\n</head>\n"
        );
        let _ = write!(
            html,
            "<body>\n<main class=\"{class}\">\n<div class=\"mark\">{sign}</div>\n"
        );
        let _ = write!(html, "<h1>{title}</h1>\n<p>{text}</p>\n");
        if !facts.is_empty() {
            html.push_str("<dl>\n");
            for (name, value) in facts {
                let (name, value) = (escaped(name), escaped(value));
                let _ = writeln!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
            }
            html.push_str("</dl>\n");
        }
        if !next.is_empty() {
            let _ = writeln!(html, "<p class=\"next\">{}</p>", escaped(next));
        }
        html.push_str("</main>\n<footer>lakekey</footer>\n</body>\n</html>\n");
        html
    }

    /// The policy under which every page is sent: nothing but its own style.
    pub(super) fn content_security_policy() -> String {
        format!(
            "default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        )
    }
}

impl Tone {
    /// The class of the style sheet, and a drawing that needs no other file.
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", CHECK),
            Self::Bad => ("bad", CROSS),
            Self::Calm => ("calm", NOTE),
        }
    }
}

fn welcome(user: Option<&str>) -> String {
    match user {
        Some(user) => {
            format!("Welcome, {user}. The program that opened this page has what it needs.")
        }
        None => "The program that opened this page has what it needs.".to_owned(),
    }
}

fn refusal(reason: Reason) -> (StatusCode, &'static str, &'static str) {
    match reason {
        Reason::Framing => (
            StatusCode::BAD_REQUEST,
            "This request is not understood",
            "Only a plain request of a browser is answered here.",
        ),
        Reason::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            "This method is not served",
            "Only the redirect of a browser is answered here.",
        ),
        Reason::Path => (
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "This address belongs to a sign-in that is in progress, and has one page only.",
        ),
        Reason::Host => (
            StatusCode::MISDIRECTED_REQUEST,
            "This name is not served",
            "Only requests addressed to this machine itself are answered here.",
        ),
        Reason::Target => (
            StatusCode::URI_TOO_LONG,
            "This address is too long",
            "A redirect of a sign-in is much shorter than this.",
        ),
        Reason::Headers => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "This request is too large",
            "Its headers are larger than a browser sends; cookies kept for `localhost` may be why.",
        ),
        Reason::Decoding => (
            StatusCode::BAD_REQUEST,
            "This address cannot be read",
            "Some of its characters do not decode to text.",
        ),
        Reason::Address | Reason::State => (
            StatusCode::BAD_REQUEST,
            "This belongs to another attempt",
            "The address does not carry the mark of the sign-in in progress. It may come from an \
             earlier attempt, or from a page that tries to interfere.",
        ),
        Reason::Empty => (
            StatusCode::BAD_REQUEST,
            "Nothing arrived",
            "The browser reached this program but brought no answer. If the address bar shows one \
             after a `#`, the server put it where only the browser can see it.",
        ),
    }
}

/// Text as it may stand in an element or a quoted attribute: no control characters, no characters
/// that turn the writing direction, at most [`LONGEST`] characters, and no markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text
        .chars()
        .filter(|character| !is_hidden(*character))
        .take(LONGEST)
    {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The most characters of one text on a page.
const LONGEST: usize = 500;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"robots\" content=\"noindex\">
";

const CHECK: &str = "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><path d=\"m5 12.5 4.5 4.5L19 7.5\"/></svg>";
const CROSS: &str = "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
stroke-linecap=\"round\" aria-hidden=\"true\"><path d=\"m7 7 10 10M17 7 7 17\"/></svg>";
const NOTE: &str = "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
stroke-linecap=\"round\" aria-hidden=\"true\"><path d=\"M12 11v6M12 7v.01\"/></svg>";
