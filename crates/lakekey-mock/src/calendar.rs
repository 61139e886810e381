//! Dates as HTTP writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The IMF-fixdate of a moment (RFC 9110 §5.6.7), for instance `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(moment: SystemTime) -> String {
    let seconds = unix_seconds(moment);
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let weekday = WEEKDAYS[usize::try_from((days + 4) % 7).unwrap_or(0)];
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{weekday}, {day:02} {name} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Whole seconds since 1970; moments before it count as its first second.
pub(crate) fn unix_seconds(moment: SystemTime) -> u64 {
    moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
}

/// Whether a time of this length, begun at that moment, is not over; one without end never is.
pub(crate) fn is_within(now: SystemTime, begun: SystemTime, length: Duration) -> bool {
    begun.checked_add(length).is_none_or(|end| now <= end)
}

/// Year, month and day of the given day since 1970 in the Gregorian calendar.
pub(crate) fn civil(days: u64) -> (u64, u64, u64) {
    // Counts from 1 March of year 0, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_for_ever_is_never_over() {
        let begun = UNIX_EPOCH + Duration::from_secs(10);
        assert!(is_within(begun, begun, Duration::ZERO));
        assert!(!is_within(
            begun + Duration::from_secs(2),
            begun,
            Duration::from_secs(1)
        ));
        assert!(is_within(begun, begun, Duration::MAX));
    }

    #[test]
    fn writes_the_example_of_rfc_9110() {
        assert_eq!(
            http_date(UNIX_EPOCH + Duration::from_secs(784_111_777)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn knows_leap_days() {
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(20_512), (2026, 2, 28));
    }
}
