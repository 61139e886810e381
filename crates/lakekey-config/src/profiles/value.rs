use std::borrow::Cow;
use std::ops::Range;

/// One value as it stands in a profile file.
pub(super) struct Value<'a> {
    /// What it means: quotes removed, lines joined, inline comment cut off.
    pub(super) text: Cow<'a, str>,
    /// Where it stands, quotes included, in the text it was read from.
    pub(super) part: Range<usize>,
    /// How far it reaches, the end of its last line included.
    pub(super) len: usize,
}

/// Reads the value that `rest`, the text after a delimiter, starts with.
///
/// `None` when a quote that may span lines is never closed.
pub(super) fn read(rest: &str) -> Option<Value<'_>> {
    let line = first_line(rest);
    let body = line.trim_start();
    let start = line.len() - body.len();
    if body.is_empty() {
        let blanks = line.trim_end_matches(['\r', '\n']).len();
        return Some(Value {
            text: "".into(),
            part: 0..blanks,
            len: line.len(),
        });
    }
    if let Some(quote) = verbatim_quote(body) {
        return verbatim(rest, start, quote);
    }
    let bare = body.trim_end();
    if bare.ends_with('\\') {
        return Some(continued(rest, start));
    }
    let comment = bare.find(" #").or_else(|| bare.find(" ;"));
    let bare = bare[..comment.unwrap_or(bare.len())].trim_end();
    Some(Value {
        text: unquoted(bare).into(),
        part: start..start + bare.len(),
        len: line.len(),
    })
}

/// Spells `value` so that [`read`] gives it back when `tail` follows on the same line.
///
/// The plainest spelling that works is taken; `None` when there is none.
pub(super) fn spell(value: &str, tail: &str) -> Option<String> {
    let spellings = [
        value.to_owned(),
        format!("\"{value}\""),
        format!("`{value}`"),
        format!("\"\"\"{value}\"\"\""),
    ];
    spellings.into_iter().find(|spelling| {
        let line = format!("{spelling}{tail}");
        read(&line).is_some_and(|read| read.text == value && read.part == (0..spelling.len()))
    })
}

/// The first line of `text`, its line ending included.
pub(super) fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// The quote of a value that is taken verbatim and may span lines.
fn verbatim_quote(body: &str) -> Option<&'static str> {
    if body.len() > TRIPLE.len() && body.starts_with(TRIPLE) {
        Some(TRIPLE)
    } else {
        body.starts_with(BACKTICK).then_some(BACKTICK)
    }
}

fn verbatim<'a>(rest: &'a str, start: usize, quote: &str) -> Option<Value<'a>> {
    let open = start + quote.len();
    let mut from = open;
    loop {
        let line = first_line(&rest[from..]);
        if line.is_empty() {
            return None;
        }
        let len = from + line.len();
        if let Some(at) = line.rfind(quote) {
            let close = from + at;
            let part = start..close + quote.len();
            return Some(Value {
                text: rest[open..close].into(),
                part,
                len,
            });
        }
        from = len;
    }
}

/// A value that goes on while its lines end in a backslash; a blank line ends it too.
fn continued(rest: &str, start: usize) -> Value<'_> {
    let mut len = first_line(rest).len();
    let first = rest[..len].trim_end();
    let mut end = first.len();
    let mut text = first[start..].to_owned();
    while text.ends_with('\\') {
        text.pop();
        let line = first_line(&rest[len..]);
        if !line.trim().is_empty() {
            text.push_str(line.trim());
            end = len + line.trim_end().len();
        }
        len += line.len();
        if line.trim().is_empty() {
            break;
        }
    }
    Value {
        text: text.into(),
        part: start..end,
        len,
    }
}

/// Removes one pair of matching quotes that stand nowhere else in the value.
fn unquoted(bare: &str) -> &str {
    ['\'', '"']
        .into_iter()
        .find_map(|quote| {
            bare.strip_prefix(quote)?
                .strip_suffix(quote)
                .filter(|inner| !inner.contains(quote))
        })
        .unwrap_or(bare)
}

const TRIPLE: &str = "\"\"\"";
const BACKTICK: &str = "`";

#[cfg(test)]
mod tests {
    use super::{read, spell};

    #[test]
    fn the_dialect_holds() {
        for (line, expected) in [
            (" plain ", "plain"),
            ("a = b : c", "a = b : c"),
            ("cut # here", "cut"),
            ("cut ; here", "cut"),
            ("; first ; second # third", "; first ; second"),
            ("kept#kept;kept", "kept#kept;kept"),
            ("# not cut", "# not cut"),
            ("kept\t# a tab is no blank", "kept\t# a tab is no blank"),
            ("'single'", "single"),
            ("\"double\" # cut", "double"),
            ("\"it's\"", "it's"),
            ("\"a\" and \"b\"", "\"a\" and \"b\""),
            ("\"unmatched'", "\"unmatched'"),
            ("\"\"", ""),
            ("\"", "\""),
            ("`a # b ; c` # cut", "a # b ; c"),
            ("\"\"\"a # b\"\"\"", "a # b"),
            ("`two\nlines` cut\nnext", "two\nlines"),
            ("one \\\n  two\\\nthree\nnext", "one twothree"),
            ("open \\\n\nnext", "open "),
            ("open\\", "open"),
            ("\\", ""),
            ("", ""),
            ("   \r\nnext", ""),
            ("%(x)s", "%(x)s"),
            ("cut\r\n", "cut"),
        ] {
            assert_eq!(read(line).unwrap().text, expected, "{line:?}");
        }
    }

    #[test]
    fn an_unclosed_verbatim_quote_is_no_value() {
        for line in ["`", "`a\nb\n", "\"\"\"a", "\"\"\"\n"] {
            assert!(read(line).is_none(), "{line:?}");
        }
    }

    #[test]
    fn the_plainest_spelling_is_taken() {
        for (value, expected) in [
            ("https://w.example/?o=1#x;y", "https://w.example/?o=1#x;y"),
            ("a #b", "`a #b`"),
            ("a ;`b", "`a ;`b`"),
            (" a", "\" a\""),
            ("'a'", "\"'a'\""),
            ("\"a\"", "`\"a\"`"),
            ("a\\", "\"a\\\""),
            ("`", "\"`\""),
        ] {
            assert_eq!(spell(value, "\n").as_deref(), Some(expected), "{value:?}");
        }
        assert_eq!(spell("a #b", " # `\n").as_deref(), Some("\"\"\"a #b\"\"\""));
        assert_eq!(spell("a #b", " # ` \"\"\"\n"), None);
    }
}
