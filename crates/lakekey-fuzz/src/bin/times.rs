//! Fuzz target `times`: a text in each place where a server or a file writes a time: `Retry-After`,
//! `Date`, `expires_in` and the expiry of a stored token.

#![cfg_attr(fuzzing, no_main)]

use std::time::{Duration, SystemTime};

use http::Response;
use lakekey_fuzz::answer::{STARTED, started};
use lakekey_oauth::{Grant, MAX_LIFETIME, Retry, token_response};
use lakekey_store::Key;
use lakekey_store::fuzzing::file::load;
use serde_json::json;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    retry_after(text);
    expires_in(text);
    expiry(text);
}

fn retry_after(text: &str) {
    let answer = |date: Option<&str>| {
        let mut response = Response::builder().status(429).header("retry-after", text);
        if let Some(date) = date {
            response = response.header("date", date);
        }
        let response = response.body(Vec::new()).ok()?;
        token_response(&response, started(), &Grant::ClientCredentials).err()
    };
    let Some(error) = answer(None) else { return };
    let stated = error.retry_after();
    let seconds = text.trim_ascii();
    if let Ok(seconds) = seconds.parse::<u64>() {
        let expected = Some(seconds).filter(|_| text.bytes().all(|byte| byte != b'+'));
        assert_eq!(stated, expected.map(Duration::from_secs), "{text:?}");
    } else if let Some(moment) = http_date(seconds) {
        assert_eq!(
            stated.map(|it| it.as_secs()),
            moment.checked_sub(STARTED),
            "{text:?}"
        );
    }
    let advice = Retry::seeded(7).answered(&Grant::ClientCredentials, &error);
    assert_eq!(
        advice.is_none(),
        stated.is_some_and(|stated| stated > Retry::PATIENCE)
    );
    assert!(advice.is_none_or(|delay| delay <= Retry::PATIENCE));
    if let Some(error) = answer(Some(text)) {
        let zero = error.retry_after().is_none_or(|delay| delay.is_zero());
        assert!(
            zero || stated == error.retry_after(),
            "a date is no time after itself"
        );
    }
}

fn expires_in(text: &str) {
    for value in [text.to_owned(), json!(text).to_string()] {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{value}}}"#);
        let response = Response::builder().header("content-type", "application/json");
        let response = response.body(body.into_bytes()).expect("it is a response");
        let found = token_response(&response, started(), &Grant::ClientCredentials);
        let Ok(token) = found else {
            assert!(
                text.parse::<u32>().is_err() || text.starts_with(['+', '0']),
                "{text:?}"
            );
            continue;
        };
        let lifetime = token.lifetime().expect("a token from a server has one");
        assert!(lifetime <= MAX_LIFETIME, "{text:?}");
        if let Ok(seconds) = text.parse::<u64>() {
            assert_eq!(
                lifetime,
                Duration::from_secs(seconds).min(MAX_LIFETIME),
                "{text:?}"
            );
        }
    }
}

/// What names no moment counts as long over.
fn expiry(text: &str) {
    let entry = json!({"access_token": "a", "refresh_token": "r", "expiry": text});
    let file = json!({"version": 1, "tokens": {"dev": entry}}).to_string();
    let token = load(file.as_bytes(), &Key::new("dev")).expect("an expiry is no reason to refuse");
    let found = token
        .expect("it is there")
        .expiry()
        .expect("it can be renewed, so it ends");
    let found = found
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("nothing is before 1970");
    assert!(found.as_secs() < END_OF_9999, "{text:?}");
    if let Some(moment) = rfc_3339(text) {
        assert_eq!(found.as_secs(), moment, "{text:?}");
    }
    if !text.contains('T') && !text.contains('t') && !text.contains(' ') {
        assert_eq!(found, Duration::ZERO, "{text:?}");
    }
}

/// Seconds since 1970 of an HTTP date of the preferred form, `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once(", ")?;
    let [day, month, year, time, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let date = date(digits(year, 4)?, month as u64, digits(day, 2)?)?;
    let weekday = WEEKDAYS[usize::try_from((date + 4) % 7).ok()?];
    (text.starts_with(weekday) && text.len() == 29).then_some(date * 86_400 + clock(time)?)
}

/// Seconds since 1970 of a moment such as `2025-03-20T10:30:00Z`.
fn rfc_3339(text: &str) -> Option<u64> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = day.split('-').collect::<Vec<_>>()[..] else {
        return None;
    };
    let date = date(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)?;
    Some(date * 86_400 + clock(time)?)
}

/// Seconds since midnight.
fn clock(text: &str) -> Option<u64> {
    let [hour, minute, second] = text.split(':').collect::<Vec<_>>()[..] else {
        return None;
    };
    let [hour, minute, second] = [digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?];
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Days since 1970, counted year by year.
fn date(year: u64, month: u64, day: u64) -> Option<u64> {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let february = 28 + u64::from(is_leap(year));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    let is_day = (1..=*months.get(before)?).contains(&day);
    let is_known = (1970..9999).contains(&year);
    let days: u64 = months[..before].iter().sum();
    let years = (1970..year).map(|year| 365 + u64::from(is_leap(year)));
    (is_day && is_known).then(|| years.sum::<u64>() + days + day - 1)
}

fn digits(text: &str, count: usize) -> Option<u64> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const END_OF_9999: u64 = 253_402_300_800;
