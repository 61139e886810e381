/// A text as one word of a shell command, such as a name in a hint that is pasted.
///
/// ```
/// use lakekey_core::shell_word;
///
/// assert_eq!(shell_word("dev"), "dev");
/// assert_eq!(shell_word("it's mine"), r"'it'\''s mine'");
/// ```
pub fn shell_word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@=,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
