//! The format of the official tools, both ways, and what is done with damage.

use std::time::{Duration, SystemTime};

use crate::common::{Home, OFFICIAL, at, read, read_bytes, token};
use lakekey_core::Token;
use lakekey_store::{Key, StoreError, TokenStore};
use proptest::prelude::*;

#[test]
fn the_keys_of_all_entries_are_known_damaged_ones_included() {
    let home = Home::with(r#"{"version":1,"tokens":{"b":{"access_token":"a"},"a":7}}"#);
    assert_eq!(home.store().keys().unwrap(), [Key::new("a"), Key::new("b")]);
    let home = Home::with("{");
    home.store().keys().unwrap_err();
}

#[test]
fn a_new_cache_has_the_official_layout() {
    let home = Home::empty();
    home.store()
        .save(&Key::profile("dev"), &token("dev"))
        .unwrap();
    home.store()
        .save(&Key::new("https://a&b"), &Token::bearer("host"))
        .unwrap();
    let expected = r#"{
  "version": 1,
  "tokens": {
    "dev": {
      "access_token": "access-dev",
      "token_type": "Bearer",
      "refresh_token": "refresh-dev",
      "expiry": "2026-09-21T15:13:20Z",
      "expires_in": 3600
    },
    "https://a\u0026b": {
      "access_token": "host",
      "token_type": "Bearer"
    }
  }
}"#;
    assert_eq!(read(&home.cache()), expected);

    home.store().remove(&Key::profile("dev")).unwrap();
    home.store().remove(&Key::new("https://a&b")).unwrap();
    assert_eq!(
        read(&home.cache()),
        "{\n  \"version\": 1,\n  \"tokens\": {}\n}"
    );
}

#[test]
fn an_official_cache_is_read() {
    let store = Home::with(OFFICIAL);
    let load = |key: &str| store.store().load(&Key::new(key)).unwrap().unwrap();

    let dev = load("dev");
    assert_eq!(dev.access().expose(), "access-dev");
    assert_eq!(
        dev.refresh().map(lakekey_core::Secret::expose),
        Some("refresh-dev")
    );
    assert_eq!(
        dev.expiry(),
        Some(SystemTime::UNIX_EPOCH + Duration::new(1_787_313_791, 123_456_789))
    );
    assert_eq!(dev.lifetime(), Some(Duration::from_secs(3600)));
    let account =
        "https://accounts.cloud.databricks.com/oidc/accounts/968367da-7edd-44f7-9dea-3e0b20b0ec97";
    assert_eq!(load(account).expiry(), Some(at(1_787_313_791)));
    assert_eq!(load("https://acme.cloud.databricks.com").refresh(), None);
    assert_eq!(load("hand-made"), Token::bearer("access-hand-made"));
    assert_eq!(
        load("odd & <quoted>").expiry(),
        Some(at(0)),
        "a zero time is no promise"
    );
    assert_eq!(store.store().load(&Key::profile("other")).unwrap(), None);
    assert_eq!(
        store.names(),
        ["token-cache.json"],
        "reading creates nothing"
    );
}

#[test]
fn what_is_not_known_stays_to_the_byte() {
    let home = Home::with(OFFICIAL);
    home.store()
        .save(&Key::profile("new"), &Token::bearer("n"))
        .unwrap();
    home.store().remove(&Key::profile("new")).unwrap();
    assert_eq!(read(&home.cache()), OFFICIAL);

    home.store()
        .save(&Key::profile("dev"), &Token::bearer("n"))
        .unwrap();
    let expected = OFFICIAL.replace(
        r#""access_token": "access-dev",
      "token_type": "Bearer",
      "refresh_token": "refresh-dev",
      "expiry": "2026-08-21T14:03:11.123456789+02:00",
      "expires_in": 3600,"#,
        r#""access_token": "n",
      "token_type": "Bearer","#,
    );
    assert_eq!(read(&home.cache()), expected);
}

#[test]
fn an_expiry_that_is_no_moment_is_over() {
    for (members, expiry) in [
        (
            r#""expiry": "2025-03-20T10:30:00+02:00""#,
            Some(at(1_742_459_400)),
        ),
        (r#""expiry": "2025-03-20 10:30:00""#, Some(at(0))),
        (r#""expiry": """#, Some(at(0))),
        (r#""expiry": "0001-01-01T00:00:00Z""#, Some(at(0))),
        (r#""expiry": "9999-12-31T23:59:59Z""#, Some(at(0))),
        (r#""expiry": 1742466600"#, Some(at(0))),
        (r#""expiry": null"#, Some(at(0))),
        (r#""expiry": {"a": 1}"#, Some(at(0))),
        (r#""refresh_token": "r""#, Some(at(0))),
        (r#""refresh_token": """#, None),
        (r#""refresh_token": null"#, None),
    ] {
        let cache =
            format!(r#"{{"version":1,"tokens":{{"dev":{{"access_token":"a",{members}}}}}}}"#);
        let token = Home::with(cache)
            .store()
            .load(&Key::profile("dev"))
            .unwrap()
            .unwrap();
        assert_eq!(token.expiry(), expiry, "{members}");
    }
}

#[test]
fn a_lifetime_is_a_number_of_seconds_or_unknown() {
    for (lifetime, expected) in [
        ("3600", Some(3600)),
        ("0", Some(0)),
        ("-1", None),
        ("\"3600\"", None),
        ("1e3", None),
        ("99999999999999999999999", None),
        ("null", None),
    ] {
        let cache = format!(
            r#"{{"version":1,"tokens":{{"dev":{{"access_token":"a","expires_in":{lifetime}}}}}}}"#
        );
        let token = Home::with(cache)
            .store()
            .load(&Key::profile("dev"))
            .unwrap()
            .unwrap();
        assert_eq!(
            token.lifetime(),
            expected.map(Duration::from_secs),
            "{lifetime}"
        );
    }
}

#[test]
fn one_damaged_entry_hides_no_other_one() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (entry, reason) in [
        ("7", "the entry `bad` is not an object"),
        ("null", "the entry `bad` is not an object"),
        (&*deep, "the entry `bad` is not an object"),
        ("{}", "the entry `bad` has no access token"),
        (
            r#"{"access_token": ""}"#,
            "the entry `bad` has no access token",
        ),
        (
            r#"{"access_token": 5}"#,
            "the entry `bad` has a member `access_token` that is not a text",
        ),
        (
            r#"{"access_token": "\ud800"}"#,
            "the entry `bad` has a member `access_token` that is not a text",
        ),
        (
            r#"{"access_token": "a", "refresh_token": ["canary"]}"#,
            "the entry `bad` has a member `refresh_token` that is not a text",
        ),
    ] {
        let cache =
            format!(r#"{{"version":1,"tokens":{{"bad":{entry},"good":{{"access_token":"g"}}}}}}"#);
        let home = Home::with(&cache);
        let (bad, good) = (Key::profile("bad"), Key::profile("good"));

        let error = home.store().load(&bad).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt { reason: found, .. } if found == reason),
            "{error}"
        );
        assert_eq!(home.store().load(&good).unwrap(), Some(Token::bearer("g")));
        home.store().save(&good, &Token::bearer("new")).unwrap();
        assert!(
            read(&home.cache()).contains(&format!("\"bad\": {entry}")),
            "the bad entry is kept"
        );
        home.store().save(&bad, &token("healed")).unwrap();
        assert_eq!(home.store().load(&bad).unwrap(), Some(token("healed")));
        assert_eq!(
            home.store().load(&good).unwrap(),
            Some(Token::bearer("new"))
        );
    }
}

#[test]
fn a_damaged_file_is_named_and_kept() {
    let huge = " ".repeat((16 << 20) + 1);
    for (cache, reason) in [
        (&b""[..], "no JSON at line 1, column 0"),
        (&[0; 64], "no JSON at line 1, column 1"),
        (b"\xff", "no UTF-8 at byte 0"),
        (
            br#"{"version":1,"tokens":{"canary"#,
            "no JSON at line 1, column 30",
        ),
        (
            br#"{"version":1,"tokens":{}}}"#,
            "no JSON at line 1, column 26",
        ),
        (br#"["canary"]"#, "no JSON object at line 1, column 0"),
        (br#""canary""#, "no JSON object at line 1, column 8"),
        (
            br#"{"version":1,"tokens":["canary"]}"#,
            "`tokens` is not an object",
        ),
        (huge.as_bytes(), "it is larger than 16 MiB"),
    ] {
        let home = Home::with(cache);
        let (store, key) = (home.store(), Key::profile("dev"));
        for error in [
            store.load(&key).unwrap_err(),
            store.remove(&key).unwrap_err(),
        ] {
            assert_eq!(error.code().as_str(), "store_corrupt");
            assert!(!format!("{error:?}{error}").contains("canary"));
            assert!(error.to_string().ends_with(reason), "{error} / {reason}");
            assert!(error.to_string().contains(home.cache().to_str().unwrap()));
        }
        assert_eq!(
            home.names(),
            ["token-cache.json"],
            "reading changes nothing"
        );
        assert_eq!(read_bytes(&home.cache()), cache);

        store.save(&key, &token("dev")).unwrap();
        assert_eq!(store.load(&key).unwrap(), Some(token("dev")));
        let [_, _, aside] = &home.names()[..] else {
            panic!("{:?}", home.names())
        };
        assert!(aside.starts_with("token-cache.json.corrupt-"), "{aside}");
        assert_eq!(read_bytes(&home.folder().join(aside)), cache);
    }
}

#[test]
fn each_damaged_file_is_kept_apart() {
    let home = Home::with("{ first");
    for damage in ["{ second", "{ third", "{"] {
        home.store()
            .save(&Key::profile("dev"), &token("dev"))
            .unwrap();
        crate::common::write(&home.cache(), damage);
    }
    let kept = home
        .names()
        .iter()
        .filter(|name| name.contains("corrupt"))
        .count();
    assert_eq!(kept, 3);
}

#[test]
fn a_file_cut_off_anywhere_is_no_catastrophe() {
    for end in 0..OFFICIAL.len() {
        let Some(cut) = OFFICIAL.get(..end) else {
            continue;
        };
        let home = Home::with(cut);
        let error = home.store().load(&Key::profile("dev")).unwrap_err();
        assert_eq!(error.code().as_str(), "store_corrupt", "cut at {end}");
        assert_eq!(read(&home.cache()), cut);
        home.store()
            .save(&Key::profile("dev"), &token("dev"))
            .unwrap();
        let aside = home.names().pop().unwrap();
        assert_eq!(read(&home.folder().join(aside)), cut);
    }
}

#[test]
fn another_version_is_never_touched() {
    for (version, found) in [
        (r#""version": 2,"#, "2"),
        (r#""version": 0,"#, "0"),
        (r#""version": "1","#, "other than a number"),
        (r#""version": null,"#, "null"),
        (r#""version": 1.0,"#, "1.0"),
        ("", "none"),
    ] {
        let cache = OFFICIAL.replace(r#""version": 1,"#, version);
        let home = Home::with(&cache);
        let (store, key) = (home.store(), Key::profile("dev"));
        for error in [
            store.load(&key).unwrap_err(),
            store.save(&key, &token("dev")).unwrap_err(),
            store.remove(&key).unwrap_err(),
        ] {
            assert!(
                matches!(&error, StoreError::Version { found: it, .. } if it == found),
                "{error:?}"
            );
        }
        assert_eq!(read(&home.cache()), cache);
    }
}

#[test]
fn of_members_with_one_name_the_last_counts() {
    let home = Home::with(
        r#"{"version":2,"version":1,"tokens":{"a":{"access_token":"1"},"a":{"access_token":"2","access_token":"3"}}}"#,
    );
    assert_eq!(
        home.store().load(&Key::profile("a")).unwrap(),
        Some(Token::bearer("3"))
    );
}

/// A JSON text with numbers of any size and odd spacing.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, it)| format!("\"{name}\":\t{it}"))
                    .collect();
                format!("{{{}}}", members.join(",\n"))
            }),
        ]
    })
}

fn optional(name: &str, value: Option<&String>) -> String {
    value
        .map(|value| format!(",\"x-{name}\":{value}"))
        .unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unknown_members_survive_any_write(top in json(), entry in json(), bad in json(), access in "\\PC{1,20}", key in any::<String>()) {
        let home = Home::with(format!(
            r#"{{"x-top":{top},"tokens":{{"dev":{{"x-entry":{entry},"access_token":"a"}},"bad":{bad}}},"version":1}}"#
        ));
        let saved = Token::bearer(access).with_refresh("r").expiring(at(1));
        home.store().save(&Key::profile("dev"), &saved).unwrap();
        let key = Key::new(format!("key {key}"));
        home.store().save(&key, &saved).unwrap();

        let text = read(&home.cache());
        for kept in [format!("\"x-top\": {top}"), format!("\"x-entry\": {entry}"), format!("\"bad\": {bad}")] {
            prop_assert!(text.contains(&kept), "{} is in {}", kept, text);
        }
        prop_assert_eq!(home.store().load(&Key::profile("dev")).unwrap(), Some(saved.clone()));
        prop_assert_eq!(home.store().load(&key).unwrap(), Some(saved.clone()));
        home.store().save(&key, &saved).unwrap();
        prop_assert_eq!(read(&home.cache()), text, "writing what was read changes nothing");
    }

    #[test]
    fn no_bytes_panic_and_none_are_lost(start in prop::option::of(json()), junk in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut cache = format!(r#"{{"version":1{}"#, optional("a", start.as_ref())).into_bytes();
        cache.extend(&junk);
        let home = Home::with(&cache);
        let loaded = home.store().load(&Key::profile("dev"));
        prop_assert_eq!(read_bytes(&home.cache()), cache.clone());
        if matches!(loaded, Err(StoreError::Corrupt { .. })) {
            home.store().save(&Key::profile("dev"), &token("dev")).unwrap();
            let kept = home.names().into_iter().any(|name| read_bytes_if_file(&home, &name) == Some(cache.clone()));
            prop_assert!(kept);
        }
    }
}

fn read_bytes_if_file(home: &Home, name: &str) -> Option<Vec<u8>> {
    let path = home.folder().join(name);
    path.is_file().then(|| read_bytes(&path))
}
