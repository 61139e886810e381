//! C-HOST-01, C-HOST-02, the ids of pasted URLs, and what holds for every accepted host.

use lakekey_endpoints::{AccountId, Host, HostError, WorkspaceId};
use proptest::prelude::*;
use url::Url;

fn host(text: &str) -> Host {
    text.parse()
        .unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn equivalent_spellings_have_one_canonical_form() {
    for (spelling, canonical) in [
        ("ws.example.test", "https://ws.example.test"),
        ("https://ws.example.test/", "https://ws.example.test"),
        ("HTTPS://WS.Example.Test:443", "https://ws.example.test"),
        ("https://ws.example.test/?o=123", "https://ws.example.test"),
        ("https://ws.example.test?o=123", "https://ws.example.test"),
        (
            "https://ws.example.test/login.html#x",
            "https://ws.example.test",
        ),
        ("https://ws.example.test#x", "https://ws.example.test"),
        (" \thttps://ws.example.test \r\n", "https://ws.example.test"),
        ("ws.example.test.", "https://ws.example.test"),
        (
            "ws.example.test/?next=https://other.example.test",
            "https://ws.example.test",
        ),
        (
            "https://ws.example.test/#user@example.test",
            "https://ws.example.test",
        ),
        (
            "https://ws.example.test/../..//x%2fy",
            "https://ws.example.test",
        ),
        ("ws.example.test:8443", "https://ws.example.test:8443"),
        (
            "https://ws.example.test:08443/x",
            "https://ws.example.test:8443",
        ),
        (
            "https://ws.example.test:65535",
            "https://ws.example.test:65535",
        ),
        ("https://ws.example.test:80", "https://ws.example.test:80"),
        ("ws", "https://ws"),
        (
            "adb-123.4.azuredatabricks.net",
            "https://adb-123.4.azuredatabricks.net",
        ),
        ("my_ws.example.test", "https://my_ws.example.test"),
        ("bücher.example.test", "https://xn--bcher-kva.example.test"),
        ("ｗｓ.example.test", "https://ws.example.test"),
        ("10.1.2.3", "https://10.1.2.3"),
        ("[2001:DB8:0::1]:8443", "https://[2001:db8::1]:8443"),
    ] {
        assert_eq!(host(spelling).as_str(), canonical, "{spelling:?}");
        assert_eq!(host(spelling), host(canonical), "{spelling:?}");
        assert_eq!(host(spelling).to_string(), canonical, "{spelling:?}");
    }
}

#[test]
fn plain_http_is_for_loopback_only() {
    for (spelling, canonical) in [
        ("http://localhost", "http://localhost"),
        ("http://localhost:80/x", "http://localhost"),
        ("http://LOCALHOST.:8020", "http://localhost:8020"),
        ("http://ws.localhost:1", "http://ws.localhost:1"),
        ("http://127.0.0.1:8020/", "http://127.0.0.1:8020"),
        ("http://127.255.255.254", "http://127.255.255.254"),
        ("http://0x7f.1:8020", "http://127.0.0.1:8020"),
        ("http://[::1]:8020", "http://[::1]:8020"),
        ("http://[0:0::1]", "http://[::1]"),
        ("https://localhost:8020", "https://localhost:8020"),
        ("localhost:8020", "https://localhost:8020"),
    ] {
        assert_eq!(host(spelling).as_str(), canonical, "{spelling:?}");
        assert!(host(spelling).is_loopback(), "{spelling:?}");
    }
    for spelling in [
        "http://ws.example.test",
        "HTTP://ws.example.test:443",
        "http://localhost.example.test",
        "http://notlocalhost",
        "http://127.0.0.1.example.test",
        "http://126.0.0.1",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "http://10.0.0.1",
    ] {
        let error = spelling.parse::<Host>().unwrap_err();
        assert!(
            matches!(error, HostError::PlainHttp { .. }),
            "{spelling:?}: {error:?}"
        );
    }
}

#[test]
fn unsafe_and_malformed_hosts_are_refused() {
    let long_label = format!("https://{}.test", "a".repeat(300));
    let long_name = format!("https://{}test", "a.".repeat(126));
    let kind = |error: &HostError| match error {
        HostError::Empty => "empty",
        HostError::Scheme { .. } => "scheme",
        HostError::PlainHttp { .. } => "http",
        HostError::UserInfo => "userinfo",
        HostError::Port { .. } => "port",
        HostError::Name { .. } => "name",
        _ => "unknown",
    };
    for (text, expected) in [
        ("", "empty"),
        (" ", "empty"),
        ("\t\r\n", "empty"),
        ("https://", "name"),
        ("https:///", "name"),
        ("https:///ws.example.test", "name"),
        ("https://?o=1", "name"),
        ("https://:443", "name"),
        ("/", "name"),
        ("?o=1", "name"),
        ("ftp://x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript://ws", "scheme"),
        ("://ws", "scheme"),
        ("//ws", "scheme"),
        ("https:ws", "port"),
        ("https:/ws", "port"),
        ("mailto:me@ws.example.test", "userinfo"),
        ("https://u:p@ws", "userinfo"),
        ("https://@ws", "userinfo"),
        ("https://ws.example.test@evil.test/", "userinfo"),
        ("https://ws.example.test\\@evil.test", "userinfo"),
        ("https://ws.example.test\\.evil.test", "name"),
        ("https://ws:99999", "port"),
        ("https://ws:65536", "port"),
        ("https://ws:0", "port"),
        ("https://ws:000", "port"),
        ("https://ws:-1", "port"),
        ("https://ws:+443", "port"),
        ("https://ws:", "port"),
        ("https://ws:443x", "port"),
        ("https://w\0s", "name"),
        ("https://ws\n.example.test", "name"),
        ("https://ws.example.test/a\nb", "name"),
        ("https://w\ts", "name"),
        ("https://w s", "name"),
        ("https://w\u{a0}s", "name"),
        ("https://ws%2eexample.test", "name"),
        ("https://ws..example.test", "name"),
        ("https://.example.test", "name"),
        ("https://.", "name"),
        ("https://ws.example.test..", "name"),
        ("https://*.example.test", "name"),
        ("https://ws,example.test", "name"),
        ("https://{host}", "name"),
        ("<host>", "name"),
        ("https://[::1", "name"),
        ("https://::1", "name"),
        ("https://[::1]x", "name"),
        ("https://[fe80::1%25eth0]", "name"),
        ("https://[::1]]", "name"),
        ("https://[1:2:3]", "name"),
        ("https://256.1.1.1", "name"),
        ("https://1.2.3.4.5", "name"),
        ("https://xn--", "name"),
        ("https://a℀b.example.test", "name"),
        (long_label.as_str(), "name"),
        (long_name.as_str(), "name"),
    ] {
        match text.parse::<Host>() {
            Ok(host) => panic!("{text:?} was accepted as {host}"),
            Err(error) => {
                assert_eq!(kind(&error), expected, "{text:?}: {error}");
                assert_eq!(error.code(), "invalid_host");
            }
        }
    }
}

#[test]
fn messages_name_the_input_and_what_to_write() {
    for (text, message) in [
        (
            "",
            "the host is empty; write it as `https://` and the name in the browser's address bar",
        ),
        (
            "ftp://x",
            "`ftp://x` does not start with `https://`; write `https://` or leave the scheme out",
        ),
        (
            "http://ws.example.test/?token=t",
            "`http://ws.example.test/` would send credentials unencrypted; \
             write `https://` instead of `http://`",
        ),
        (
            "https://u:p@ws",
            "the host contains a user name or password before `@`; write only the host",
        ),
        (
            "ws:0",
            "`ws:0` has no valid port; write a number from 1 to 65535, or leave it out",
        ),
        (
            "w\u{1b}[2Js",
            "`w\\u{1b}[2Js` has no valid host name; write it as in the browser's address bar",
        ),
    ] {
        assert_eq!(
            text.parse::<Host>().unwrap_err().to_string(),
            message,
            "{text:?}"
        );
    }
}

#[test]
fn messages_never_repeat_a_password() {
    for text in [
        "https://user:s3cret@ws",
        "ftp://user:s3cret@ws",
        "http://user:s3cret@ws",
        "//user:s3cret@ws",
        "https://user:s3cret@ws:0",
        "https://user:s3cret@w\0s",
        "https://user:s3cret/@ws",
        "https://user:s3cret?@ws",
        "https://user:s3cret#@ws",
        "https://ws:0/?token=s3cret",
        "https://ws:0/?mail=a@s3cret",
    ] {
        let error = text.parse::<Host>().unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn pasted_urls_keep_their_ids() {
    for (text, workspace_id, account_id) in [
        ("https://ws.example.test", None, None),
        ("https://ws.example.test/?o=123", Some("123"), None),
        ("ws.example.test?o=123#job/1", Some("123"), None),
        (
            "https://ws.example.test/jobs/7?x=y&o=123",
            Some("123"),
            None,
        ),
        ("https://ws.example.test/?w=abc", Some("abc"), None),
        (
            "https://ws.example.test/?workspace_id=123",
            Some("123"),
            None,
        ),
        (
            "https://ws.example.test/?o=1&workspace_id=2&w=3",
            Some("3"),
            None,
        ),
        (
            "https://ws.example.test/?workspace_id=2&o=1",
            Some("1"),
            None,
        ),
        ("https://ws.example.test/?w=&o=1", Some("1"), None),
        ("https://ws.example.test/?w=none&o=1", Some("1"), None),
        ("https://ws.example.test/?w=a/b&o=1", Some("1"), None),
        (
            "https://ws.example.test/?o=abc&workspace_id=2",
            Some("2"),
            None,
        ),
        ("https://ws.example.test/?o=abc", None, None),
        ("https://ws.example.test/?o=9223372036854775808", None, None),
        ("https://ws.example.test/?o=-1", None, None),
        ("https://ws.example.test/#?o=123", None, None),
        (
            "https://accounts.example.test/?a=abc-123",
            None,
            Some("abc-123"),
        ),
        (
            "https://accounts.example.test/?account_id=abc-123",
            None,
            Some("abc-123"),
        ),
        (
            "https://accounts.example.test/?account_id=x&a=y",
            None,
            Some("y"),
        ),
        (
            "https://accounts.example.test/?a=../evil&account_id=y",
            None,
            Some("y"),
        ),
        ("https://accounts.example.test/?a=%2e%2e", None, None),
        (
            "https://accounts.example.test/login?o=1&a=ABC",
            Some("1"),
            Some("ABC"),
        ),
    ] {
        let pasted = Host::parse_pasted(text).unwrap();
        assert_eq!(
            pasted.workspace_id.as_ref().map(WorkspaceId::as_str),
            workspace_id,
            "{text}"
        );
        assert_eq!(
            pasted.account_id.as_ref().map(AccountId::as_str),
            account_id,
            "{text}"
        );
        assert_eq!(pasted.host, host(text), "{text}");
    }
}

#[test]
fn parts_of_a_host() {
    let accounts = host("accounts.cloud.databricks.com:8443");
    assert_eq!(accounts.name(), "accounts.cloud.databricks.com");
    assert_eq!(accounts.port(), Some(8443));
    assert_eq!(
        accounts.url().as_str(),
        "https://accounts.cloud.databricks.com:8443/"
    );
    assert!(accounts.is_accounts());
    assert!(host("ACCOUNTS-DOD.cloud.databricks.us").is_accounts());
    assert!(!host("my-accounts.cloud.databricks.com").is_accounts());
    assert!(!host("accounts").is_accounts());
    assert_eq!(host("[::1]:1").name(), "[::1]");
    assert_eq!(host("https://ws:443").port(), None);
    assert_eq!(format!("{:?}", host("ws")), "Host(\"https://ws\")");
}

#[test]
fn origin_is_scheme_name_and_port() {
    let ws = host("ws.example.test");
    for (url, same) in [
        ("https://ws.example.test/oidc?x#y", true),
        ("https://WS.example.test:443", true),
        ("https://ws.example.test:8443/", false),
        ("http://ws.example.test/", false),
        ("http://ws.example.test:443/", false),
        ("https://sub.ws.example.test/", false),
        ("https://ws.example.test./", false),
        ("ftp://ws.example.test/", false),
        ("data:text/plain,x", false),
    ] {
        assert_eq!(ws.same_origin(&Url::parse(url).unwrap()), same, "{url}");
    }
}

/// Texts near enough to a host to be accepted now and then.
fn host_like() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        4 => Just(""), 4 => Just("https://"), 2 => Just("http://"), 1 => Just("HTTPS://"),
        1 => Just("//"), 1 => Just("ftp://"),
    ];
    let name = prop_oneof![
        "[a-zA-Z0-9.-]{1,20}",
        "[a-z0-9]{1,5}(\\.[a-z0-9_-]{1,5}){0,3}\\.?",
        "([0-9]{1,3}\\.){3}[0-9]{1,3}",
        "127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
        "\\[[0-9a-f:]{0,12}\\]",
        "(ws\\.)?localhost",
        "\\PC{1,12}",
    ];
    let port = prop_oneof![Just(String::new()), "(:[0-9]{0,6})?"];
    let rest = "([/?#\\\\@][a-z0-9/?#@:=&%.-]{0,20})?";
    (scheme, name, port, rest)
        .prop_map(|(scheme, name, port, rest)| format!("{scheme}{name}{port}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn an_accepted_host_is_safe_and_canonical(text in prop_oneof![host_like(), any::<String>()]) {
        match Host::parse_pasted(&text) {
            Ok(pasted) => {
                let host = pasted.host;
                prop_assert_eq!(&host, &text.parse::<Host>().unwrap());
                prop_assert_eq!(&host, &host.as_str().parse::<Host>().unwrap());
                prop_assert!(host.url().scheme() == "https" || host.is_loopback());
                let again = Url::parse(host.as_str()).unwrap();
                prop_assert_eq!(&again, host.url());
                prop_assert!(host.same_origin(&again));
                prop_assert_eq!(host.as_str(), host.as_str().to_ascii_lowercase());
                prop_assert!(!host.as_str().ends_with(['/', '.', ':']));
                prop_assert_eq!((again.path(), again.query(), again.fragment()), ("/", None, None));
                prop_assert!(again.username().is_empty() && again.password().is_none());
            }
            Err(error) => {
                let shown = format!("{error}");
                prop_assert!(!shown.contains(char::is_control));
                prop_assert!(shown.chars().count() < 2_000);
            }
        }
    }

    #[test]
    fn every_decoration_of_a_name_is_dropped(
        name in "[a-z][a-z0-9-]{0,10}(\\.[a-z][a-z0-9-]{0,10}){1,3}",
        port in 1u16..,
        path in "(/[a-zA-Z0-9._~%-]{0,10}){0,3}",
        query in "(\\?[a-z0-9=&]{0,12})?",
        fragment in "(#[a-z0-9/?]{0,12})?",
    ) {
        // Not a punycode label, which must also decode.
        prop_assume!(!name.contains("xn--"));
        let plain = format!("https://{name}:{port}").parse::<Host>().unwrap();
        let decorated = format!(" {}:{port}{path}{query}{fragment}\n", name.to_uppercase());
        prop_assert_eq!(decorated.parse::<Host>().unwrap(), plain);
    }
}
