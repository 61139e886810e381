//! Against gnome-keyring, with `secret-tool` as the judge.

use std::time::Duration;

use lakekey_core::Code;
use lakekey_store::{KeyringFault, StoreError, TokenStore, contract};

use crate::fake::{dev, token};
use crate::session::{judge, lock_keyring, stop_keyring, within, without_bus};

#[test]
fn the_contract_is_kept() {
    within("secret_service::the_contract_is_kept", |session| {
        contract(|| Box::new(session.store()));
        session.store().probe().unwrap();
        session.store().ready().unwrap();
        assert_eq!(items(), "", "nothing is left behind");
    });
}

#[test]
fn a_login_of_the_official_command_is_used_as_it_is() {
    within(
        "secret_service::a_login_of_the_official_command_is_used_as_it_is",
        |session| {
            let value = r#"{"token":{"access_token":"access-dev","token_type":"Bearer","refresh_token":"refresh-dev","expiry":"2026-09-21T17:13:20+02:00","expires_in":3600,"new":1}}"#;
            let stored = judge(&[&["store", "--label=x"], DEV].concat(), value);
            assert!(stored.status.success(), "{stored:?}");
            assert_eq!(session.store().load(&dev()).unwrap(), Some(token("dev")));

            session.store().save(&dev(), &token("new")).unwrap();
            assert_eq!(
                secret(),
                r#"{"token":{"access_token":"access-new","token_type":"Bearer","refresh_token":"refresh-new","expiry":"2026-09-21T15:13:20Z","expires_in":3600,"new":1}}"#
            );
        },
    );
}

#[test]
fn our_login_is_the_item_of_the_official_command() {
    within(
        "secret_service::our_login_is_the_item_of_the_official_command",
        |session| {
            session.store().save(&dev(), &token("dev")).unwrap();
            assert_eq!(
                secret(),
                r#"{"token":{"access_token":"access-dev","token_type":"Bearer","refresh_token":"refresh-dev","expiry":"2026-09-21T15:13:20Z","expires_in":3600}}"#
            );
            let found = items();
            for line in [
                "label = Password for 'dev' on 'databricks-cli'",
                "attribute.service = databricks-cli",
                "attribute.username = dev",
            ] {
                assert!(found.lines().any(|it| it == line), "{line}: {found}");
            }
            assert_eq!(found.matches("attribute.").count(), 2, "{found}");

            session.store().save(&dev(), &token("new")).unwrap();
            assert_eq!(items().matches("label = ").count(), 1);
            session.store().remove(&dev()).unwrap();
            assert_eq!(items(), "");
        },
    );
}

#[test]
fn of_several_items_an_older_one_is_never_used() {
    within(
        "secret_service::of_several_items_an_older_one_is_never_used",
        |session| {
            session.store().save(&dev(), &token("old")).unwrap();
            let value = r#"{"token":{"access_token":"other"}}"#;
            let twice = [&["store", "--label=x"], DEV, &["application", "another"]].concat();
            assert!(judge(&twice, value).status.success());
            assert_eq!(items().matches("label = ").count(), 2);
            match session.store().load(&dev()) {
                Ok(token) => assert_eq!(token.unwrap().access().expose(), "other"),
                Err(error) => assert_eq!(fault(&error), &KeyringFault::Ambiguous),
            }
            session.store().save(&dev(), &token("new")).unwrap();
            assert_eq!(items().matches("label = ").count(), 1);
            assert_eq!(session.store().load(&dev()).unwrap(), Some(token("new")));
        },
    );
}

#[test]
fn what_is_no_text_is_a_damaged_item() {
    within(
        "secret_service::what_is_no_text_is_a_damaged_item",
        |session| {
            for value in ["", "access-dev", r#"{"token":"#] {
                let stored = judge(&[&["store", "--label=x"], DEV].concat(), value);
                assert!(stored.status.success(), "{stored:?}");
                let error = session.store().load(&dev()).unwrap_err();
                assert_eq!(error.code(), Code::StoreCorrupt, "{error}");
                session.store().save(&dev(), &token("dev")).unwrap();
                assert_eq!(session.store().load(&dev()).unwrap(), Some(token("dev")));
            }
        },
    );
}

#[test]
fn a_locked_keyring_that_nobody_unlocks_says_so() {
    within(
        "secret_service::a_locked_keyring_that_nobody_unlocks_says_so",
        |session| {
            session.store().save(&dev(), &token("dev")).unwrap();
            lock_keyring();
            for error in [
                session.store().load(&dev()).unwrap_err(),
                session.store().save(&dev(), &token("new")).unwrap_err(),
                session.store().remove(&dev()).unwrap_err(),
                session.store().probe().unwrap_err(),
                session.store().ready().unwrap_err(),
            ] {
                assert_eq!(fault(&error), &KeyringFault::Locked, "{error}");
            }
        },
    );
}

#[test]
fn a_keyring_that_does_not_answer_is_not_waited_for() {
    within(
        "secret_service::a_keyring_that_does_not_answer_is_not_waited_for",
        |session| {
            session.store().save(&dev(), &token("dev")).unwrap();
            let stopped = stop_keyring();
            let waited = Duration::from_millis(300);
            let store = session.store().with_timeout(waited);
            for error in [
                store.load(&dev()).unwrap_err(),
                store.save(&dev(), &token("new")).unwrap_err(),
                store.remove(&dev()).unwrap_err(),
                store.probe().unwrap_err(),
                store.ready().unwrap_err(),
            ] {
                let late = KeyringFault::TimedOut {
                    waited,
                    unlocking: false,
                };
                assert_eq!(fault(&error), &late, "{error}");
            }
            let error = session.store().load(&dev()).unwrap_err();
            assert_eq!(error.code(), Code::KeyringTimeout, "{error}");

            drop(stopped);
            assert_eq!(
                session.store().load(&dev()).unwrap(),
                Some(token("dev")),
                "what was given up is not done later"
            );
        },
    );
}

#[test]
fn without_a_bus_there_is_no_keyring() {
    without_bus(
        "secret_service::without_a_bus_there_is_no_keyring",
        |session| {
            for error in [
                session.store().load(&dev()).unwrap_err(),
                session.store().save(&dev(), &token("new")).unwrap_err(),
                session.store().remove(&dev()).unwrap_err(),
                session.store().probe().unwrap_err(),
                session.store().ready().unwrap_err(),
            ] {
                let found = fault(&error);
                assert!(matches!(found, KeyringFault::Unavailable { .. }), "{error}");
            }
        },
    );
}

fn fault(error: &StoreError) -> &KeyringFault {
    match error {
        StoreError::Keyring { fault, .. } => fault,
        error => panic!("{error}"),
    }
}

/// The secret, as another program reads it.
fn secret() -> String {
    let found = judge(&[&["lookup"], DEV].concat(), "");
    assert!(found.status.success(), "{found:?}");
    String::from_utf8(found.stdout).unwrap()
}

/// Every item of the service, as another program shows them.
fn items() -> String {
    let found = judge(&["search", "--all", "service", "databricks-cli"], "");
    // The attributes are on the standard error output.
    String::from_utf8([found.stdout, found.stderr].concat()).unwrap()
}

const DEV: &[&str] = &["service", "databricks-cli", "username", "dev"];
