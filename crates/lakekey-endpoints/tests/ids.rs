//! C-DISC-07: an id that was accepted cannot change a URL.

use lakekey_endpoints::{AccountId, Host, IdError, Target, WorkspaceId};
use proptest::prelude::*;
use url::Url;

const UUID: &str = "0d26daa6-5e44-4c97-a497-ef015f91254a";

#[test]
fn ids_that_could_change_a_path_are_refused() {
    let long = "a".repeat(300);
    for text in [
        "../../evil",
        "..",
        ".",
        "a/b",
        "a?b",
        "a#b",
        "a%2fb",
        "%2e%2e",
        "%2e",
        "",
        " ",
        long.as_str(),
        " abc",
        "abc ",
        "a b",
        "a\\b",
        "a:b",
        "a;b",
        "a\nb",
        "a\0b",
        "{account_id}",
        "é",
        "ａ",
        "0d26daa6 5e44 4c97 a497 ef015f91254a",
    ] {
        let error = text.parse::<AccountId>().unwrap_err();
        assert!(matches!(error, IdError::Account { .. }), "{text:?}");
        assert_eq!(error.code(), "invalid_account_id");
        let error = text.parse::<WorkspaceId>().unwrap_err();
        assert!(matches!(error, IdError::Workspace { .. }), "{text:?}");
        assert_eq!(error.code(), "invalid_workspace_id");
    }
}

#[test]
fn a_uuid_is_lowered_everywhere() {
    let host: Host = "accounts.example.test".parse().unwrap();
    let id: AccountId = UUID.to_uppercase().parse().unwrap();
    assert_eq!(id, UUID.parse().unwrap());
    let target = Target::account(host, id);
    let root = format!("https://accounts.example.test/oidc/accounts/{UUID}");
    assert_eq!(target.issuer(), root);
    assert_eq!(target.cache_key(), root);
    assert_eq!(
        target.endpoints().unwrap().token().as_str(),
        format!("{root}/v1/token")
    );
}

#[test]
fn other_ids_are_kept_as_they_are() {
    let longest = "x".repeat(64);
    for text in ["abc-123", "ABC_123", "0", longest.as_str()] {
        assert_eq!(text.parse::<AccountId>().unwrap().as_str(), text);
        assert_eq!(text.parse::<WorkspaceId>().unwrap().to_string(), text);
    }
}

#[test]
fn no_workspace_is_spelled_none_or_nothing() {
    assert_eq!(WorkspaceId::parse_optional(""), Ok(None));
    assert_eq!(WorkspaceId::parse_optional("none"), Ok(None));
    assert_eq!(
        WorkspaceId::parse_optional("123"),
        Ok(Some("123".parse().unwrap()))
    );
    assert!(WorkspaceId::parse_optional("a/b").is_err());
    assert!("none".parse::<WorkspaceId>().is_err());
    assert!("none".parse::<AccountId>().is_ok());
}

#[test]
fn messages_name_the_input_and_where_to_find_the_id() {
    assert_eq!(
        "a/b\n".parse::<AccountId>().unwrap_err().to_string(),
        "`a/b\\n` is not an account id; copy the UUID from the user menu of the account console"
    );
    assert_eq!(
        "?o=1".parse::<WorkspaceId>().unwrap_err().to_string(),
        "`?o=1` is not a workspace id; copy the number after `?o=` from the workspace's URL"
    );
}

proptest! {
    #[test]
    fn an_accepted_id_is_one_path_segment(text in "\\PC{0,12}|[a-zA-Z0-9_./%?#-]{0,70}|[a-zA-Z0-9_-]{1,64}") {
        match text.parse::<AccountId>() {
            Ok(id) => {
                let base = Url::parse("https://h.test/oidc/accounts/").unwrap();
                let joined = base.join(id.as_str()).unwrap();
                let segments: Vec<&str> = joined.path_segments().unwrap().collect();
                prop_assert_eq!(segments, ["oidc", "accounts", id.as_str()]);
                prop_assert_eq!((joined.query(), joined.fragment()), (None, None));
                prop_assert!(id.as_str().eq_ignore_ascii_case(&text));
                prop_assert_eq!(id.as_str().parse::<AccountId>().unwrap(), id);
            }
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control)),
        }
    }
}
