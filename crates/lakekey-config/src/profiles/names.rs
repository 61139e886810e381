use lakekey_core::{Code, Error};

use super::document::SETTINGS;

/// Checks the name of a profile to be: it must stay inside its brackets and mean itself.
pub(super) fn checked_name(name: &str) -> Result<&str, Error> {
    let problem = if name == SETTINGS {
        "is reserved"
    } else if name.trim().is_empty() {
        "is empty"
    } else if name.trim() != name {
        "begins or ends with a blank"
    } else if name.contains(['[', ']']) || name.contains(char::is_control) {
        "holds a bracket or a control character"
    } else {
        return Ok(name);
    };
    let message = format!("the profile name `{}` {problem}", shown(name));
    Err(Error::new(Code::Usage, message).with_hint("choose a name of letters, digits and dashes"))
}

/// Checks a key to be: ASCII letters, digits, `_`, `-` and `.`.
pub(super) fn checked_key(key: &str) -> Result<&str, Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if !key.is_empty() && key.bytes().all(fits) {
        return Ok(key);
    }
    let message = format!("`{}` is no key of a profile", shown(key));
    Err(Error::new(Code::Usage, message).with_hint("keys are letters, digits, `_`, `-` and `.`"))
}

/// Checks a value to be; the error names the key only.
pub(super) fn checked_value<'a>(key: &str, value: &'a str) -> Result<&'a str, Error> {
    let problem = if value.is_empty() {
        "is empty"
    } else if value.contains(char::is_control) {
        "holds a line break or another control character"
    } else {
        return Ok(value);
    };
    Err(Error::new(
        Code::Usage,
        format!("the value of `{key}` {problem}"),
    ))
}

/// A name as it may appear in a message: escaped, and cut when long.
pub(crate) fn shown(name: &str) -> String {
    let escaped: String = name.escape_debug().take(SHOWN + 1).collect();
    match escaped.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &escaped[..at]),
        None => escaped,
    }
}

const SHOWN: usize = 64;
