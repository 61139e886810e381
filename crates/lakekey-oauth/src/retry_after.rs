//! The `Retry-After` header (RFC 9110 §10.2.3).

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderName, Response};

/// How long the server asks to wait; `None` when it does not say, or not so that it can be read.
///
/// A date counts from the server's own `Date`, or from `started` without one, and asks for nothing
/// when it is over.
pub(crate) fn stated<B>(response: &Response<B>, started: SystemTime) -> Option<Duration> {
    let text = header(response, RETRY_AFTER)?;
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let now = header(response, DATE)
        .and_then(|text| httpdate::parse_http_date(text).ok())
        .unwrap_or(started);
    date.duration_since(now).ok()
}

fn header<B>(response: &Response<B>, name: HeaderName) -> Option<&str> {
    Some(response.headers().get(name)?.to_str().ok()?.trim_ascii())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::Response;
    use proptest::prelude::*;

    use super::stated;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7.
    const EXAMPLE: u64 = 784_111_777;

    fn seconds(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut response = Response::builder().header("retry-after", retry_after);
        if let Some(date) = date {
            response = response.header("date", date);
        }
        let started = SystemTime::UNIX_EPOCH + Duration::from_secs(EXAMPLE - 30);
        stated(&response.body(()).ok()?, started).map(|delay| delay.as_secs())
    }

    #[test]
    fn seconds_and_the_three_forms_of_dates_are_read() {
        let table = [
            ("1", Some(1)),
            ("0", Some(0)),
            ("86400", Some(86_400)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
            ("Sun Nov  6 08:49:37 1994", Some(30)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text, None), expected, "{text:?}");
        }
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_server() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(
            seconds(date, Some("Sun, 06 Nov 1994 08:49:36 GMT")),
            Some(1)
        );
        assert_eq!(seconds(date, Some("not a date")), Some(30));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[ -~]{0,40}") {
            let _ = seconds(&text, Some(&text));
        }
    }
}
