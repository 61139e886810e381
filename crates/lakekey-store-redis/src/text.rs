//! Text that others wrote.

/// The first characters of the text, those escaped that a terminal would not show.
pub(crate) fn shown(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for character in text.chars().take(longest) {
        match character {
            '\'' | '"' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn only_what_can_be_seen_is_left() {
        assert_eq!(
            shown("it's é\u{1b}[2J\u{202e}\n", 12),
            r"it's é\u{1b}[2J\u{202e}\n"
        );
        assert_eq!(shown("abcdef", 3), "abc");
    }
}
