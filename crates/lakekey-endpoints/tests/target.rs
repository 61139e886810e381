//! What a target is, and what follows from it.

use lakekey_endpoints::{Host, HostMetadata, Target, TargetError, WorkspaceId};

fn host(text: &str) -> Host {
    text.parse().expect("a good host")
}

const ACCOUNTS: &str = "https://accounts.cloud.databricks.com";
const PLAIN: &str = "https://ws.example.test";

#[test]
fn a_workspace_is_discovered() {
    let target = Target::workspace(host(PLAIN));
    assert_eq!(target.issuer(), "https://ws.example.test/oidc");
    assert_eq!(
        target.metadata_url().as_str(),
        "https://ws.example.test/oidc/.well-known/oauth-authorization-server"
    );
    assert_eq!(
        target.host_metadata_url().as_str(),
        "https://ws.example.test/.well-known/databricks-config"
    );
    assert_eq!(target.cache_key(), "https://ws.example.test");
    assert_eq!(
        (
            target.endpoints(),
            target.account_id(),
            target.workspace_id()
        ),
        (None, None, None)
    );
}

#[test]
fn an_account_has_fixed_endpoints() {
    let target = Target::account(host(ACCOUNTS), "abc".parse().unwrap());
    let root = "https://accounts.cloud.databricks.com/oidc/accounts/abc";
    assert_eq!(target.issuer(), root);
    assert_eq!(target.cache_key(), root);
    assert_eq!(
        target.metadata_url().as_str(),
        format!("{root}/.well-known/oauth-authorization-server")
    );
    let endpoints = target.endpoints().unwrap();
    assert_eq!(endpoints.issuer(), root);
    assert_eq!(
        endpoints.authorization().as_str(),
        format!("{root}/v1/authorize")
    );
    assert_eq!(endpoints.token().as_str(), format!("{root}/v1/token"));
    assert!(!endpoints.iss_promised());
}

#[test]
fn a_unified_host_is_discovered_below_its_account() {
    let target = Target::unified(
        host(PLAIN),
        "abc".parse().unwrap(),
        Some("123".parse().unwrap()),
    );
    let root = "https://ws.example.test/oidc/accounts/abc";
    assert_eq!(target.issuer(), root);
    assert_eq!(target.cache_key(), root);
    assert_eq!(
        target.metadata_url().as_str(),
        format!("{root}/.well-known/oauth-authorization-server")
    );
    assert_eq!(target.endpoints(), None);
    assert_eq!(target.workspace_id().unwrap().as_str(), "123");
}

#[test]
fn ports_and_loopback_stay_in_every_url() {
    let target = Target::account(host("http://[::1]:8020"), "abc".parse().unwrap());
    assert_eq!(target.issuer(), "http://[::1]:8020/oidc/accounts/abc");
    assert_eq!(
        target.endpoints().unwrap().token().as_str(),
        "http://[::1]:8020/oidc/accounts/abc/v1/token"
    );
}

/// The target in words: its kind and its ids.
fn classify(at: &str, account: &str, workspace: &str, metadata: Option<&str>) -> String {
    let host = host(at);
    let metadata = metadata
        .map(|text| HostMetadata::parse(text.as_bytes(), &host).expect("a good metadata document"));
    let account = (!account.is_empty()).then(|| account.parse().expect("an account id"));
    let workspace = WorkspaceId::parse_optional(workspace).expect("a workspace id");
    match Target::classify(host, account, workspace, metadata.as_ref()) {
        Ok(Target::Workspace { .. }) => "workspace".to_owned(),
        Ok(Target::Account { account_id, .. }) => format!("account {account_id}"),
        Ok(Target::Unified {
            account_id,
            workspace_id,
            ..
        }) => {
            let workspace = workspace_id.map_or("-".to_owned(), |id| id.to_string());
            format!("unified {account_id} {workspace}")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn without_metadata_the_name_decides() {
    for (at, account, workspace, expected) in [
        (ACCOUNTS, "a", "", "account a"),
        (ACCOUNTS, "a", "1", "account a"),
        ("accounts-dod.cloud.databricks.us", "a", "", "account a"),
        (PLAIN, "", "", "workspace"),
        (PLAIN, "a", "", "workspace"),
        (PLAIN, "a", "1", "workspace"),
    ] {
        assert_eq!(
            classify(at, account, workspace, None),
            expected,
            "{at} {account} {workspace}"
        );
    }
}

#[test]
fn an_account_console_stays_one_whatever_its_metadata_says() {
    for kind in ["workspace", "unified", "account", "other"] {
        let metadata = format!(r#"{{"host_type":"{kind}"}}"#);
        assert_eq!(
            classify(ACCOUNTS, "a", "", Some(&metadata)),
            "account a",
            "{kind}"
        );
    }
    let metadata = r#"{"account_id":"meta"}"#;
    assert_eq!(classify(ACCOUNTS, "", "", Some(metadata)), "account meta");
    assert_eq!(classify(ACCOUNTS, "a", "", Some(metadata)), "account a");
}

#[test]
fn metadata_and_an_account_id_make_a_unified_host() {
    const ISSUER: &str =
        r#"{"oidc_endpoint":"https://ws.example.test/oidc/accounts/{account_id}"}"#;
    const OWN: &str = r#"{"oidc_endpoint":"https://ws.example.test/oidc","account_id":"meta"}"#;
    const FILLED: &str = r#"{"host_type":"unified","account_id":"meta","workspace_id":"9"}"#;
    for (account, workspace, metadata, expected) in [
        ("a", "", "{}", "workspace"),
        ("a", "", OWN, "workspace"),
        ("", "", OWN, "workspace"),
        ("a", "", r#"{"host_type":"workspace"}"#, "workspace"),
        ("a", "", r#"{"host_type":"ACCOUNT"}"#, "account a"),
        ("a", "", r#"{"host_type":"unified"}"#, "unified a -"),
        ("a", "1", r#"{"host_type":"unified"}"#, "unified a 1"),
        ("a", "none", ISSUER, "unified a -"),
        ("a", "1", ISSUER, "unified a 1"),
        ("", "", ISSUER, "workspace"),
        ("", "", r#"{"host_type":"unified"}"#, "workspace"),
        ("", "", FILLED, "unified meta 9"),
        ("a", "1", FILLED, "unified a 1"),
    ] {
        let found = classify(PLAIN, account, workspace, Some(metadata));
        assert_eq!(found, expected, "{account} {workspace} {metadata}");
    }
}

#[test]
fn an_account_console_needs_an_account_id() {
    let error = Target::classify(host(ACCOUNTS), None, None, None).unwrap_err();
    assert_eq!(
        error,
        TargetError::AccountIdMissing {
            host: host(ACCOUNTS)
        }
    );
    assert_eq!(error.code(), "usage");
    assert_eq!(
        error.to_string(),
        "`https://accounts.cloud.databricks.com` is an account console and needs an account id; \
         copy it from the console's user menu"
    );
}
