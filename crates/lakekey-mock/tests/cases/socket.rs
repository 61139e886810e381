//! The mock behind real sockets.

use std::{
    io::{ErrorKind, Read, Write},
    thread,
    time::Duration,
};

use lakekey_mock::{Listening, M2M_CLIENT_ID, M2M_CLIENT_SECRET, Mock, Setup};

use crate::wire::{PATIENCE, connect, control_as, exchange, form_request, get, request};

#[test]
fn answers_on_both_loopback_families_and_stops_when_dropped() {
    let mut setup = Setup::workspace();
    setup.workspaces[0].id = OURS.to_owned();
    let mock = Mock::new(setup).listen().unwrap();
    let port = mock.port();
    let path = "/.well-known/databricks-config";
    assert!(get(("127.0.0.1", port), path).contains(OURS));
    if let Ok(stream) = connect(("::1", port)) {
        assert!(exchange(stream, &request(path)).starts_with("HTTP/1.1 200 OK\r\n"));
    }
    assert!(mock.with(|mock| {
        mock.requests()
            .iter()
            .all(|entry| entry.connection.is_some())
    }));
    drop(mock);
    // The port is free again, so the mock of another test may have it by now.
    match connect(("127.0.0.1", port)) {
        Ok(stream) => assert!(!exchange(stream, &request(path)).contains(OURS)),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
    }
}

/// A workspace that no other test has.
const OURS: &str = "7770001112223334";

#[test]
fn gives_tokens_to_many_at_once() {
    let mock = listen();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert!(client_credentials(&mock).starts_with("HTTP/1.1 200 OK\r\n"));
                }
            });
        }
    });
    assert_eq!(mock.with(|mock| mock.counters().issued), 40);
}

#[test]
fn s_rt_04_parallel_use_of_one_token_succeeds_once() {
    let mock = listen();
    let token = refresh_token(&mock);
    let form = format!("grant_type=refresh_token&client_id=databricks-cli&refresh_token={token}");
    let answers: Vec<String> = thread::scope(|scope| {
        let asks: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| post(&mock, "/oidc/v1/token", &form)))
            .collect();
        asks.into_iter().map(|ask| ask.join().unwrap()).collect()
    });
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.starts_with("HTTP/1.1 200"))
            .count(),
        1
    );
    assert_eq!(
        mock.with(|mock| mock.counters().reuse_detected),
        1,
        "after which the family is dead"
    );
}

#[test]
fn s_tk_09_parallel_redemptions_of_one_code_succeed_once() {
    let mock = listen();
    let answer = get(("127.0.0.1", mock.port()), AUTHORIZE);
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    let form = redemption(location);
    let answers: Vec<String> = thread::scope(|scope| {
        let asks: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| post(&mock, "/oidc/v1/token", &form)))
            .collect();
        asks.into_iter().map(|ask| ask.join().unwrap()).collect()
    });
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.starts_with("HTTP/1.1 200"))
            .count(),
        1
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.contains("invalid_grant"))
            .count(),
        19
    );
}

#[test]
fn truncates_with_the_full_length() {
    let mock = listen();
    mock.with(|mock| mock.inject("http.truncate=10".parse().unwrap()).unwrap());
    let answer = get(("127.0.0.1", mock.port()), "/oidc/jwks.json");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), 10);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert!(length.parse::<usize>().unwrap() > 100);
}

#[test]
fn resets_before_and_after_the_commit_and_before_reading() {
    for (when, committed) in [("before_commit", false), ("after_commit", true)] {
        let mock = listen();
        mock.with(|mock| {
            mock.inject(format!("token:http.reset={when}").parse().unwrap())
                .unwrap()
        });
        let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
        stream.write_all(&token_request()).unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(
            mock.with(|mock| mock.counters().issued),
            u64::from(committed)
        );
        assert_eq!(mock.with(|mock| mock.requests().len()), 1);
    }
    let mock = listen();
    mock.with(|mock| {
        mock.inject("http.reset=before_read,times=1".parse().unwrap())
            .unwrap()
    });
    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    let failed = stream
        .write_all(&token_request())
        .and_then(|()| stream.read_to_end(&mut Vec::new()));
    assert!(failed.is_err());
    assert_eq!(mock.with(|mock| mock.hits("f1")), 1);
    assert!(client_credentials(&mock).starts_with("HTTP/1.1 200"));
}

#[test]
fn hangs_and_drips() {
    let mock = listen();
    mock.with(|mock| {
        mock.inject("http.hang=mid_body,times=1".parse().unwrap())
            .unwrap()
    });
    mock.with(|mock| mock.inject("http.drip=200".parse().unwrap()).unwrap());
    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    stream
        .write_all(request("/oidc/jwks.json").as_bytes())
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut bytes = Vec::new();
    let error = stream.read_to_end(&mut bytes).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert!(!bytes.is_empty());

    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    stream
        .write_all(request("/oidc/jwks.json").as_bytes())
        .unwrap();
    let mut some = [0; 400];
    stream.read_exact(&mut some).unwrap();
    assert!(String::from_utf8_lossy(&some).contains("transfer-encoding: chunked"));
}

#[test]
fn a_barrier_holds_until_it_is_released() {
    let mock = listen();
    mock.with(|mock| {
        mock.inject("token:http.barrier=b1,at=before_commit".parse().unwrap())
            .unwrap()
    });
    thread::scope(|scope| {
        let held = scope.spawn(|| client_credentials(&mock));
        assert!(mock.wait_until_held("b1", 1, PATIENCE));
        assert_eq!(mock.with(|mock| mock.counters().issued), 0);
        mock.release("b1");
        assert!(held.join().unwrap().starts_with("HTTP/1.1 200"));
    });
    assert!(mock.wait_until(PATIENCE, |mock| mock.counters().issued == 1));
    assert!(!mock.wait_until_held("b1", 1, Duration::ZERO));
}

#[test]
fn s_ct_03_half_a_request_is_not_acted_on() {
    let mock = listen();
    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    stream
        .write_all(b"POST /oidc/v1/token HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        .unwrap();
    drop(stream);
    let pipelined = format!(
        "{}{}",
        request("/oidc/jwks.json").replace("close", "keep-alive"),
        request("/")
    );
    let answers = exchange(connect(("127.0.0.1", mock.port())).unwrap(), &pipelined);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2);
    let all_ended = |mock: &Mock| {
        let entries = mock.requests();
        entries.len() == 3
            && entries
                .iter()
                .all(|entry| entry.aborted || entry.ended_at.is_some())
    };
    assert!(mock.wait_until(PATIENCE, all_ended));
    let mut entries = mock.with(|mock| mock.requests().to_vec());
    let numbers: Vec<_> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let half = entries.iter().position(|entry| entry.aborted).unwrap();
    let half = entries.remove(half);
    assert!(half.raw.starts_with(b"POST /oidc/v1/token") && half.raw.ends_with(b"half"));
    assert!(!half.committed && half.status.is_none());
    assert_eq!(half.endpoint, lakekey_mock::Endpoint::Other);
    let raw: Vec<u8> = entries.iter().flat_map(|entry| entry.raw.clone()).collect();
    assert_eq!(String::from_utf8_lossy(&raw), pipelined);
}

#[test]
fn s_ct_03_what_is_no_request_is_in_the_journal() {
    let mock = listen();
    let answer = exchange(
        connect(("127.0.0.1", mock.port())).unwrap(),
        "nonsense\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(mock.wait_until(PATIENCE, |mock| !mock.requests().is_empty()));
    let entry = mock.with(|mock| mock.requests()[0].clone());
    assert_eq!(entry.raw, b"nonsense\r\n\r\n");
    assert_eq!(entry.status, Some(http::StatusCode::BAD_REQUEST));
    assert!(!entry.aborted);
}

#[test]
fn s_ct_03_a_client_that_does_not_wait_is_marked() {
    let mock = listen();
    mock.with(|mock| {
        mock.inject("http.barrier=b,times=1".parse().unwrap())
            .unwrap()
    });
    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    stream
        .write_all(request("/oidc/jwks.json").as_bytes())
        .unwrap();
    assert!(mock.wait_until_held("b", 1, PATIENCE));
    drop(stream);
    assert!(mock.wait_until(PATIENCE, |mock| mock.requests()[0].aborted));
    let answer = get(("127.0.0.1", mock.port()), "/oidc/jwks.json");
    assert!(answer.starts_with("HTTP/1.1 200"));
    assert!(mock.wait_until(PATIENCE, |mock| mock.requests()[1].ended_at.is_some()));
    assert!(mock.with(|mock| !mock.requests()[1].aborted));
}

#[test]
fn s_ct_05_the_control_api_needs_its_token_and_its_port() {
    let mock = listen();
    assert!(get(("127.0.0.1", mock.port()), "/ns/default/state").starts_with("HTTP/1.1 404"));
    let token = mock.control_token().to_owned();
    for (host, token, path, status) in [
        ("127.0.0.1", "wrong", "state", 403),
        ("evil.test", token.as_str(), "state", 403),
        ("127.0.0.1", &token, "nonsense", 404),
        ("127.0.0.1", &token, "state", 200),
    ] {
        let answer = control_as(
            &mock,
            host,
            token,
            "GET",
            &format!("/ns/default/{path}"),
            "",
        );
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{host} {path}: {answer}"
        );
    }
}

#[test]
fn s_ct_04_everything_can_be_steered_from_outside() {
    let mock = listen();
    let call = |method: &str, path: &str, body: &str| -> serde_json::Value {
        let answer = control_as(
            &mock,
            "127.0.0.1",
            mock.control_token(),
            method,
            &format!("/ns/default/{path}"),
            body,
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
        serde_json::from_str(body).unwrap()
    };
    let pristine = call("GET", "state", "")["state_hash"].clone();
    call(
        "PUT",
        "config",
        r#"{"ttl":{"access":60},"consent":"ask","rotation":"grace","grace_s":5,"dialect":"rfc"}"#,
    );
    call(
        "PUT",
        "users",
        r#"{"users":[{"id":"1","user_name":"new@example.com","display_name":"New"}]}"#,
    );
    assert_eq!(
        call("GET", "users", "")["users"][0]["user_name"],
        "new@example.com"
    );
    let id = call(
        "POST",
        "faults",
        r#"{"match":{"endpoint":"keys"},"action":{"http.status":{"status":503}}}"#,
    )["id"]
        .clone();
    assert!(get(("127.0.0.1", mock.port()), "/oidc/jwks.json").starts_with("HTTP/1.1 503"));
    assert_eq!(call("GET", "faults", "")["faults"][0]["hits"], 1);
    call("DELETE", &format!("faults/{}", id.as_str().unwrap()), "");

    let page = get(("127.0.0.1", mock.port()), AUTHORIZE);
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let location = call("POST", "approve", "")["location"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = redeem(&mock, &location);
    let verify = format!(
        "{{\"token\":\"{}\"}}",
        token["access_token"].as_str().unwrap()
    );
    assert_eq!(call("POST", "verify", &verify)["active"], true);
    assert_eq!(call("POST", "verify", &verify)["sub"], "new@example.com");
    call("POST", "clock", r#"{"advance":61}"#);
    assert_eq!(call("POST", "verify", &verify)["active"], false);
    call("POST", "revoke", r#"{"user":"new@example.com"}"#);
    assert_eq!(call("GET", "state", "")["families"][0]["active"], false);
    assert_eq!(call("POST", "keys/rotate", "")["kid"], "mock-key-2");
    let journal = call("GET", "journal?since=1", "");
    assert_eq!(journal["entries"][0]["sequence"], 2);
    assert_eq!(call("POST", "reset", "")["state_hash"], pristine);
}

pub(crate) const AUTHORIZE: &str = "/oidc/v1/authorize?response_type=code&client_id=databricks-cli&redirect_uri=http%3A%2F%2Flocalhost%3A8020\
    &scope=all-apis+offline_access&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

pub(crate) fn listen() -> Listening {
    Mock::new(Setup::workspace()).listen().unwrap()
}

fn refresh_token(mock: &Listening) -> String {
    let answer = get(("127.0.0.1", mock.port()), AUTHORIZE);
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    redeem(mock, location)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) fn redeem(mock: &Listening, location: &str) -> serde_json::Value {
    let answer = post(mock, "/oidc/v1/token", &redemption(location));
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn redemption(location: &str) -> String {
    let code = location
        .split_once("code=")
        .unwrap()
        .1
        .split('&')
        .next()
        .unwrap();
    format!(
        "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Flocalhost%3A8020&client_id=databricks-cli\
         &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
}

fn client_credentials(mock: &Listening) -> String {
    exchange(
        connect(("127.0.0.1", mock.port())).unwrap(),
        &String::from_utf8(token_request()).unwrap(),
    )
}

fn token_request() -> Vec<u8> {
    let form = format!(
        "grant_type=client_credentials&client_id={M2M_CLIENT_ID}&client_secret={M2M_CLIENT_SECRET}"
    );
    form_request("127.0.0.1", "/oidc/v1/token", &form).into_bytes()
}

fn post(mock: &Listening, path: &str, form: &str) -> String {
    exchange(
        connect(("127.0.0.1", mock.port())).unwrap(),
        &form_request("127.0.0.1", path, form),
    )
}
