//! S-CT-01 and S-CT-02: faults hit what they say, as often as they say.

use std::time::Duration;

use crate::common::*;
use http::Request;
use lakekey_mock::{Cut, Delay, Endpoint, Fault, FaultError, Mock, Phase};

#[test]
fn s_ct_01_offset_and_times() {
    let mut mock = mock();
    let id = mock
        .inject(
            Fault::new("http.status")
                .param("status", 503)
                .on(Endpoint::Keys)
                .offset(2)
                .times(3),
        )
        .unwrap();
    let statuses: Vec<u16> = (0..7)
        .map(|_| {
            get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json"))
                .status()
                .as_u16()
        })
        .collect();
    assert_eq!(statuses, [200, 200, 503, 503, 503, 200, 200]);
    get(&mut mock, &format!("{WORKSPACE}/"));
    assert_eq!(mock.hits(&id), 3);
    assert_eq!(
        mock.requests()
            .iter()
            .filter(|entry| entry.faults.iter().any(|fault| **fault == *id))
            .count(),
        3
    );
}

#[test]
fn s_ct_01_phases() {
    for (phase, changes) in [
        (Phase::Before, false),
        (Phase::Instead, false),
        (Phase::After, true),
    ] {
        let mut mock = mock();
        let tokens = sign_in(&mut mock, &workspace_issuer());
        let fault = Fault::new("http.status")
            .param("status", 500)
            .grant("refresh_token")
            .phase(phase)
            .times(1);
        mock.inject(fault).unwrap();
        let response = refresh(
            &mut mock,
            &workspace_issuer(),
            text(&tokens, "refresh_token"),
        );
        assert_eq!(response.status(), 500);
        assert_eq!(mock.counters().refreshed, u64::from(changes));
        assert_eq!(mock.requests().last().unwrap().committed, changes);
    }
}

#[test]
fn s_ct_01_the_first_rule_wins() {
    let mut mock = mock();
    mock.inject("http.status=501,id=a,times=1".parse().unwrap())
        .unwrap();
    mock.inject("http.status=502,id=b".parse().unwrap())
        .unwrap();
    let mut status = || {
        get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json"))
            .status()
            .as_u16()
    };
    assert_eq!([status(), status()], [501, 502]);
    assert_eq!((mock.hits("a"), mock.hits("b")), (1, 1));
}

#[test]
fn s_ct_02_random_faults_repeat_with_their_seed() {
    let run = |seed: u64, streams: &[&str]| -> Vec<bool> {
        let mut mock = mock();
        mock.inject(
            Fault::new("http.status")
                .param("status", 503)
                .probability(0.2, seed),
        )
        .unwrap();
        let mut hit = |stream: &&str| {
            let url = format!("{WORKSPACE}/oidc/jwks.json");
            get_with(&mut mock, &url, &[("x-client-stream", *stream)]).status() == 503
        };
        (0..10_000 / streams.len())
            .flat_map(|_| streams.iter().map(&mut hit).collect::<Vec<_>>())
            .collect()
    };
    let (first, second, other) = (run(42, &["a"]), run(42, &["a"]), run(43, &["a"]));
    assert_eq!(first, second);
    assert_ne!(first, other);
    let hits = first.iter().filter(|hit| **hit).count();
    assert!((1840..=2160).contains(&hits), "{hits} of 10000");
    let mixed = run(42, &["a", "b"]);
    let of_a: Vec<bool> = mixed.into_iter().step_by(2).collect();
    assert_eq!(of_a[..], first[..5000], "the other stream changes nothing");
}

#[test]
fn faults_of_the_authorization_response() {
    let cases: [(&str, &str, &str); 8] = [
        ("authz.state=drop", "state", "-"),
        ("authz.state=empty", "state", ""),
        ("authz.state=truncate", "state", "st-12"),
        ("authz.state=case", "state", "ST-123"),
        ("authz.state=append", "state", "st-123 "),
        ("authz.code=drop", "code", "-"),
        (
            "authz.iss=value,value=https://evil.test",
            "iss",
            "https://evil.test",
        ),
        (
            "authz.error=server_error,description=no luck",
            "error",
            "server_error",
        ),
    ];
    for (fault, name, expected) in cases {
        let mut mock = mock();
        mock.inject(fault.parse().unwrap()).unwrap();
        let response = authorize(&mut mock, &workspace_issuer(), &good());
        assert_eq!(
            returned_param(&response, name).as_deref().unwrap_or("-"),
            expected,
            "{fault}"
        );
        assert_eq!(mock.hits("f1"), 1);
    }
    let mut mock = mock();
    mock.inject("authz.state=duplicate,value=other".parse().unwrap())
        .unwrap();
    let states: Vec<String> = returned(&authorize(&mut mock, &workspace_issuer(), &good()))
        .into_iter()
        .filter_map(|(name, value)| (name == "state").then_some(value))
        .collect();
    assert_eq!(states, ["st-123", "other"]);
}

#[test]
fn other_ways_to_deliver_the_authorization_response() {
    let respond = |fault: &str| {
        let mut mock = mock();
        mock.inject(fault.parse().unwrap()).unwrap();
        authorize(&mut mock, &workspace_issuer(), &good())
    };
    assert!(
        header(&respond("authz.redirect=fragment"), "location")
            .contains("http://localhost:8020#code=")
    );
    assert!(
        header(&respond("authz.redirect=other_port"), "location")
            .starts_with("http://localhost:8021/")
    );
    let page = |fault: &str| String::from_utf8(respond(fault).into_body()).unwrap();
    assert!(page("authz.redirect=form_post").contains("action=\"http://localhost:8020\""));
    assert_eq!(page("authz.redirect=twice").matches("<iframe").count(), 2);
    assert!(page("authz.never").contains("Please wait"));
    assert!(
        header(&respond("authz.extra,session_state=x"), "location").contains("session_state=x")
    );
}

#[test]
fn faults_of_the_token_response() {
    let respond = |fault: &str| {
        let mut mock = mock();
        mock.inject(fault.parse().unwrap()).unwrap();
        let code = code(&mut mock, &workspace_issuer(), &[]);
        exchange(&mut mock, &workspace_issuer(), &code)
    };
    assert!(
        json(&respond("token.omit=expires_in,scope"))
            .get("expires_in")
            .is_none()
    );
    assert_eq!(
        json(&respond("token.set,expires_in=\"3600\""))["expires_in"],
        "3600"
    );
    assert_eq!(
        outcome(&respond("token.error=invalid_client,status=401")),
        "401 invalid_client"
    );
    let dialect = respond("token.error,dialect=databricks");
    assert_eq!(
        (
            dialect.status().as_u16(),
            text(&json(&dialect), "error_description")
        ),
        (401, "Refresh token is invalid")
    );
    assert!(
        json(&respond("token.echo_secret"))["error_description"]
            .as_str()
            .unwrap()
            .contains(VERIFIER)
    );
    assert_eq!(
        header(
            &respond("token:http.content_type=text/plain"),
            "content-type"
        ),
        "text/plain"
    );
    assert_eq!(respond("token:http.body=<html>").body(), b"<html>");
    let busy = respond(r#"token:http.headers,set={"retry-after":"1"},remove=pragma"#);
    assert_eq!(
        (
            header(&busy, "retry-after").as_str(),
            header(&busy, "pragma").as_str()
        ),
        ("1", "")
    );
    let moved = respond("token:http.redirect=https://evil.test/,status=307");
    assert_eq!(
        (moved.status().as_u16(), header(&moved, "location").as_str()),
        (307, "https://evil.test/")
    );
    let padded = respond("token:http.pad=1000,depth=50,members=20");
    assert!(padded.body().len() > 1000 && json(&padded)["pad19"] == 0);
}

#[test]
fn faults_of_discovery() {
    let url = format!(
        "{}/.well-known/oauth-authorization-server",
        workspace_issuer()
    );
    let mut mock = mock();
    mock.inject(
        "disco.set,issuer=https://evil.test/oidc,times=1"
            .parse()
            .unwrap(),
    )
    .unwrap();
    mock.inject("disco.omit=token_endpoint,times=1".parse().unwrap())
        .unwrap();
    mock.inject("disco.status=404".parse().unwrap()).unwrap();
    assert_eq!(
        text(&json(&get(&mut mock, &url)), "issuer"),
        "https://evil.test/oidc"
    );
    assert!(json(&get(&mut mock, &url)).get("token_endpoint").is_none());
    assert_eq!(get(&mut mock, &url).status(), 404);
    assert_eq!(
        get(
            &mut mock,
            &format!("{WORKSPACE}/.well-known/databricks-config")
        )
        .status(),
        200
    );
}

#[test]
fn faults_of_the_connection_are_marked_without_a_socket() {
    let cut = |fault: &str| {
        let mut mock = mock();
        mock.inject(fault.parse().unwrap()).unwrap();
        let response = get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json"));
        assert_eq!(
            mock.requests().last().unwrap().cut,
            response.extensions().get().copied()
        );
        (
            response.extensions().get::<Cut>().copied(),
            response.extensions().get::<Delay>().copied(),
        )
    };
    assert_eq!(cut("http.reset=after_commit"), (Some(Cut::Reset), None));
    assert_eq!(cut("http.reset=before_read"), (Some(Cut::Reset), None));
    assert_eq!(
        cut("http.truncate=10"),
        (
            Some(Cut::Truncate {
                after: 10,
                reset: false
            }),
            None
        )
    );
    assert_eq!(cut("http.hang"), (Some(Cut::Hang { after: None }), None));
    assert_eq!(
        cut("http.drip=5"),
        (
            Some(Cut::Drip {
                bytes_per_second: 5
            }),
            None
        )
    );
    assert_eq!(
        cut("http.delay=20"),
        (None, Some(Delay(Duration::from_millis(20))))
    );
}

#[test]
fn content_codings_are_labelled() {
    let respond = |kind: &str| {
        let mut mock = mock();
        mock.inject(
            Fault::new("http.encoding")
                .param("kind", kind)
                .param("bytes", 1 << 20),
        )
        .unwrap();
        get(&mut mock, &format!("{WORKSPACE}/oidc/jwks.json"))
    };
    for (kind, label) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("deflate", "deflate"),
        ("mislabel", "gzip"),
        ("bomb", "gzip"),
    ] {
        assert_eq!(header(&respond(kind), "content-encoding"), label);
    }
    assert!(
        respond("bomb").body().len() < 8 * 1024,
        "a megabyte in a few kilobytes"
    );
}

#[test]
fn clock_and_rotation_can_be_asked_for_as_faults() {
    let mut mock = mock();
    mock.inject("clock.server_skew=3600".parse().unwrap())
        .unwrap();
    mock.inject("token.rotation=never".parse().unwrap())
        .unwrap();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    assert_eq!(
        decoded(text(&tokens, "access_token"), 1)["iat"],
        1_800_003_600_u64
    );
    let again = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&tokens, "refresh_token"),
    );
    assert!(json(&again).get("refresh_token").is_none());
}

#[test]
fn a_fault_that_can_not_be_is_named() {
    assert!(
        matches!("http.nonsense".parse::<Fault>(), Err(FaultError::Unknown(name)) if name == "http.nonsense")
    );
    assert!(matches!(
        mock().inject(Fault::new("nonsense")),
        Err(FaultError::Unknown(_))
    ));
    let error = mock()
        .inject(Fault::new("http.status").param("status", "many"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the fault `http.status` needs a valid `status`"
    );
    assert!(matches!(
        "token:http.status=1,times=x".parse::<Fault>(),
        Err(FaultError::Malformed(_))
    ));
    assert!(Fault::from_json("{}").is_err());
}

#[test]
fn a_fault_that_is_refused_changes_nothing() {
    for fault in [
        Fault::new("clock.server_skew")
            .param("seconds", 7)
            .and("http.status")
            .param("status", 7),
        Fault::new("token.rotation")
            .param("mode", "never")
            .and("http.pad")
            .param("bytes", u64::MAX),
    ] {
        let mut mock = mock();
        let before = (mock.state_hash(), mock.clock().now());
        mock.inject(fault).unwrap_err();
        assert_eq!((mock.state_hash(), mock.clock().now()), before);
    }
}

#[test]
fn lifetimes_without_end_never_end() {
    let mut mock = mock();
    let lifetimes = &mut mock.setup().lifetimes;
    (lifetimes.code, lifetimes.access) = (Duration::MAX, Duration::MAX);
    (lifetimes.idle, lifetimes.absolute) = (Duration::MAX, Duration::MAX);
    mock.rotate_keys();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    mock.clock().advance(Duration::from_secs(1 << 31));
    let again = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&tokens, "refresh_token"),
    );
    assert_eq!(again.status(), 200);
}

#[test]
fn a_fault_is_the_same_in_every_notation() {
    let json = r#"{"id":"f","match":{"endpoint":"token","grant":"refresh_token","client_stream":"3"},
        "offset":1,"times":2,"probability":0.5,"seed":42,"phase":"after","action":{"http.reset":{"when":"after_commit"}}}"#;
    let text = "token:http.reset=after_commit,id=f,grant=refresh_token,stream=3,offset=1,times=2,probability=0.5,seed=42,phase=after";
    let built = Fault::new("http.reset")
        .param("when", "after_commit")
        .id("f")
        .on(Endpoint::Token)
        .grant("refresh_token");
    let built = built
        .stream("3")
        .offset(1)
        .times(2)
        .probability(0.5, 42)
        .phase(Phase::After);
    assert_eq!(Fault::from_json(json).unwrap(), built);
    assert_eq!(text.parse::<Fault>().unwrap(), built);
}

#[test]
fn the_journal_is_a_ring() {
    let mut setup = setup();
    setup.journal = 100;
    let mut mock = Mock::new(setup);
    for _ in 0..1_000 {
        mock.handle(
            Request::get(format!("{WORKSPACE}/nowhere"))
                .body(Vec::new())
                .unwrap(),
        );
    }
    let numbers: Vec<u64> = mock.requests().iter().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, (901..=1000).collect::<Vec<_>>());
}

#[test]
fn reset_restores_the_beginning() {
    let mut mock = mock();
    let before = mock.state_hash();
    sign_in(&mut mock, &workspace_issuer());
    mock.inject("http.status=500".parse().unwrap()).unwrap();
    assert_ne!(mock.state_hash(), before);
    mock.reset();
    assert_eq!(mock.state_hash(), before);
    assert!(mock.requests().is_empty());
}

#[test]
fn secrets_are_found_in_the_journal() {
    let mut mock = mock();
    let tokens = sign_in(&mut mock, &workspace_issuer());
    let secrets = mock.secrets();
    for secret in [
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        VERIFIER,
    ] {
        assert!(secrets.iter().any(|found| found == secret));
    }
    assert_eq!(secrets.len(), 4, "and the code");
}
