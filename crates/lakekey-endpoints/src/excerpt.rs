//! Foreign text made fit for an error message.

/// The beginning of `text` on one line: control characters escaped, cut after [`LIMIT`] characters.
pub(crate) fn excerpt(text: &str) -> String {
    let mut excerpt = String::new();
    let mut characters = text.chars();
    for character in characters.by_ref().take(LIMIT) {
        match character {
            '"' | '\'' | '\\' => excerpt.push(character),
            other => excerpt.extend(other.escape_debug()),
        }
    }
    if characters.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

/// The part of a URL that may be shown: neither what stands before an `@`, nor query or fragment.
pub(crate) fn url_excerpt(text: &str) -> String {
    let is_end = |character| matches!(character, '?' | '#');
    let shown = |text: &str| excerpt(text.split(is_end).next().unwrap_or_default());
    match text.rsplit_once('@') {
        // A password with `?` in it and a query with `@` in it look alike.
        Some((before, _)) if before.contains(is_end) => "…".to_owned(),
        Some((_, after)) => format!("…@{}", shown(after)),
        None => shown(text),
    }
}

/// Enough to recognise a value, too little to fill a terminal.
const LIMIT: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_escaped() {
        let shown = excerpt("a\0b\nc\u{1b}[31md\u{202e}e\u{2028}");
        assert!(shown.is_ascii(), "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown}");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(excerpt(&"x".repeat(100)), "x".repeat(100));
        assert_eq!(excerpt(&"é".repeat(101)), format!("{}…", "é".repeat(100)));
    }

    #[test]
    fn user_information_query_and_fragment_are_left_out() {
        assert_eq!(url_excerpt("https://u:p@ws/x?token=t"), "…@ws/x");
        assert_eq!(url_excerpt("https://u:p?q@ws"), "…");
        assert_eq!(url_excerpt("https://ws/?to=me@secret"), "…");
        assert_eq!(url_excerpt("https://ws/#secret"), "https://ws/");
    }
}
