//! When a token ends, as the official SDKs read it from the command.

use std::time::SystemTime;

use lakekey_store::{FileStore, Key, TokenStore};
use serde::Deserialize;

use super::Facts;
use super::command::{Login, answer};
use crate::case::{Finding, Wrong, holds, same, there};
use crate::probe::Probe;

/// A text for a moment, and what an SDK takes it for; then what it takes ours for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expiry {
    sdk: Sdk,
    text: String,
    /// The moment, without an offset on the clock of the machine; absent: an error.
    moment: Option<String>,
    /// The time zone of the machine, and its hours ahead of UTC.
    zone: Option<(String, i64)>,
}

/// Whose rule it is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sdk {
    Go,
    Python,
    Java,
}

impl Facts for Expiry {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let (zone, ahead) = self.zone.clone().unwrap_or(("UTC0".to_owned(), 0));
        let moment = self.moment.as_deref().map(Reading::of).transpose()?;
        let moment = moment.and_then(|moment| moment.within(ahead));
        same("the moment", self.sdk.read(&self.text, ahead), moment)?;
        self.ours(probe, &zone, ahead)
    }
}

impl Expiry {
    /// What the command prints is taken for the moment at which its token ends.
    fn ours(&self, probe: &mut Probe, zone: &str, ahead: i64) -> Finding {
        let login = Login::new(probe, None, None)?;
        login.sign_in(probe, None, None)?;
        let arguments = ["auth", "token", "--host", login.host()];
        let answer = answer(probe, &arguments, Some(zone))?;
        let text = there("expiry", answer["expiry"].as_str())?;
        let read = self.sdk.read(text, ahead);
        let (seconds, _) = there(&format!("a moment in `{text}`"), read)?;
        let kept = FileStore::in_home(probe.home()?.path()).load(&Key::new(login.host()))?;
        let end = kept.and_then(|token| token.expiry());
        let end = there("the end of the token", end)?;
        let end = end.duration_since(SystemTime::UNIX_EPOCH)?;
        same(
            "the end of the token",
            u64::try_from(seconds)?,
            end.as_secs(),
        )
    }
}

impl Sdk {
    /// The seconds since 1970 and the nanoseconds, on a machine whose clock is that many hours ahead.
    fn read(self, text: &str, ahead: i64) -> Option<(i64, u32)> {
        let reading = Reading::of(text).ok()?;
        let Reading {
            naive, zone, has_t, ..
        } = &reading;
        let digits = reading.fraction.len();
        match self {
            // RFC 3339; or with a blank and without a zone, as UTC.
            Self::Go => reading.within(0).filter(|_| *has_t != zone.is_empty()),
            // What follows the seconds goes with the fraction, a `Z` always; the rest is the machine's clock.
            Self::Python if digits == 0 && !["", "Z"].contains(&zone.as_str()) => None,
            Self::Python => Some((naive - ahead * HOUR, 0)),
            Self::Java if digits > 9 => None,
            Self::Java => reading.within(ahead).filter(|_| *has_t != zone.is_empty()),
        }
    }
}

/// A text as it is written, not yet a moment.
#[derive(Debug)]
struct Reading {
    /// Seconds since 1970 if the clock were that of UTC.
    naive: i64,
    fraction: String,
    /// Nothing, `Z` or an offset.
    zone: String,
    has_t: bool,
}

impl Reading {
    fn of(text: &str) -> Finding<Self> {
        let wrong = || Wrong::new(format!("`{text}` is no moment"));
        let (clock, rest) = text.split_at_checked(SHAPE.len()).ok_or_else(wrong)?;
        let well = clock.bytes().zip(SHAPE.bytes()).all(|pair| match pair {
            (found, b'0') => found.is_ascii_digit(),
            (found, b'T') => found == b'T' || found == b' ',
            (found, other) => found == other,
        });
        holds(well, wrong().0)?;
        let number = |from: usize, to: usize| clock[from..to].parse::<i64>();
        let days = days(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let seconds = number(11, 13)? * HOUR + number(14, 16)? * 60 + number(17, 19)?;
        let is_fraction = |byte: &u8| *byte == b'.' || byte.is_ascii_digit();
        let (fraction, zone) = rest.split_at(rest.bytes().take_while(is_fraction).count());
        Ok(Self {
            naive: days * 24 * HOUR + seconds,
            fraction: fraction.trim_start_matches('.').to_owned(),
            zone: zone.to_owned(),
            has_t: clock.contains('T'),
        })
    }

    /// The moment; without a zone, on a clock that is that many hours ahead.
    fn within(&self, ahead: i64) -> Option<(i64, u32)> {
        let nanos = format!("{:0<9}", self.fraction).get(..9)?.parse().ok()?;
        let offset = match self.zone.as_str() {
            "" => ahead * HOUR,
            "Z" => 0,
            zone => offset(zone)?,
        };
        Some((self.naive - offset, nanos))
    }
}

/// The seconds ahead of UTC in, for instance, `+01:00`.
fn offset(zone: &str) -> Option<i64> {
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * HOUR + minutes.parse::<i64>().ok()? * 60;
    Some(sign * seconds)
}

/// Days since 1970-01-01 in the Gregorian calendar, for years that have four digits.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

const SHAPE: &str = "0000-00-00T00:00:00";
const HOUR: i64 = 3600;
