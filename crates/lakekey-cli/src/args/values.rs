//! Values of options that are more than text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use lakekey::Storage;

/// How results and failures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // No documentation of the values: it would turn every help page into the long form.
    Text,
    Json,
}

/// The method of a REST call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

impl Method {
    /// The method as HTTP knows it.
    pub(crate) fn http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Patch => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
            Self::Head => http::Method::HEAD,
        }
    }

    /// Whether the method has no body, so that what is sent goes into the query.
    pub(crate) fn has_no_body(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Delete)
    }
}

/// A place where logins are kept.
pub(super) fn storage(text: &str) -> Result<Storage, &'static str> {
    text.parse()
        .map_err(|_| "write plaintext for the file, or secure for the keyring")
}

/// A span of time: seconds, or numbers with the units `h`, `m`, `s` and `ms` one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeout(pub(crate) Duration);

impl fmt::Display for Timeout {
    /// As `5m` or `1h30m`; parts below a second are left out where there is a whole one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds == 0 {
            return write!(formatter, "{:?}", self.0);
        }
        for (count, unit) in [
            (seconds / 3600, "h"),
            (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ] {
            if count > 0 {
                write!(formatter, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span = text
            .parse()
            .ok()
            .map(Duration::from_secs)
            .or_else(|| units(text));
        match span {
            Some(span) if (Duration::from_millis(1)..=LONGEST).contains(&span) => Ok(Self(span)),
            Some(_) => Err("it must be more than 0 and at most 24h".to_owned()),
            None => Err("write it as `90s`, `5m` or `1h30m`".to_owned()),
        }
    }
}

/// The sum of all parts; `None` when one of them is no number with a unit.
fn units(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |at| digits + at);
        let seconds = match &rest[digits..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        sum = sum.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(sum)
}

/// A text that is not empty.
pub(super) fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

const LONGEST: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::{Duration, Timeout};

    #[test]
    fn spans_are_read_in_every_usual_spelling() {
        for (text, milliseconds) in [
            ("300", 300_000),
            ("300s", 300_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("1h0m0s", 3_600_000),
            ("1.5m", 90_000),
            ("250ms", 250),
            ("24h", 86_400_000),
        ] {
            let expected = Timeout(Duration::from_millis(milliseconds));
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn spans_are_shown_as_people_write_them() {
        for text in ["5m", "1h30m", "2h5s", "250ms"] {
            assert_eq!(text.parse::<Timeout>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "0",
            "0s",
            "-1",
            "-1s",
            "abc",
            "1e99",
            "5x",
            "m",
            "1h5",
            ".",
            "25h",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
    }
}
