//! What holds when a text is no host.

use lakekey_endpoints::{Host, HostError};

pub(crate) fn property(error: &HostError) {
    let message = error.to_string();
    assert!(!message.chars().any(char::is_control), "{message:?}");
    assert!(message.len() < LONGEST, "{message:?}");
    assert_eq!(error.code(), "invalid_host");
}

/// A password before the text makes it no host, and is not repeated.
pub(crate) fn never_with_user_information(text: &str) {
    for scheme in ["", "https://", "http://", "ftp://"] {
        let error = format!("{scheme}me:{SECRET}@{text}").parse::<Host>();
        let error = error.expect_err("user information is refused");
        let shown = format!("{error} {error:?}");
        assert!(text.contains(SECRET) || !shown.contains(SECRET), "{shown}");
    }
}

const SECRET: &str = "s3cr3t";
/// 100 characters of the text, the longest of them escaped, and a sentence.
const LONGEST: usize = 100 * "\\u{10ffff}".len() + 200;
