//! Ports, address families, and how many may knock.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use lakekey_core::{BoxFuture, Code, Error};
use lakekey_oauth::{Client, Scopes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use super::{PATIENCE, Rig, ada, connect, endpoints, exchange, target};
use crate::sign_in::connection::Patience;
use crate::sign_in::listener::Bound;
use crate::sign_in::{Parts, Ports, SignIn};

#[tokio::test]
async fn c_lst_01_a_taken_port_is_passed_over() {
    let taken = Bound::open(Ports::Any).await.unwrap();
    let next = Bound::open_first(taken.port()..=taken.port().saturating_add(20))
        .await
        .unwrap();
    assert!(next.port() > taken.port());
}

#[tokio::test]
async fn c_lst_01_a_port_that_must_be_this_one_is_not_replaced() {
    let taken = Bound::open(Ports::Any).await.unwrap();
    let error = sign_in()
        .ports(Ports::Exactly(taken.port()))
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::ListenerUnavailable);
    let shown = error.to_string().replace(&taken.port().to_string(), "PORT");
    insta::assert_snapshot!(shown, @"port PORT is not free on the loopback interface");
}

#[tokio::test]
async fn without_a_port_an_address_can_still_be_pasted() {
    let taken = Bound::open(Ports::Any).await.unwrap();
    let ports = Ports::Exactly(taken.port());
    let start = sign_in().ports(ports).paste(true).start();
    let attempt = tokio::spawn(start).await.unwrap().unwrap();
    assert!(!attempt.listening());
    assert_eq!(
        attempt.redirect_uri(),
        format!("http://localhost:{}", taken.port())
    );
    let state = attempt
        .url()
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    attempt
        .inbox()
        .offer(&format!("?code=c-1&state={state}"))
        .unwrap();
    assert_eq!(
        tokio::spawn(attempt.wait()).await.unwrap().unwrap().user(),
        Some("ada@example.test")
    );
}

#[tokio::test]
async fn c_lst_02_the_port_is_closed_when_the_sign_in_is_over() {
    for end in ["success", "denial", "timeout", "dropped"] {
        let rig = Rig::new().await;
        let (port, query) = (rig.port, rig.callback());
        match end {
            "success" => drop(rig.ends(&query).await),
            "denial" => drop(
                rig.ends(&query.replace("code=c-1", "error=access_denied"))
                    .await,
            ),
            "timeout" => drop(rig.attempt.ending_after(Duration::ZERO).wait().await),
            _ => drop(rig),
        }
        let closed = async {
            while Bound::open(Ports::Exactly(port)).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), closed)
            .await
            .expect(end);
    }
}

#[tokio::test]
async fn c_lst_03_both_families_answer_on_one_port() {
    for (address, host) in families() {
        let rig = Rig::new().await;
        let request = rig.get(&rig.callback()).replace("localhost", host);
        let (page, result) = tokio::join!(
            exchange(address, rig.port, request.as_bytes()),
            rig.attempt.wait()
        );
        assert_eq!(page.status(), 200, "{address}");
        result.unwrap();
    }
}

#[tokio::test]
async fn a_stranger_on_the_other_family_keeps_the_port() {
    for (address, _) in families() {
        let stranger = listen(socket(address), (address, 0)).unwrap();
        let port = stranger.local_addr().unwrap().port();
        assert!(
            Bound::open(Ports::Exactly(port)).await.is_err(),
            "{address}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn c_lst_05_nobody_else_can_have_the_port() {
    let bound = Bound::open(Ports::Any).await.unwrap();
    for (address, _) in families() {
        for reuse in [TcpSocket::set_reuseaddr, TcpSocket::set_reuseport] {
            let squatter = socket(address);
            reuse(&squatter, true).unwrap();
            let error = listen(squatter, (address, bound.port())).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse, "{address}");
        }
    }
}

#[tokio::test]
async fn c_cb_16_slow_connections_give_way() {
    let rig = Rig::new().await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(Ipv4Addr::LOCALHOST.into(), rig.port).await;
        stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
        slow.push(stream);
    }
    let callback = rig.callback();
    let (page, result, _) = rig.ends(&callback).await;
    assert_eq!(page.status(), 200);
    result.unwrap();
}

#[tokio::test]
async fn c_cb_16_a_head_that_does_not_end_is_not_waited_for() {
    let patience = Patience {
        head: Duration::from_millis(20),
        ..PATIENCE
    };
    let rig = Rig::with(patience, || async { Ok(ada()) }).await;
    let mut slow = connect(Ipv4Addr::LOCALHOST.into(), rig.port).await;
    slow.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert_eq!(slow.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn c_lst_08_the_wait_ends_by_itself() {
    let rig = Rig::new().await;
    let error = rig
        .attempt
        .ending_after(Duration::from_millis(20))
        .wait()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::CallbackTimeout);
    insta::assert_snapshot!(error, @"no answer came back from the browser within 20ms");
    assert_eq!(error.notes(), ["rejected_callbacks=0"]);
}

#[tokio::test]
async fn c_lst_10_sign_ins_at_the_same_time_do_not_mix() {
    let (one, other) = (Rig::new().await, Rig::new().await);
    assert_ne!((one.port, &one.state), (other.port, &other.state));
    let crossed = one.get(&other.callback());
    assert_eq!(one.refuses(crossed).await.status(), 400);
    let callback = other.callback();
    other.ends(&callback).await.1.unwrap();
}

/// The families of this machine, as an address and as a browser writes it.
fn families() -> Vec<(IpAddr, &'static str)> {
    let all: [(IpAddr, _); 2] = [
        (Ipv4Addr::LOCALHOST.into(), "127.0.0.1"),
        (Ipv6Addr::LOCALHOST.into(), "[::1]"),
    ];
    let there = |address| listen(socket(address), (address, 0)).is_ok();
    all.into_iter()
        .filter(|(address, _)| there(*address))
        .collect()
}

fn socket(address: IpAddr) -> TcpSocket {
    match address {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }
    .unwrap()
}

fn listen(
    socket: TcpSocket,
    address: impl Into<std::net::SocketAddr>,
) -> std::io::Result<tokio::net::TcpListener> {
    socket.bind(address.into())?;
    socket.listen(1)
}

/// A sign-in as the rest of the crate begins one.
fn sign_in() -> SignIn {
    SignIn::new(|scopes| -> BoxFuture<'static, Result<Parts, Error>> {
        Box::pin(async move {
            Ok(Parts {
                target: target(),
                endpoints: endpoints(),
                client: Client::databricks_cli(),
                scopes: scopes.unwrap_or_else(Scopes::default),
                finish: Box::new(|_| Box::pin(async { Ok(ada()) })),
            })
        })
    })
}
