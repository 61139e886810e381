use std::error::Error;

/// Checks what holds for every message that a person reads: it is short, on one line, without
/// characters that mislead a terminal, and without the secrets.
///
/// # Panics
///
/// If it does not hold.
pub fn check_message(error: &(impl Error + ?Sized), secrets: &[&str]) {
    let message = error.to_string();
    assert!(message.chars().count() < LONGEST, "{message:?}");
    assert!(!message.contains(misleads), "{message:?}");
    let shown = format!("{message} {error:?}");
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Control characters, and those that turn or hide what stands beside them.
fn misleads(character: char) -> bool {
    character.is_control() || TURNING.contains(&character)
}

const TURNING: [char; 6] = [
    '\u{200b}', '\u{200e}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{feff}',
];
/// A few foreign texts of 300 characters each, and a sentence.
const LONGEST: usize = 2000;
