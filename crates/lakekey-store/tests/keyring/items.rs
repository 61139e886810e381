//! What the items look like, whole and in parts.

use lakekey_core::{Code, Token};
use lakekey_store::{Key, KeyringFault, StoreError, TokenStore, contract};

use crate::fake::{Desk, Mood, dev, large, token};

#[test]
fn the_contract_is_kept_without_and_with_a_largest_item() {
    for largest in [None, Some(2_560)] {
        let desk = Desk::with(Mood::Fine, largest);
        contract(|| Box::new(desk.store()));
        assert!(desk.fake.state().items.is_empty(), "nothing is left behind");
    }
}

#[test]
fn an_item_is_that_of_the_official_tools_and_keeps_what_is_not_known() {
    let desk = Desk::with(Mood::Fine, Some(2_560));
    desk.fake.state().items.insert(
        "dev".into(),
        r#"{"token":{"access_token":"a","expiry":"2026-08-21T14:03:11.5+02:00","new":1e400},"later":[ 1 ]}"#
            .into(),
    );
    let read = desk.store().load(&dev()).unwrap().unwrap();
    assert_eq!(read.access().expose(), "a");

    desk.store().save(&dev(), &token("b")).unwrap();
    assert_eq!(
        desk.fake.state().items["dev"],
        r#"{"token":{"access_token":"access-b","token_type":"Bearer","refresh_token":"refresh-b","expiry":"2026-09-21T15:13:20Z","expires_in":3600,"new":1e400},"later":[ 1 ]}"#
    );
}

#[test]
fn a_damaged_item_is_named_and_a_sign_in_replaces_it() {
    for damaged in [
        "",
        "access-canary",
        r#"{"token":{"access_token":"canary""#,
        r#"{"access_token":"canary"}"#,
        r#"{"token":{"access_token":7}}"#,
        r#"{"lakekey":{"parts":2,"slot":"a","sha256":"canary"}}"#,
    ] {
        let desk = Desk::with(Mood::Fine, Some(2_560));
        desk.fake.state().items.insert("dev".into(), damaged.into());
        let error = desk.store().load(&dev()).unwrap_err();
        assert_eq!(error.code(), Code::StoreCorrupt, "{damaged}");
        assert!(error.to_string().contains("the login `dev`"), "{error}");
        assert!(!format!("{error}{error:?}").contains("canary"), "{error:?}");

        desk.store().save(&dev(), &token("a")).unwrap();
        assert_eq!(desk.store().load(&dev()).unwrap(), Some(token("a")));
    }
}

#[test]
fn a_large_login_is_split_and_an_old_one_cleared_away() {
    let desk = Desk::with(Mood::Fine, Some(2_560));
    let store = desk.store();
    for name in ["one", "two", "three"] {
        store.save(&dev(), &large(name)).unwrap();
        assert_eq!(store.load(&dev()).unwrap(), Some(large(name)));
        let slots = slots(&desk);
        assert_eq!(slots.len(), 1, "one generation is kept: {slots:?}");
    }
    store.save(&dev(), &token("small")).unwrap();
    assert_eq!(store.load(&dev()).unwrap(), Some(token("small")));
    let names: Vec<_> = desk.fake.state().items.keys().cloned().collect();
    assert_eq!(names, ["dev"]);
}

#[test]
fn a_writer_that_fails_anywhere_leaves_the_old_login_or_the_new() {
    for sets in 0..8 {
        for old in [token("old"), large("old")] {
            let desk = Desk::with(Mood::Fine, Some(2_560));
            desk.store().save(&dev(), &old).unwrap();
            desk.fake.state().sets = sets;
            let expected = match desk.store().save(&dev(), &large("new")) {
                Ok(()) => large("new"),
                Err(_) => old,
            };
            assert_eq!(desk.store().load(&dev()).unwrap(), Some(expected), "{sets}");

            desk.fake.state().sets = usize::MAX;
            desk.store().remove(&dev()).unwrap();
            let left = &desk.fake.state().items;
            assert!(left.is_empty(), "a logout leaves nothing: {left:?}");
        }
    }
}

#[test]
fn parts_of_two_generations_are_never_mixed() {
    let desk = Desk::with(Mood::Fine, Some(2_560));
    desk.store().save(&dev(), &large("one")).unwrap();
    let before = desk.fake.state().items.clone();
    desk.store()
        .save(&Key::profile("other"), &large("two"))
        .unwrap();
    let stray = desk.fake.state().items["__lakekey_part_a1:other"].clone();
    for (name, stray) in [
        ("__lakekey_part_a1:dev", Some(stray)),
        ("__lakekey_part_a2:dev", None),
    ] {
        let mut items = before.clone();
        match stray {
            Some(stray) => items.insert(name.into(), stray),
            None => items.remove(name),
        };
        desk.fake.state().items = items;
        let error = desk.store().load(&dev()).unwrap_err();
        assert!(
            matches!(
                &error,
                StoreError::Keyring {
                    fault: KeyringFault::Damaged { .. },
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn what_is_too_large_for_all_parts_is_refused_and_what_was_there_stays() {
    let desk = Desk::with(Mood::Fine, Some(256));
    desk.store().save(&dev(), &token("old")).unwrap();
    let error = desk
        .store()
        .save(&dev(), &Token::bearer("x".repeat(64 * 256)))
        .unwrap_err();
    assert!(
        matches!(
            &error,
            StoreError::Keyring {
                fault: KeyringFault::TooLarge { limit: 16_384, .. },
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(desk.store().load(&dev()).unwrap(), Some(token("old")));
}

/// The slots that are in use.
fn slots(desk: &Desk) -> std::collections::BTreeSet<char> {
    let state = desk.fake.state();
    let parts = state
        .items
        .keys()
        .filter_map(|name| name.strip_prefix("__lakekey_part_"));
    parts.filter_map(|name| name.chars().next()).collect()
}
