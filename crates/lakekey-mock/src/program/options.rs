//! Values of options.

use std::time::Duration;

use crate::{Consent, Fault, Rotation};

/// A number of seconds, or a number with `s`, `m`, `h` or `d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        unit => return Err(format!("`{unit}` is not one of s, m, h and d")),
    };
    let count: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a time such as 90s, 10m or 1h"))?;
    count
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is too long"))
}

/// `strict`, `single`, `never` or `grace=<time>`.
pub(super) fn rotation(text: &str) -> Result<Rotation, String> {
    match text.split_once('=') {
        None if text == "strict" => Ok(Rotation::Strict),
        None if text == "single" => Ok(Rotation::Single),
        None if text == "never" => Ok(Rotation::Never),
        Some(("grace", window)) => duration(window).map(Rotation::Grace),
        _ => Err("write strict, single, grace=30s or never".to_owned()),
    }
}

/// `ask`, `approve` or `deny`.
pub(super) fn consent(text: &str) -> Result<Consent, String> {
    crate::control::parse_consent(text)
}

/// A fault as one argument. Its parameters are checked too.
pub(super) fn fault(text: &str) -> Result<Fault, String> {
    let fault: Fault = text
        .parse()
        .map_err(|error: crate::FaultError| error.to_string())?;
    crate::Mock::new(crate::Setup::default())
        .inject(fault.clone())
        .map_err(|error| error.to_string())?;
    Ok(fault)
}
