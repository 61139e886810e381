//! Numbers of seconds, as servers write them.

use std::time::Duration;

use serde_json::value::RawValue;

/// Whole seconds from a JSON number or a string that holds one: nothing below zero, nothing above
/// `most`. `None` for anything else.
///
/// Fractions are dropped. The value is read from its text, so no number is too large to read.
pub(crate) fn parse(value: &RawValue, most: Duration) -> Option<Duration> {
    let text: String;
    let number = match value.get() {
        quoted if quoted.starts_with('"') => {
            text = serde_json::from_str(quoted).ok()?;
            text.trim_ascii()
        }
        plain => plain,
    };
    let is_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && number
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if !is_number {
        return None;
    }
    let seconds: f64 = number.parse().ok()?;
    if seconds <= 0.0 {
        return Some(Duration::ZERO);
    }
    let duration = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    Some(Duration::from_secs(duration.as_secs()).min(most))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::value::RawValue;

    use super::parse;

    #[test]
    fn numbers_are_read_from_every_spelling() {
        let table = [
            ("3600", Some(3600)),
            (r#""3600""#, Some(3600)),
            (r#"" 3600 ""#, Some(3600)),
            ("3600.9", Some(3600)),
            ("3.6e3", Some(3600)),
            ("0", Some(0)),
            ("0.4", Some(0)),
            ("-5", Some(0)),
            (r#""-5""#, Some(0)),
            ("-1e400", Some(0)),
            ("1e18", Some(9000)),
            ("9223372036854775807", Some(9000)),
            ("1e400", Some(9000)),
            (r#""abc""#, None),
            (r#""""#, None),
            (r#""inf""#, None),
            (r#""NaN""#, None),
            (r#""-""#, None),
            (r#""0x10""#, None),
            ("true", None),
            ("null", None),
            ("[3600]", None),
            ("{}", None),
        ];
        for (json, expected) in table {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            let found = parse(value, Duration::from_secs(9000));
            assert_eq!(found, expected.map(Duration::from_secs), "{json}");
        }
    }
}
