//! What happens between the callback and the end: one exchange, one truthful page, nothing lost.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use lakekey_core::{Code, Error};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::{PATIENCE, Rig, ada, connect, exchange, get, read};
use crate::sign_in::connection::Patience;

#[tokio::test]
async fn c_cb_13_two_callbacks_at_once_lead_to_one_exchange() {
    let rig = Rig::new().await;
    let (request, port) = (rig.get(&rig.callback()), rig.port);
    let browser = || exchange(Ipv4Addr::LOCALHOST.into(), port, request.as_bytes());
    let (first, second, result) = tokio::join!(browser(), browser(), rig.attempt.wait());
    assert_eq!(result.unwrap().user(), Some("ada@example.test"));
    assert_eq!(rig.codes.all(), ["c-1"]);
    let welcomes = [&first, &second]
        .iter()
        .filter(|page| page.claims_success())
        .count();
    assert_eq!(welcomes, 1, "{first:?} {second:?}");
}

#[tokio::test]
async fn c_cb_13_a_callback_during_the_exchange_is_already_handled() {
    let (exchanging, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (entered, released) = (Arc::clone(&exchanging), Arc::clone(&go_on));
    let rig = Rig::finishing(move || async move {
        entered.notify_one();
        released.notified().await;
        Ok(ada())
    })
    .await;
    let (first, port) = (rig.get(&rig.callback()), rig.port);
    let second = rig.get(&format!("/?code=c-2&state={}", rig.state));
    let during = async {
        exchanging.notified().await;
        let page = exchange(Ipv4Addr::LOCALHOST.into(), port, second.as_bytes()).await;
        go_on.notify_one();
        page
    };
    let (page, late, result) = tokio::join!(
        exchange(Ipv4Addr::LOCALHOST.into(), port, first.as_bytes()),
        during,
        rig.attempt.wait()
    );
    result.unwrap();
    assert!(page.claims_success(), "{page:?}");
    assert!(late.body().contains("already handled"), "{late:?}");
    assert_eq!(rig.codes.all(), ["c-1"]);
}

#[tokio::test]
async fn c_cb_14_a_browser_that_reads_late_gets_the_whole_page() {
    let patience = Patience {
        farewell: Duration::from_millis(50),
        ..PATIENCE
    };
    let rig = Rig::with(patience, || async { Ok(ada()) }).await;
    let mut browser = connect(Ipv4Addr::LOCALHOST.into(), rig.port).await;
    browser
        .write_all(rig.get(&rig.callback()).as_bytes())
        .await
        .unwrap();
    rig.attempt.wait().await.unwrap();
    let page = read(&mut browser).await;
    let length = page
        .header("Content-Length")
        .and_then(|length| length.parse().ok());
    assert_eq!(Some(page.body().len()), length);
    assert!(page.body().ends_with("</html>\n"));
}

#[tokio::test]
async fn c_cb_15_the_page_says_when_the_exchange_failed() {
    let refused = || Error::new(Code::LoginFailed, "the token endpoint refused the code");
    let rig = Rig::finishing(move || async move { Err(refused()) }).await;
    let callback = rig.callback();
    let (page, result, codes) = rig.ends(&callback).await;
    assert_eq!(result.unwrap_err().code(), Code::LoginFailed);
    assert_eq!(codes, ["c-1"]);
    assert!(!page.claims_success(), "{page:?}");
    assert!(page.body().contains("login_failed") && page.body().contains("refused the code"));
}

#[tokio::test]
async fn an_outcome_that_takes_too_long_gets_a_neutral_page() {
    let patience = Patience {
        outcome: Duration::from_millis(20),
        ..PATIENCE
    };
    let rig = Rig::with(patience, std::future::pending).await;
    let page = rig.send(rig.get(&rig.callback())).await;
    assert_eq!(page.status(), 200);
    assert!(
        !page.claims_success() && page.body().contains("taken over"),
        "{page:?}"
    );
}

#[tokio::test]
async fn an_exchange_outlives_the_caller_who_waited_for_it() {
    let (exchanging, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let kept = Arc::new(Notify::new());
    let (entered, released, done) = (exchanging.clone(), go_on.clone(), kept.clone());
    let rig = Rig::finishing(move || async move {
        entered.notify_one();
        released.notified().await;
        done.notify_one();
        Ok(ada())
    })
    .await;
    let (request, port) = (rig.get(&rig.callback()), rig.port);
    let browser = tokio::spawn(async move {
        exchange(Ipv4Addr::LOCALHOST.into(), port, request.as_bytes()).await
    });
    tokio::select! {
        _ = rig.attempt.wait() => panic!("the exchange is still held"),
        () = exchanging.notified() => {}
    }
    go_on.notify_one();
    kept.notified().await;
    assert!(browser.await.unwrap().claims_success());
}

#[tokio::test]
async fn an_exchange_that_panics_is_an_error() {
    let rig = Rig::finishing(|| async { panic!("on purpose") }).await;
    let inbox = rig.attempt.inbox();
    inbox.offer(&rig.callback()).unwrap();
    assert_eq!(
        rig.attempt.wait().await.unwrap_err().code(),
        Code::LoginFailed
    );
}

#[tokio::test]
async fn a_pasted_address_is_as_good_as_a_redirect() {
    for form in [
        "http://localhost:PORT",
        "'http://localhost:PORT/?QUERY' ",
        "?QUERY",
        "QUERY\n",
    ] {
        let rig = Rig::new().await;
        let query = rig.callback().split_off(2);
        let form = if form.contains("QUERY") {
            form.to_owned()
        } else {
            format!("{form}/?QUERY")
        };
        let pasted = form
            .replace("PORT", &rig.port.to_string())
            .replace("QUERY", &query);
        let inbox = rig.attempt.inbox();
        inbox.offer(&pasted).unwrap();
        inbox.offer(&pasted).unwrap();
        rig.attempt.wait().await.unwrap();
        assert_eq!(rig.codes.all(), ["c-1"], "{pasted}");
    }
}

#[tokio::test]
async fn a_refused_paste_says_why_and_the_wait_goes_on() {
    let rig = Rig::new().await;
    let inbox = rig.attempt.inbox();
    let offers = [
        " ".to_owned(),
        "c-1".to_owned(),
        "?code=c-1&state=other".to_owned(),
        rig.attempt.url().to_string(),
        format!("http://evil.example{}", rig.callback()),
        format!("http://localhost:{}/", rig.port),
    ];
    let why: Vec<_> = offers
        .iter()
        .map(|offer| inbox.offer(offer).unwrap_err())
        .inspect(|error| assert_eq!(error.code(), Code::InvalidCallback))
        .map(|error| error.to_string())
        .collect();
    insta::assert_snapshot!(why.join("\n"), @r"
    the text holds no answer: there is no `code=` and no `state=` in it
    the address is not the one that the browser is sent back to
    the address belongs to another sign-in: its `state` is not this one's
    the address is not the one that the browser is sent back to
    the address is not the one that the browser is sent back to
    the text holds no answer: there is no `code=` and no `state=` in it
    ");
    let request = get(rig.port, &rig.callback());
    rig.refuses(request.replace("c-1&", "c-1&state=other&"))
        .await;
}
