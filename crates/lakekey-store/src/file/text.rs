/// Adds a JSON text, escaped as the official tools do.
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => {
                push_escaped(out, character);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, character: char) {
    let digits =
        [12, 8, 4, 0].map(|shift| char::from_digit(u32::from(character) >> shift & 15, 16));
    out.push_str("\\u");
    out.extend(digits.into_iter().flatten());
}

#[cfg(test)]
mod tests {
    use super::push_text;

    #[test]
    fn a_text_is_escaped_like_the_official_tools_do() {
        let mut out = String::new();
        push_text(&mut out, "<a&b> \"\\\n\u{1}\u{7f}é\u{2028}");
        assert_eq!(
            out,
            "\"\\u003ca\\u0026b\\u003e \\\"\\\\\\n\\u0001\u{7f}é\\u2028\""
        );
    }

    #[test]
    fn every_character_can_be_read_back() {
        let all: String = (char::MIN..='\u{2100}').collect();
        let mut out = String::new();
        push_text(&mut out, &all);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), all);
    }
}
