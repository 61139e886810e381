//! JSON with another layout and the same content.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

/// The document with two blanks a level and a line a member; `None` when it is no JSON.
///
/// Only the blanks between the tokens change: numbers keep their digits, keys their order, texts
/// their spelling.
pub(crate) fn pretty(document: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(document).ok()?;
    let mut layout = Layout::default();
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => text_length(rest),
            _ => first.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        layout.push(first, token);
        rest = tail;
    }
    Some(layout.text)
}

#[derive(Default)]
struct Layout {
    text: String,
    depth: usize,
    /// Whether an object or array was opened and nothing is in it yet.
    opened: bool,
}

impl Layout {
    fn push(&mut self, first: char, token: &str) {
        match first {
            ' ' | '\t' | '\n' | '\r' => return,
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if !self.opened {
                    self.new_line();
                }
            }
            _ if self.opened => self.new_line(),
            _ => {}
        }
        self.opened = false;
        match first {
            '{' | '[' => {
                self.text.push(first);
                self.depth += 1;
                self.opened = true;
            }
            ',' => {
                self.text.push(',');
                self.new_line();
            }
            ':' => self.text.push_str(": "),
            _ => self.text.push_str(token),
        }
    }

    fn new_line(&mut self) {
        let _ = write!(self.text, "\n{:width$}", "", width = 2 * self.depth);
    }
}

/// The length of the text that begins here, with both quotes.
fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest
        .char_indices()
        .skip(1)
        .find(|(_, character)| match (escaped, character) {
            (true, _) => {
                escaped = false;
                false
            }
            (false, '\\') => {
                escaped = true;
                false
            }
            (false, character) => *character == '"',
        });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn numbers_order_and_texts_stay_as_they_are() {
        let document = r#"{"z":12345678901234567890123,"a":[1.10,-0,1e400,{}, []],"t":"é\"\\{,:}é","e":{"n":null}}"#;
        insta::assert_snapshot!(pretty(document).unwrap(), @r#"
        {
          "z": 12345678901234567890123,
          "a": [
            1.10,
            -0,
            1e400,
            {},
            []
          ],
          "t": "é\"\\{,:}é",
          "e": {
            "n": null
          }
        }
        "#);
    }

    #[test]
    fn scalars_stand_alone_and_blanks_go() {
        assert_eq!(pretty(" 7\n").as_deref(), Some("7"));
        assert_eq!(pretty("[ ]").as_deref(), Some("[]"));
        assert_eq!(
            pretty("[[1, 2] ]").as_deref(),
            Some("[\n  [\n    1,\n    2\n  ]\n]")
        );
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        for text in ["", "<html>", "{\"a\":}", "{} {}", "'a'"] {
            assert_eq!(pretty(text), None, "{text}");
        }
    }
}
