//! Requests that do not end the wait; each is followed by the genuine redirect, which does.

use std::time::Duration;

use lakekey_oauth::{Client, RedirectUri, Scopes, authorize};
use proptest::prelude::*;

use super::{Rig, endpoints, exchange, get};
use crate::sign_in::gate::{Gate, Verdict};

#[tokio::test]
async fn c_cb_02_only_the_right_state_ends_the_wait() {
    for variant in [
        "wrong",
        "missing",
        "empty",
        "truncated",
        "case-flipped",
        "trailing space",
    ] {
        let rig = Rig::new().await;
        let state = &rig.state;
        let flipped: String = state
            .chars()
            .map(|c| {
                if c.is_ascii_uppercase() {
                    c.to_ascii_lowercase()
                } else {
                    c.to_ascii_uppercase()
                }
            })
            .collect();
        let query = match variant {
            "wrong" => "code=c-2&state=wrong".to_owned(),
            "missing" => "code=c-2".to_owned(),
            "empty" => "code=c-2&state=".to_owned(),
            "truncated" => format!("code=c-2&state={}", &state[..state.len() - 1]),
            "case-flipped" => format!("code=c-2&state={flipped}"),
            _ => format!("code=c-2&state={state}%20"),
        };
        let request = rig.get(&format!("/?{query}"));
        assert_eq!(rig.refuses(request).await.status(), 400, "{variant}");
    }
}

#[tokio::test]
async fn c_cb_02_a_timeout_tells_what_was_refused() {
    let rig = Rig::new().await;
    rig.send(rig.get("/?code=c-2&state=wrong")).await;
    let error = rig
        .attempt
        .ending_after(Duration::ZERO)
        .wait()
        .await
        .unwrap_err();
    assert_eq!(error.code(), lakekey_core::Code::CallbackTimeout);
    assert_eq!(error.notes(), ["rejected_callbacks=1 (state: 1)"]);
    assert_eq!(rig.codes.all(), [""; 0]);
}

#[tokio::test]
async fn c_cb_03_a_second_state_that_differs_is_not_ours() {
    for order in ["good,bad", "bad,good"] {
        let rig = Rig::new().await;
        let states = order.replace(',', "&state=").replace("good", &rig.state);
        let request = rig.get(&format!("/?code=c-2&state={states}"));
        assert_eq!(rig.refuses(request).await.status(), 400, "{order}");
    }
}

#[tokio::test]
async fn c_cb_11_other_paths_do_not_end_the_wait() {
    for path in [
        "/favicon.ico",
        "/robots.txt",
        "/apple-touch-icon.png",
        "/callback2?code=c-2&state=STATE",
        "/%2e%2e/?code=c-2&state=STATE",
        "//?code=c-2&state=STATE",
        "/index.html",
    ] {
        let rig = Rig::new().await;
        let request = rig.get(&path.replace("STATE", &rig.state));
        assert_eq!(rig.refuses(request).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn c_cb_12_only_get_ends_the_wait() {
    for method in [
        "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "CONNECT", "G E T",
    ] {
        let rig = Rig::new().await;
        let target = if method == "CONNECT" {
            "localhost:80".to_owned()
        } else {
            rig.callback()
        };
        let request = rig.get(&target).replacen("GET", method, 1).replacen(
            "\r\n\r\n",
            "\r\nOrigin: http://e\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
            1,
        );
        let refused = rig.refuses(request).await;
        match method {
            "G E T" => assert_eq!(refused.status(), 400),
            _ => assert_eq!(
                (refused.status(), refused.header("Allow")),
                (405, Some("GET")),
                "{method}"
            ),
        }
        assert!(
            !refused.0.to_ascii_lowercase().contains("access-control-"),
            "{method}"
        );
        assert!(!refused.0.contains("Private-Network"), "{method}");
        assert_eq!(method == "HEAD", refused.body().is_empty(), "{method}");
    }
}

#[tokio::test]
async fn c_cb_12_a_posted_form_does_not_end_the_wait() {
    let rig = Rig::new().await;
    let form = rig.callback().split_off(2);
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost:{}\r\nContent-Length: {}\r\n\r\n{form}",
        rig.port,
        form.len()
    );
    assert_eq!(rig.refuses(request).await.status(), 405);
}

#[tokio::test]
async fn c_cb_20_oversized_requests_are_refused() {
    for (what, status) in [("query", 414), ("headers", 431), ("header", 431)] {
        let rig = Rig::new().await;
        let big = match what {
            "query" => rig.get(&format!("/?code={}", "a".repeat(1 << 20))),
            "headers" => {
                rig.get("/")
                    .replacen("\r\n\r\n", &"\r\nX: a".repeat(10_000), 1)
                    + "\r\n\r\n"
            }
            _ => rig.get("/").replacen(
                "\r\n\r\n",
                &format!("\r\nX: {}\r\n\r\n", "a".repeat(1 << 20)),
                1,
            ),
        };
        let refused = rig.refuses(big).await;
        assert!(
            refused.is_empty() || refused.status() == status,
            "{what}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn c_cb_21_bytes_that_do_not_decode_are_refused() {
    for bad in ["%FF%FE", "%zz", "%", "%C0%AF"] {
        for target in [
            format!("/?code=c-2&state={bad}"),
            format!("/?code={bad}&state=STATE"),
        ] {
            let rig = Rig::new().await;
            let request = rig.get(&target.replace("STATE", &rig.state));
            assert_eq!(rig.refuses(request).await.status(), 400, "{target}");
        }
    }
    for bad in [&b"\x80"[..], b"\xff", b"\xc3\xa9", b"\0", b"\r"] {
        let rig = Rig::new().await;
        let [before, after] = ["GET /?code=", " HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"]
            .map(|text| text.replace("PORT", &rig.port.to_string()).into_bytes());
        assert_eq!(
            rig.refuses([before, bad.to_vec(), after].concat())
                .await
                .status(),
            400,
            "{bad:?}"
        );
    }
}

#[tokio::test]
async fn c_cb_21_lone_line_feeds_are_refused() {
    let rig = Rig::new().await;
    let request = rig.get(&rig.callback()).replace("\r\n", "\n");
    assert_eq!(rig.refuses(request).await.status(), 400);
}

#[tokio::test]
async fn c_cb_23_foreign_hosts_are_not_served() {
    for (host, status) in [
        ("evil.example:PORT", 421),
        ("localhost.evil.example:PORT", 421),
        ("127.0.0.1:1", 421),
        ("localhost", 421),
        ("", 400),
    ] {
        let rig = Rig::new().await;
        let host = host.replace("PORT", &rig.port.to_string());
        let request = format!("GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", rig.callback());
        assert_eq!(rig.refuses(request).await.status(), status, "{host}");
    }
    let rig = Rig::new().await;
    let request = format!("GET {} HTTP/1.1\r\n\r\n", rig.callback());
    assert_eq!(rig.refuses(request).await.status(), 400);
}

#[tokio::test]
async fn c_cb_24_ambiguous_framing_is_refused() {
    for extra in [
        "Host: evil.example",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked",
        "X-Folded: a\r\n b",
    ] {
        let rig = Rig::new().await;
        let request =
            rig.get(&rig.callback())
                .replacen("\r\n\r\n", &format!("\r\n{extra}\r\n\r\n"), 1);
        assert_eq!(rig.refuses(request).await.status(), 400, "{extra}");
    }
    let rig = Rig::new().await;
    let request = rig.get(&format!("http://evil.example{}", rig.callback()));
    assert_eq!(rig.refuses(request).await.status(), 400);
}

#[tokio::test]
async fn c_cb_24_a_pipelined_request_is_left_to_a_connection_of_its_own() {
    let rig = Rig::new().await;
    let request = rig.get("/favicon.ico") + &rig.get(&rig.callback());
    let refused = rig.refuses(request).await;
    assert_eq!(
        (refused.status(), refused.0.matches("HTTP/1.1").count()),
        (404, 1)
    );
}

#[tokio::test]
async fn c_cb_29_an_answer_in_the_fragment_is_explained() {
    let rig = Rig::new().await;
    let page = exchange(
        [127, 0, 0, 1].into(),
        rig.port,
        get(rig.port, "/").as_bytes(),
    )
    .await;
    assert_eq!(page.status(), 400);
    assert!(page.body().contains("Nothing arrived"));
    let error = rig
        .attempt
        .ending_after(Duration::ZERO)
        .wait()
        .await
        .unwrap_err();
    insta::assert_snapshot!(error.notes().join("\n"), @r"
    rejected_callbacks=1 (empty: 1)
    an empty callback was seen: the server may have put its answer after a `#`, which browsers keep to themselves
    ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_without_the_state_passes_the_gate(text in "\\PC{0,60}|/?[?]?[a-z=&%+]{0,60}") {
        let (_, pending) = authorize(
            &endpoints(),
            &Client::databricks_cli(),
            RedirectUri::loopback(8020),
            &Scopes::default(),
        );
        let (gate, mut decision) = Gate::new(pending);
        prop_assert!(matches!(gate.knock(&text), Verdict::Refused(_)));
        prop_assert!(decision.try_recv().is_err());
    }
}
