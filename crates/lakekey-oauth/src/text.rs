//! Text of the other side, made fit for a message.

/// `text` on one line: what a terminal or a reader could be misled by is replaced, and the rest is
/// cut after [`LIMIT`] characters.
pub(crate) fn sanitised(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(LIMIT).map(harmless).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// `text` sanitised, or `None` when it is empty or repeats one of `secrets`.
pub(crate) fn foreign(text: &str, secrets: &[&str]) -> Option<String> {
    let repeats = |secret: &&str| !secret.is_empty() && text.contains(*secret);
    if text.is_empty() || secrets.iter().any(repeats) {
        return None;
    }
    Some(sanitised(text))
}

/// `text` with `…` in the place of each of `secrets`.
pub(crate) fn without(text: &str, secrets: &[&str]) -> String {
    let secrets = secrets.iter().filter(|secret| !secret.is_empty());
    secrets.fold(text.to_owned(), |text, secret| text.replace(*secret, "…"))
}

fn harmless(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' => ' ',
        // Soft hyphen, zero-width and direction characters, line separators, interlinear
        // annotations and tags: they are not seen, or change what is seen.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        plain => plain,
    }
}

/// Enough for a sentence, too little to fill a terminal.
const LIMIT: usize = 300;

#[cfg(test)]
mod tests {
    use super::{foreign, sanitised, without};

    #[test]
    fn what_misleads_a_terminal_is_replaced() {
        assert_eq!(
            sanitised("a\u{1b}[31mb\r\nc\u{202e}d\u{9b}"),
            "a\u{fffd}[31mb  c\u{fffd}d\u{fffd}"
        );
    }

    #[test]
    fn secrets_are_taken_out_of_a_text() {
        let text = "all-apis code-1 a=verifier-2&b";
        assert_eq!(
            without(text, &["code-1", "", "verifier-2"]),
            "all-apis … a=…&b"
        );
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(sanitised(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(sanitised(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn a_text_that_repeats_a_secret_is_withheld() {
        assert_eq!(foreign("the token s3cret is dead", &["s3cret"]), None);
        assert_eq!(foreign("dead", &["", "s3cret"]), Some("dead".to_owned()));
        assert_eq!(foreign("", &[]), None);
    }
}
