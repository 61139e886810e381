//! One seed, one course of events.

use http::Response;
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Mock, Rotation};

use crate::common::{
    WORKSPACE, account_issuer, authorize, code, exchange, get, good, good_but, me, refresh, setup,
    sign_in, text, workspace_issuer,
};

#[test]
fn a_seed_gives_the_same_bytes_in_every_answer() {
    let first = course(7);
    assert_eq!(first.len(), course(7).len());
    for (number, (one, other)) in first.iter().zip(course(7)).enumerate() {
        assert_eq!(*one, other, "answer {number}");
    }
    assert_ne!(first, course(8));
}

/// The journal of a course of events, as text, and the state at its end.
fn course(seed: u64) -> Vec<String> {
    let mut setup = setup();
    setup.seed = seed;
    let mut mock = Mock::new(setup);
    mock.inject(
        "keys:http.status=503,probability=0.5,seed=3"
            .parse()
            .unwrap(),
    )
    .unwrap();
    for issuer in [workspace_issuer(), account_issuer()] {
        let tokens = sign_in(&mut mock, &issuer);
        let renewed = refresh(&mut mock, &issuer, text(&tokens, "refresh_token"));
        assert_eq!(renewed.status(), 200);
        refresh(&mut mock, &issuer, text(&tokens, "refresh_token"));
        me(&mut mock, WORKSPACE, text(&tokens, "access_token"));
        let code = code(&mut mock, &issuer, &[("scope", "openid all-apis")]);
        exchange(&mut mock, &issuer, &code);
        authorize(&mut mock, &issuer, &good_but(&[("scope", "unknown")]));
    }
    mock.setup().consent = lakekey_mock::Consent::Ask;
    authorize(&mut mock, &workspace_issuer(), &good());
    mock.setup().rotation = Rotation::Never;
    mock.rotate_keys();
    for path in ["/oidc/jwks.json", "/.well-known/databricks-config", "/"] {
        for _ in 0..4 {
            get(&mut mock, &format!("{WORKSPACE}{path}"));
        }
    }
    get(
        &mut mock,
        &format!("{WORKSPACE}/api/2.0/accounts/{DEFAULT_ACCOUNT_ID}/workspaces"),
    );
    let answers = mock.requests().iter().map(|entry| {
        let body = Response::new(&entry.response_body);
        format!(
            "{:?} {:?} {:?} {:?}",
            entry.status,
            entry.response_headers,
            entry.rule,
            body.body()
        )
    });
    answers.chain([mock.state_hash()]).collect()
}
