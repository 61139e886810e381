use std::time::SystemTime;

use jiff::Timestamp;

/// A moment as RFC 3339, in UTC, with as many digits as it needs; the zero time of the official
/// tools for a moment before 1970 or beyond the year 9999.
pub(super) fn format(moment: SystemTime) -> String {
    match Timestamp::try_from(moment) {
        Ok(moment) if moment >= Timestamp::UNIX_EPOCH => moment.to_string(),
        _ => "0001-01-01T00:00:00Z".to_owned(),
    }
}

/// The moment a text names, not before 1970; `None` if the text, for want of an offset from UTC
/// or otherwise, names none.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let moment: Timestamp = text.parse().ok()?;
    moment.max(Timestamp::UNIX_EPOCH).try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{format, parse};

    #[test]
    fn moments_with_an_offset_are_exact() {
        for (text, seconds, nanos) in [
            ("2025-03-20T10:30:00Z", 1_742_466_600, 0),
            ("2025-03-20T10:30:00.123456789Z", 1_742_466_600, 123_456_789),
            ("2025-03-20T12:30:00.5+02:00", 1_742_466_600, 500_000_000),
            ("2025-03-20T00:30:00-10:00", 1_742_466_600, 0),
            ("2016-12-31T23:59:60Z", 1_483_228_799, 0),
            ("0001-01-01T00:00:00Z", 0, 0),
        ] {
            let moment = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(parse(text), Some(moment), "{text}");
        }
    }

    #[test]
    fn other_forms_name_no_moment() {
        for text in [
            "",
            "soon",
            "1742466600",
            "2025-03-20 10:30:00",
            "2025-03-20T10:30:00",
            "2025-03-20",
            "2025-13-20T10:30:00Z",
            "9999-12-31T23:59:59Z",
            "2025-03-20T10:30:00[Europe/Berlin]",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_written_as_zero() {
        for moment in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40),
        ] {
            assert_eq!(parse(&format(moment)), Some(SystemTime::UNIX_EPOCH));
        }
    }
}
