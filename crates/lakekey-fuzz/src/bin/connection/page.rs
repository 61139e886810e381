//! What holds for every answer of the listener.

use lakekey_fuzz::sign_in::STATE;

/// Nothing, or one whole HTTP message that is kept by nobody and tells no state.
pub(crate) fn property(page: &[u8], sent: &[u8]) {
    if page.is_empty() {
        return;
    }
    let page = std::str::from_utf8(page).expect("a page is text");
    let (head, body) = page.split_once("\r\n\r\n").expect("a head has an end");
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    let code = status
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    let code = code.and_then(|code| code.parse().ok()).unwrap_or(0);
    assert!(code == 200 || (400..500).contains(&code), "{status}");
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .collect();
    let one = |name: &str| {
        let mut values = headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| *value);
        assert!(values.next().is_none(), "{name} is there twice");
        value.unwrap_or_default()
    };
    assert_eq!(one("connection"), "close");
    assert_eq!(one("cache-control"), "no-store");
    assert_eq!(one("referrer-policy"), "no-referrer");
    assert!(one("content-security-policy").contains("default-src 'none'"));
    if sent.starts_with(b"HEAD ") && body.is_empty() {
        assert_eq!(one("content-length"), "");
    } else {
        assert_eq!(one("content-length"), body.len().to_string());
    }
    assert!(!page.contains(STATE), "{page}");
}
