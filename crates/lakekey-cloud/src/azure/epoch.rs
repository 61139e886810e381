//! Moments as Azure writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lakekey_core::Token;
use lakekey_oauth::MAX_LIFETIME;
use serde_json::Value;

/// Seconds since 1970, as a number or as a string that holds one.
pub(super) fn seconds(value: &Value) -> Option<SystemTime> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    };
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds?))
}

/// The wall clock of a time zone, such as `2030-01-31 12:34:56.123456`.
pub(super) fn local(text: &str, zone: &TimeZone) -> Option<SystemTime> {
    let moment = zone.to_timestamp(text.parse::<DateTime>().ok()?).ok()?;
    moment.try_into().ok()
}

/// The token with what is left of its life, counted from now.
pub(super) fn ending(token: Token, moment: SystemTime, now: SystemTime) -> Token {
    let left = moment.duration_since(now).unwrap_or_default();
    token.lasting(now, left.min(MAX_LIFETIME))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn seconds_are_a_number_or_a_string() {
        assert_eq!(seconds(&json!(1_900_000_000)), Some(at(1_900_000_000)));
        assert_eq!(seconds(&json!("1900000000")), Some(at(1_900_000_000)));
        for other in [json!(null), json!(""), json!("soon"), json!(-1), json!(1.5)] {
            assert_eq!(seconds(&other), None, "{other}");
        }
    }

    #[test]
    fn a_wall_clock_is_read_in_its_zone() {
        let tokyo = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(
            local("2030-03-17 17:46:40.000000", &TimeZone::UTC),
            Some(at(1_900_000_000))
        );
        assert_eq!(
            local("2030-03-18 02:46:40", &tokyo),
            Some(at(1_900_000_000))
        );
        assert_eq!(local("tomorrow", &tokyo), None);
    }

    #[test]
    fn what_has_ended_has_no_life_left_and_nothing_lives_for_ever() {
        let now = at(1_000);
        let token = |seconds| ending(Token::bearer("t"), at(seconds), now).lifetime();
        assert_eq!(token(1_060), Some(Duration::from_secs(60)));
        assert_eq!(token(900), Some(Duration::ZERO));
        assert_eq!(token(u64::from(u32::MAX)), Some(MAX_LIFETIME));
    }
}
