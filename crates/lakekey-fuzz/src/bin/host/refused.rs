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
        let shown = |password| {
            let error = format!("{scheme}me:{password}@{text}").parse::<Host>();
            let error = error.expect_err("user information is refused");
            format!("{error} {error:?}")
        };
        assert_eq!(shown("s3cr3t"), shown("0ther"), "the password is seen");
    }
}

/// 100 characters of the text, the longest of them escaped, and a sentence.
const LONGEST: usize = 100 * "\\u{10ffff}".len() + 200;
