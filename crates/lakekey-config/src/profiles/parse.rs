use std::ops::Range;

use super::value::{self, first_line};

/// Why a profile file could not be parsed, and where.
///
/// Neither the error nor its text holds anything of the file but the number of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    line: usize,
    problem: Problem,
}

impl ParseError {
    /// The number of the line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("neither a section nor a comment, and no `=` or `:` after a key")]
    NoDelimiter,
    #[error("no key before the delimiter")]
    NoKey,
    #[error("the section name is not closed with `]`")]
    OpenSection,
    #[error("the section has no name")]
    NoSection,
    #[error("the quoted value is never closed")]
    OpenQuote,
    #[error("the quoted key is never closed")]
    OpenKey,
}

/// One line of a profile file, or the few lines of a value that spans them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it stands, line endings included.
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Comment,
    Header {
        name: Range<usize>,
    },
    Entry {
        key: Range<usize>,
        /// All that follows the delimiter, to the end of the item.
        value: Range<usize>,
    },
}

/// Cuts `text` into items without a gap: only a byte order mark at the front belongs to none.
pub(super) fn parse(text: &str) -> Result<Vec<Item>, ParseError> {
    let mut items = Vec::new();
    let mut at = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    };
    let mut line = 1;
    while at < text.len() {
        let item = item(text, at).map_err(|problem| ParseError { line, problem })?;
        at = item.span.end;
        line += text[item.span.clone()].matches('\n').count();
        items.push(item);
    }
    Ok(items)
}

fn item(text: &str, at: usize) -> Result<Item, Problem> {
    let line = first_line(&text[at..]);
    let body = line.trim_start();
    let start = at + line.len() - body.len();
    let end = at + line.len();
    match body.chars().next() {
        None => Ok(Item {
            span: at..end,
            kind: Kind::Blank,
        }),
        Some('#' | ';') => Ok(Item {
            span: at..end,
            kind: Kind::Comment,
        }),
        Some('[') => Ok(Item {
            span: at..end,
            kind: header(body, start)?,
        }),
        Some(_) => entry(text, at, start, body),
    }
}

fn header(body: &str, start: usize) -> Result<Kind, Problem> {
    match body.rfind(']') {
        None => Err(Problem::OpenSection),
        Some(1) => Err(Problem::NoSection),
        Some(close) => Ok(Kind::Header {
            name: start + 1..start + close,
        }),
    }
}

fn entry(text: &str, at: usize, start: usize, body: &str) -> Result<Item, Problem> {
    let quote = key_quote(body);
    let open = quote.len();
    let close = match quote {
        "" => 0,
        quote => open + body[open..].find(quote).ok_or(Problem::OpenKey)?,
    };
    let after = close + open;
    let delimiter = after + body[after..].find(['=', ':']).ok_or(Problem::NoDelimiter)?;
    let key = if quote.is_empty() {
        0..delimiter
    } else {
        open..close
    };
    let blanks = body[key.clone()].len() - body[key.clone()].trim_start().len();
    let key_start = start + key.start + blanks;
    let key = body[key].trim();
    if key.is_empty() {
        return Err(Problem::NoKey);
    }
    let from = start + delimiter + 1;
    let end = from + value::read(&text[from..]).ok_or(Problem::OpenQuote)?.len;
    let kind = Kind::Entry {
        key: key_start..key_start + key.len(),
        value: from..end,
    };
    Ok(Item {
        span: at..end,
        kind,
    })
}

/// The quote that a key stands in; empty for a bare key.
fn key_quote(body: &str) -> &'static str {
    ["\"\"\"", "\"", "`"]
        .into_iter()
        .find(|quote| body.starts_with(quote))
        .unwrap_or_default()
}

pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';
