use http::Request;
use lakekey_mock::{Mock, Setup};

use super::*;

#[test]
fn a_browser_is_sent_to_the_issuer_and_from_there_to_lakekey() {
    let mut mock = Mock::new(Setup::workspace());
    mock.handle(Request::get(AUTHORIZE).body(Vec::new()).unwrap());
    let journey = journey(Side::Client, &mock);
    let told: Vec<_> = journey
        .messages
        .iter()
        .map(|it| (it.from, it.to, it.style))
        .collect();
    assert_eq!(
        told,
        [
            (Lane::Terminal, Lane::Lakekey, Style::Inferred),
            (Lane::Browser, Lane::Issuer(0), Style::Request),
            (Lane::Issuer(0), Lane::Browser, Style::Answer),
            (Lane::Browser, Lane::Lakekey, Style::Inferred),
        ]
    );
    assert_eq!(
        journey.messages[2].label,
        "302 to localhost:8020 · code, state, iss"
    );
    assert_eq!(journey.messages[3].label, "GET / · code, state, iss");
}

#[test]
fn no_secret_is_told_wherever_it_stands() {
    let mut mock = Mock::new(Setup::workspace());
    mock.handle(Request::get(AUTHORIZE).body(Vec::new()).unwrap());
    let form = "grant_type=refresh_token&client_id=databricks-cli&refresh_token=rt-secret-1234&scope=rt-secret-1234";
    let request = Request::post("https://w.example.com/oidc/v1/token")
        .header("content-type", "application/x-www-form-urlencoded");
    mock.handle(request.body(form.into()).unwrap());
    let told = format!("{:?}", journey(Side::Client, &mock));
    let secrets = mock.secrets();
    assert!(secrets.len() >= 2, "{secrets:?}");
    for secret in secrets {
        assert!(!told.contains(&secret), "{told}");
    }
    assert!(told.contains("scope=…"), "{told}");
}

#[test]
fn the_same_again_is_counted_and_a_flood_is_not_told() {
    let mut mock = Mock::new(Setup::workspace());
    let get = |path: &str| Request::get(format!("https://w.example.com{path}")).body(Vec::new());
    for _ in 0..3 {
        mock.handle(get("/a").unwrap());
    }
    for number in 0..100 {
        mock.handle(get(&format!("/{number}")).unwrap());
    }
    let journey = journey(Side::Server, &mock);
    assert_eq!(journey.messages[1].times, 3);
    assert_eq!(journey.messages[1].from, Lane::Test);
    assert!(journey.messages.len() <= MOST && journey.more > 0);
}

/// The journey after one command.
fn journey(side: Side, mock: &Mock) -> Journey {
    let start = Start {
        line: "lakekey auth login".to_owned(),
        received: vec![0],
    };
    Journey::of(side, &[start], &[mock.requests().to_vec()], &mock.secrets())
}

const AUTHORIZE: &str = "https://w.example.com/oidc/v1/authorize?response_type=code&client_id=databricks-cli\
    &redirect_uri=http://localhost:8020&scope=all-apis&state=state-of-the-case\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
