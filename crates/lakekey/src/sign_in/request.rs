use super::gate::Reason;

/// Reads a request head and says what it brings to the callback: the request target, such as
/// `/?code=…&state=…`.
///
/// The checks, in this order: framing (RFC 9112 §2.2, §3.2, §6.3), method, path, `Host`
/// (RFC 9110 §7.2), decoding. `head` ends with its empty line and has `\r\n` line ends only;
/// `port` is the one the listener is bound to.
pub(super) fn callback(head: &[u8], port: u16) -> Result<&str, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Reason::Headers.into()),
        Ok(httparse::Status::Partial) | Err(_) => return Err(Reason::Framing.into()),
    }
    let (Some(method), Some(target)) = (request.method, request.path) else {
        return Err(Reason::Framing.into());
    };
    let refused = |reason| {
        Err(Refusal {
            reason,
            bodiless: method == "HEAD",
        })
    };
    let Some(host) = sole_host(request.headers) else {
        return refused(Reason::Framing);
    };
    if method != "GET" {
        return refused(Reason::Method);
    }
    if announces_body(request.headers) || !target.starts_with('/') || target.contains('#') {
        return refused(Reason::Framing);
    }
    if target.split('?').next() != Some("/") {
        return refused(Reason::Path);
    }
    if !is_loopback(host, port) {
        return refused(Reason::Host);
    }
    if !target.is_ascii() {
        return refused(Reason::Decoding);
    }
    Ok(target)
}

/// Why a request was not let through, and how to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    /// Whether the answer must have no body, which is so for `HEAD`.
    pub(super) bodiless: bool,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            bodiless: false,
        }
    }
}

/// The value of the only `Host` header; `None` when there is none, more than one, or an empty one.
fn sole_host<'a>(headers: &[httparse::Header<'a>]) -> Option<&'a str> {
    let mut values = named(headers, "host");
    match (values.next(), values.next()) {
        (Some(value), None) => std::str::from_utf8(value)
            .ok()
            .filter(|host| !host.is_empty()),
        _ => None,
    }
}

/// Whether more bytes than the head are said to follow, which no redirect has.
fn announces_body(headers: &[httparse::Header<'_>]) -> bool {
    named(headers, "transfer-encoding").next().is_some()
        || named(headers, "content-length").any(|length| length != b"0")
}

/// Whether the host is a name of this machine's loopback with the bound port, so that a foreign
/// name that was made to resolve to it (DNS rebinding) is not served.
fn is_loopback(host: &str, port: u16) -> bool {
    let (name, written) = match host.rsplit_once(':') {
        Some((name, written)) if !written.ends_with(']') => (name, Some(written)),
        _ => (host, None),
    };
    let port_fits = match written {
        Some(written) => written == port.to_string(),
        None => port == 80,
    };
    port_fits
        && LOOPBACK_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
}

fn named<'s, 'a>(
    headers: &'s [httparse::Header<'a>],
    name: &'static str,
) -> impl Iterator<Item = &'a [u8]> + 's {
    let fits = move |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case(name);
    headers.iter().filter(fits).map(|header| header.value)
}

const MOST_HEADERS: usize = 100;
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reason, callback};

    fn reason(head: &str) -> Reason {
        callback(head.as_bytes(), 8020).unwrap_err().reason
    }

    #[test]
    fn a_redirect_is_let_through() {
        for host in [
            "localhost:8020",
            "LOCALHOST:8020",
            "127.0.0.1:8020",
            "[::1]:8020",
        ] {
            let head = format!("GET /?code=c&state=s HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(
                callback(head.as_bytes(), 8020),
                Ok("/?code=c&state=s"),
                "{host}"
            );
        }
        let default_port = b"GET /?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(callback(default_port, 80), Ok("/?code=c"));
    }

    #[test]
    fn c_cb_11_other_paths_are_not_the_callback() {
        for path in [
            "/favicon.ico",
            "/robots.txt",
            "/callback2?code=X&state=good",
            "/%2e%2e/?code=X",
            "//?code=X",
            "/index.html",
            "/./?code=X",
            "/;?code=X",
        ] {
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:8020\r\n\r\n");
            assert_eq!(reason(&head), Reason::Path, "{path}");
        }
    }

    #[test]
    fn c_cb_12_other_methods_are_not_the_callback() {
        for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "get"] {
            let head = format!("{method} /?code=X HTTP/1.1\r\nHost: localhost:8020\r\n\r\n");
            assert_eq!(reason(&head), Reason::Method, "{method}");
        }
        assert_eq!(
            reason("CONNECT localhost:8020 HTTP/1.1\r\nHost: localhost:8020\r\n\r\n"),
            Reason::Method
        );
        assert_eq!(
            reason("G E T /?code=X HTTP/1.1\r\nHost: localhost:8020\r\n\r\n"),
            Reason::Framing
        );
    }

    #[test]
    fn c_cb_23_other_hosts_are_not_served() {
        for host in [
            "evil.example:8020",
            "localhost.evil.example:8020",
            "127.0.0.1:8021",
            "localhost",
            "[::1]",
            "::1:8020",
            "0.0.0.0:8020",
            "localhost:08020",
            "user@localhost:8020",
        ] {
            let head = format!("GET /?code=X HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(reason(&head), Reason::Host, "{host}");
        }
        assert_eq!(reason("GET / HTTP/1.1\r\nHost: \r\n\r\n"), Reason::Framing);
        assert_eq!(reason("GET / HTTP/1.1\r\n\r\n"), Reason::Framing);
    }

    #[test]
    fn c_cb_24_ambiguous_framing_is_refused() {
        let host = "Host: localhost:8020\r\n";
        for head in [
            format!("GET / HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}{host}\r\n"),
            format!("GET http://evil.example/?code=X HTTP/1.1\r\n{host}\r\n"),
            format!("GET http://localhost:8020/?code=X HTTP/1.1\r\n{host}\r\n"),
            format!(
                "GET / HTTP/1.1\r\n{host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
            ),
            format!("GET / HTTP/1.1\r\n{host}Content-Length: 3\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X: a\r\n b\r\n\r\n"),
            format!("GET /?code=X#f HTTP/1.1\r\n{host}\r\n"),
            format!("GET /?a HTTP/2.0\r\n{host}\r\n"),
            "PRI * HTTP/2.0\r\n\r\n".to_owned(),
        ] {
            assert_eq!(reason(&head), Reason::Framing, "{head}");
        }
    }

    #[test]
    fn c_cb_20_many_headers_are_refused() {
        let head = format!("GET / HTTP/1.1\r\n{}\r\n", "X: a\r\n".repeat(10_000));
        assert_eq!(reason(&head), Reason::Headers);
    }

    proptest! {
        #[test]
        fn whatever_arrives_only_the_callback_is_let_through(
            line in "(GET|POST|[A-Z]{1,5}) [/?a-z%#=&.:*]{0,12} HTTP/1.[01]",
            headers in prop::collection::vec("(Host: localhost:8020|[A-Za-z: ]{1,24})", 0..4),
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            prop_assert!(callback(&noise, 8020).is_err());
            let head = format!("{line}\r\n{}\r\n\r\n", headers.join("\r\n"));
            if let Ok(target) = callback(head.as_bytes(), 8020) {
                prop_assert!(head.starts_with("GET /"));
                prop_assert!(target == "/" || target.starts_with("/?"));
                prop_assert_eq!(head.matches("Host: localhost:8020\r\n").count(), 1);
            }
        }
    }
}
