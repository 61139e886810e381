//! S-RT: refresh tokens.

use std::time::Duration;

use crate::common::*;
use lakekey_mock::{Dialect, Mock, Rotation};

#[test]
fn s_rt_01_strict_rotation_gives_a_successor_each_time() {
    let mut mock = mock();
    let mut tokens = sign_in(&mut mock, &workspace_issuer());
    let mut ids = vec![decoded(text(&tokens, "access_token"), 1)["jti"].to_string()];
    for _ in 0..10 {
        let old = text(&tokens, "refresh_token").to_owned();
        let response = refresh(&mut mock, &workspace_issuer(), &old);
        assert_eq!(response.status(), 200);
        tokens = json(&response);
        assert_ne!(text(&tokens, "refresh_token"), old);
        ids.push(decoded(text(&tokens, "access_token"), 1)["jti"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 11);
    assert_eq!(mock.counters().refreshed, 10);
}

#[test]
fn s_rt_01_without_rotation_the_token_stays() {
    let mut setup = setup();
    setup.rotation = Rotation::Never;
    let mut mock = Mock::new(setup);
    let tokens = sign_in(&mut mock, &workspace_issuer());
    for _ in 0..3 {
        let response = refresh(
            &mut mock,
            &workspace_issuer(),
            text(&tokens, "refresh_token"),
        );
        assert_eq!(response.status(), 200);
        assert!(json(&response).get("refresh_token").is_none());
    }
}

#[test]
fn a_single_use_token_is_refused_again_and_its_family_lives_on() {
    let mut mock = rfc(Rotation::Single);
    let first = sign_in(&mut mock, &workspace_issuer());
    let second = json(&refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    ));
    let again = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    );
    assert_eq!(outcome(&again), "400 invalid_grant");
    let third = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&second, "refresh_token"),
    );
    assert_eq!(third.status(), 200);
    assert_eq!(mock.counters().reuse_detected, 1);
}

#[test]
fn s_rt_02_reuse_revokes_the_family_and_no_other() {
    let mut mock = rfc(Rotation::Strict);
    let other = sign_in(&mut mock, &workspace_issuer());
    let first = sign_in(&mut mock, &workspace_issuer());
    let second = json(&refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    ));
    let third = json(&refresh(
        &mut mock,
        &workspace_issuer(),
        text(&second, "refresh_token"),
    ));

    let reused = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    );
    assert_eq!(
        (outcome(&reused).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.reused")
    );
    assert_eq!(mock.counters().reuse_detected, 1);
    let latest = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&third, "refresh_token"),
    );
    assert_eq!(
        (outcome(&latest).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.revoked")
    );
    assert_eq!(
        me(&mut mock, WORKSPACE, text(&third, "access_token")).status(),
        401
    );

    assert_eq!(
        me(&mut mock, WORKSPACE, text(&other, "access_token")).status(),
        200
    );
    assert_eq!(
        refresh(
            &mut mock,
            &workspace_issuer(),
            text(&other, "refresh_token")
        )
        .status(),
        200
    );
}

#[test]
fn s_rt_03_grace_answers_a_repeat_with_the_same_successor() {
    let mut mock = rfc(Rotation::Grace(Duration::from_secs(30)));
    let first = sign_in(&mut mock, &workspace_issuer());
    let successors: Vec<String> = (0..3)
        .map(|_| {
            mock.clock().advance(Duration::from_secs(10));
            let response = refresh(
                &mut mock,
                &workspace_issuer(),
                text(&first, "refresh_token"),
            );
            text(&json(&response), "refresh_token").to_owned()
        })
        .collect();
    assert!(
        successors
            .iter()
            .all(|successor| *successor == successors[0]),
        "no branch"
    );
    mock.clock().advance(Duration::from_secs(11));
    let late = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    );
    assert_eq!(
        (outcome(&late).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.reused")
    );
    let dead = refresh(&mut mock, &workspace_issuer(), &successors[0]);
    assert_eq!(outcome(&dead), "400 invalid_grant");
}

#[test]
fn s_rt_03_grace_ends_when_the_successor_is_used() {
    let mut mock = rfc(Rotation::Grace(Duration::from_secs(30)));
    let first = sign_in(&mut mock, &workspace_issuer());
    let second = json(&refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    ));
    assert_eq!(
        refresh(
            &mut mock,
            &workspace_issuer(),
            text(&second, "refresh_token")
        )
        .status(),
        200
    );
    let repeat = refresh(
        &mut mock,
        &workspace_issuer(),
        text(&first, "refresh_token"),
    );
    assert_eq!(
        (outcome(&repeat).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.reused")
    );
}

#[test]
fn s_rt_05_scope_narrows_and_never_widens() {
    let mut mock = rfc(Rotation::Strict);
    let code = code(
        &mut mock,
        &workspace_issuer(),
        &[("scope", "all-apis sql offline_access")],
    );
    let mut tokens = json(&exchange(&mut mock, &workspace_issuer(), &code));
    for (asked, granted) in [
        (None, Ok("all-apis sql offline_access")),
        (Some("sql"), Ok("sql")),
        (
            Some("sql openid"),
            Err(("400 invalid_scope", "token.scope.wider")),
        ),
        (
            Some("nonsense"),
            Err(("400 invalid_scope", "token.scope.unknown")),
        ),
        (None, Ok("all-apis sql offline_access")),
    ] {
        let more: Vec<(&str, &str)> = asked.map(|scope| ("scope", scope)).into_iter().collect();
        let token = text(&tokens, "refresh_token").to_owned();
        let response = refresh_but(&mut mock, &workspace_issuer(), &token, &more);
        match granted {
            Ok(scope) => {
                tokens = json(&response);
                assert_eq!(text(&tokens, "scope"), scope);
                assert_eq!(decoded(text(&tokens, "access_token"), 1)["scope"], scope);
            }
            Err(refusal) => assert_eq!((outcome(&response).as_str(), last_rule(&mock)), refusal),
        }
    }
}

#[test]
fn s_rt_06_bound_to_client_and_tenant_and_mortal() {
    let mut mock = rfc(Rotation::Strict);
    let tokens = sign_in(&mut mock, &account_issuer());
    let token = text(&tokens, "refresh_token").to_owned();
    let client = refresh_but(
        &mut mock,
        &account_issuer(),
        &token,
        &[("client_id", "databricks-sql-python")],
    );
    assert_eq!(
        (outcome(&client).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.client")
    );
    let workspace = refresh(&mut mock, &workspace_issuer(), &token);
    assert_eq!(
        (outcome(&workspace).as_str(), last_rule(&mock)),
        ("400 invalid_grant", "token.refresh.tenant")
    );
    assert_eq!(
        refresh(&mut mock, &account_issuer(), &token).status(),
        200,
        "neither consumed it"
    );

    let tokens = sign_in(&mut mock, &account_issuer());
    assert!(mock.revoke(text(&tokens, "refresh_token")));
    refresh(&mut mock, &account_issuer(), text(&tokens, "refresh_token"));
    assert_eq!(last_rule(&mock), "token.refresh.revoked");

    let tokens = sign_in(&mut mock, &account_issuer());
    mock.clock().advance(Duration::from_secs(7 * 86_400 + 1));
    refresh(&mut mock, &account_issuer(), text(&tokens, "refresh_token"));
    assert_eq!(last_rule(&mock), "token.refresh.expired-idle");
}

#[test]
fn s_rt_06_a_session_ends_however_often_it_is_refreshed() {
    let mut mock = rfc(Rotation::Strict);
    let mut tokens = sign_in(&mut mock, &workspace_issuer());
    for _ in 0..15 {
        mock.clock().advance(Duration::from_secs(6 * 86_400));
        tokens = json(&refresh(
            &mut mock,
            &workspace_issuer(),
            text(&tokens, "refresh_token"),
        ));
    }
    mock.clock().advance(Duration::from_secs(86_400));
    refresh(
        &mut mock,
        &workspace_issuer(),
        text(&tokens, "refresh_token"),
    );
    assert_eq!(last_rule(&mock), "token.refresh.expired-absolute");
}

#[test]
fn s_rt_07_dead_tokens_in_the_dialect_of_databricks() {
    for status in [401, 400] {
        let mut setup = setup();
        setup.dialect = Dialect::Databricks { status };
        let mut mock = Mock::new(setup);
        let response = refresh(&mut mock, &workspace_issuer(), "rt-1-1-made-up");
        assert_eq!(response.status(), status);
        assert_eq!(
            response.body(),
            br#"{"error":"invalid_request","error_description":"Refresh token is invalid"}"#
        );
        assert_eq!(header(&response, "cache-control"), "no-store");
    }
    let mut mock = rfc(Rotation::Strict);
    assert_eq!(
        outcome(&refresh(&mut mock, &workspace_issuer(), "rt-1-1-made-up")),
        "400 invalid_grant"
    );
    assert_eq!(last_rule(&mock), "token.refresh.unknown");
    assert_eq!(
        outcome(&refresh(&mut mock, &workspace_issuer(), "")),
        "400 invalid_request"
    );
}

fn rfc(rotation: Rotation) -> Mock {
    let mut setup = setup();
    setup.dialect = Dialect::Rfc;
    setup.rotation = rotation;
    Mock::new(setup)
}
