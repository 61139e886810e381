//! C-DISC-01, -02, -03, -05, -08 and C-PKCE-03: which documents are believed.

use lakekey_endpoints::{
    Endpoints, Host, HostMetadata, HostType, MetadataError, Target, WorkspaceId,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn workspace() -> Target {
    Target::workspace("ws.example.test".parse().expect("a good host"))
}

fn document() -> Value {
    json!({
        "issuer": "https://ws.example.test/oidc",
        "authorization_endpoint": "https://ws.example.test/oidc/v1/authorize",
        "token_endpoint": "https://ws.example.test/oidc/v1/token",
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "jwks_uri": "https://ws.example.test/oidc/jwks.json",
    })
}

fn parse_with(member: &str, value: Value) -> Result<Endpoints, MetadataError> {
    let mut document = document();
    document[member] = value;
    Endpoints::parse(document.to_string().as_bytes(), &workspace())
}

fn parse_without(member: &str) -> Result<Endpoints, MetadataError> {
    let mut document = document();
    document.as_object_mut().expect("an object").remove(member);
    Endpoints::parse(document.to_string().as_bytes(), &workspace())
}

fn code<T: std::fmt::Debug>(result: Result<T, MetadataError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn a_good_document_gives_its_endpoints() {
    let endpoints = Endpoints::parse(document().to_string().as_bytes(), &workspace()).unwrap();
    assert_eq!(endpoints.issuer(), "https://ws.example.test/oidc");
    assert_eq!(
        endpoints.authorization().as_str(),
        "https://ws.example.test/oidc/v1/authorize"
    );
    assert_eq!(
        endpoints.token().as_str(),
        "https://ws.example.test/oidc/v1/token"
    );
    assert!(endpoints.iss_promised());
}

#[test]
fn the_issuer_is_compared_as_text() {
    for issuer in [
        json!("https://other.example.test/oidc"),
        json!("http://ws.example.test/oidc"),
        json!("https://ws.example.test/oidc/"),
        json!("https://ws.example.test"),
        json!("https://ws.example.test:443/oidc"),
        json!("https://WS.example.test/oidc"),
        json!("https://ws.example.test/oidc/accounts/other"),
        json!(""),
        json!(7),
        json!(["https://ws.example.test/oidc"]),
        json!({"url": "https://ws.example.test/oidc"}),
        Value::Null,
    ] {
        assert_eq!(
            code(parse_with("issuer", issuer.clone())),
            "discovery_untrusted",
            "{issuer}"
        );
    }
    assert_eq!(code(parse_without("issuer")), "discovery_untrusted");
}

#[test]
fn the_issuer_names_the_account() {
    let of =
        |account: &str| Target::unified("h.test".parse().unwrap(), account.parse().unwrap(), None);
    let document = json!({
        "issuer": "https://h.test/oidc/accounts/one",
        "authorization_endpoint": "https://h.test/oidc/accounts/one/v1/authorize",
        "token_endpoint": "https://h.test/oidc/accounts/one/v1/token",
    })
    .to_string();
    assert_eq!(
        code(Endpoints::parse(document.as_bytes(), &of("one"))),
        "ok"
    );
    assert_eq!(
        code(Endpoints::parse(document.as_bytes(), &of("two"))),
        "discovery_untrusted"
    );
}

#[test]
fn endpoints_stay_on_the_host() {
    for found in [
        "http://ws.example.test/oidc/v1/token",
        "http://ws.example.test:443/oidc/v1/token",
        "ftp://ws.example.test/oidc/v1/token",
        "/oidc/v1/token",
        "oidc/v1/token",
        "",
        "//evil.test/token",
        "https:ws.example.test/token",
        "https://evil.test/oidc/v1/token",
        "https://ws.example.test:8443/oidc/v1/token",
        "https://sub.ws.example.test/oidc/v1/token",
        "https://example.test/oidc/v1/token",
        "https://ws.example.test.evil.test/oidc/v1/token",
        "https://ws.example.test@evil.test/oidc/v1/token",
        "https://u:p@ws.example.test/oidc/v1/token",
        "https://ws.example.test/oidc/v1/token#fragment",
        "https:\\\\ws.example.test\\oidc",
        "https://ws.example.test/oidc/v1/to\nken",
        " https://ws.example.test/oidc/v1/token",
        "javascript://ws.example.test/%0aalert(1)",
    ] {
        for member in ["token_endpoint", "authorization_endpoint"] {
            assert_eq!(
                code(parse_with(member, json!(found))),
                "discovery_untrusted",
                "{member} {found:?}"
            );
        }
    }
    for found in [
        "https://ws.example.test:443/t",
        "https://WS.example.test/t",
        "https://ws.example.test/t?x=y",
    ] {
        assert_eq!(
            code(parse_with("token_endpoint", json!(found))),
            "ok",
            "{found:?}"
        );
    }
}

#[test]
fn endpoints_must_be_there() {
    for member in ["token_endpoint", "authorization_endpoint"] {
        assert_eq!(code(parse_without(member)), "discovery_failed");
        for found in [
            json!(7),
            json!(["https://ws.example.test/t"]),
            Value::Null,
            json!({}),
        ] {
            assert_eq!(
                code(parse_with(member, found.clone())),
                "discovery_failed",
                "{member} {found}"
            );
        }
    }
}

#[test]
fn members_that_are_not_used_are_not_looked_at() {
    for found in [json!("https://evil.test/jwks.json"), json!(7), Value::Null] {
        assert_eq!(code(parse_with("jwks_uri", found)), "ok");
    }
    assert_eq!(code(parse_with("x", json!({"y": [1, 2]}))), "ok");
}

#[test]
fn s256_is_not_talked_away() {
    for (methods, expected) in [
        (json!(["S256"]), "ok"),
        (json!(["plain", "S256"]), "ok"),
        (Value::Null, "ok"),
        (json!(["plain"]), "discovery_untrusted"),
        (json!(["s256"]), "discovery_untrusted"),
        (json!([]), "discovery_untrusted"),
        (json!("S256"), "discovery_failed"),
    ] {
        assert_eq!(
            code(parse_with(
                "code_challenge_methods_supported",
                methods.clone()
            )),
            expected,
            "{methods}"
        );
    }
    assert_eq!(
        code(parse_without("code_challenge_methods_supported")),
        "ok"
    );
}

#[test]
fn iss_is_promised_only_by_the_document() {
    const MEMBER: &str = "authorization_response_iss_parameter_supported";
    assert!(!parse_without(MEMBER).unwrap().iss_promised());
    assert!(!parse_with(MEMBER, json!(false)).unwrap().iss_promised());
    assert_eq!(code(parse_with(MEMBER, json!("true"))), "discovery_failed");
}

#[test]
fn loopback_hosts_may_speak_http() {
    let target = Target::workspace("http://127.0.0.1:8080".parse().unwrap());
    let at = |origin: &str| {
        json!({
            "issuer": "http://127.0.0.1:8080/oidc",
            "authorization_endpoint": format!("{origin}/a"),
            "token_endpoint": format!("{origin}/t"),
        })
        .to_string()
    };
    for (origin, expected) in [
        ("http://127.0.0.1:8080", "ok"),
        ("https://127.0.0.1:8080", "discovery_untrusted"),
        ("http://localhost:8080", "discovery_untrusted"),
        ("http://127.0.0.1:8081", "discovery_untrusted"),
    ] {
        assert_eq!(
            code(Endpoints::parse(at(origin).as_bytes(), &target)),
            expected,
            "{origin}"
        );
    }
}

#[test]
fn what_is_no_object_is_unreadable() {
    let deep_array = "[".repeat(100_000);
    let deep_member = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = "{\"x\":".repeat(100_000);
    let truncated = &document().to_string()[..60];
    for body in [
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"text\"",
        "true",
        "{",
        "{}x",
        "<!doctype html><title>Sign in</title>",
        "\u{feff}{}",
        truncated,
        &deep_array,
        &deep_member,
        &deep_object,
    ] {
        let start: String = body.chars().take(20).collect();
        assert_eq!(
            code(Endpoints::parse(body.as_bytes(), &workspace())),
            "discovery_failed",
            "{start:?}"
        );
        assert_eq!(
            code(HostMetadata::parse(body.as_bytes(), workspace().host())),
            "discovery_failed",
            "{start:?}"
        );
    }
    assert_eq!(
        code(Endpoints::parse(b"{\"issuer\":\"\xff\"}", &workspace())),
        "discovery_failed"
    );
}

#[test]
fn messages_name_member_expected_and_found() {
    let message = |result: Result<Endpoints, MetadataError>| result.unwrap_err().to_string();
    let parse = |body: &str| Endpoints::parse(body.as_bytes(), &workspace());
    for (found, expected) in [
        (
            message(parse("<html>")),
            "the metadata is unreadable: the document must be a JSON object, found a web page",
        ),
        (
            message(parse("")),
            "the metadata is unreadable: the document must be a JSON object, found an empty body",
        ),
        (
            message(parse("{\n1")),
            "the metadata is unreadable: the document must be a JSON object, \
             found an error at line 2, column 1",
        ),
        (
            message(parse("[]")),
            "the metadata is unreadable: the document must be a JSON object, found an array",
        ),
        (
            message(parse_without("token_endpoint")),
            "the metadata is unreadable: token_endpoint must be a URL, found nothing",
        ),
        (
            message(parse_with("issuer", json!("https://evil.test\u{1b}[2J"))),
            "the metadata cannot be trusted: issuer must be `https://ws.example.test/oidc`, \
             found `https://evil.test\\u{1b}[2J`",
        ),
        (
            message(parse_without("issuer")),
            "the metadata cannot be trusted: issuer must be `https://ws.example.test/oidc`, found nothing",
        ),
        (
            message(parse_with(
                "token_endpoint",
                json!("https://u:p@evil.test/t?x"),
            )),
            "the metadata cannot be trusted: token_endpoint must be a URL on `https://ws.example.test`, \
             found `…@evil.test/t`",
        ),
        (
            message(parse_with(
                "code_challenge_methods_supported",
                json!(["plain"]),
            )),
            "the metadata cannot be trusted: code_challenge_methods_supported must be a list with `S256`, \
             found [`plain`]",
        ),
    ] {
        assert_eq!(found, expected);
    }
    let long = message(parse_with("issuer", json!("x".repeat(5_000_000))));
    assert!(
        long.chars().count() < 300,
        "{} characters",
        long.chars().count()
    );
}

fn host_metadata(document: &Value) -> Result<HostMetadata, MetadataError> {
    HostMetadata::parse(document.to_string().as_bytes(), workspace().host())
}

#[test]
fn host_metadata_is_read() {
    let metadata = host_metadata(&json!({
        "oidc_endpoint": "https://ws.example.test/oidc/",
        "account_id": "abc-123",
        "workspace_id": "456",
        "cloud": "Azure",
        "host_type": "WORKSPACE",
        "token_federation_default_oidc_audiences": ["https://ws.example.test/oidc/v1/token", 7, "b"],
        "later": {"more": true},
    }))
    .unwrap();
    assert_eq!(
        metadata.oidc_endpoint(None).as_deref(),
        Some("https://ws.example.test/oidc")
    );
    assert_eq!(metadata.account_id.unwrap().as_str(), "abc-123");
    assert_eq!(metadata.workspace_id.unwrap().as_str(), "456");
    assert_eq!(metadata.cloud.as_deref(), Some("Azure"));
    assert_eq!(metadata.host_type, Some(HostType::Workspace));
    assert_eq!(
        metadata.audiences,
        ["https://ws.example.test/oidc/v1/token", "b"]
    );
}

#[test]
fn members_of_host_metadata_that_cannot_be_used_are_missing() {
    assert_eq!(host_metadata(&json!({})), Ok(HostMetadata::default()));
    let odd = json!({
        "oidc_endpoint": 7,
        "account_id": "../evil",
        "workspace_id": "none",
        "cloud": "A\u{1b}[2J",
        "host_type": "CUSTOM_HOST",
        "token_federation_default_oidc_audiences": "text",
    });
    assert_eq!(host_metadata(&odd), Ok(HostMetadata::default()));
    let number =
        host_metadata(&json!({"workspace_id": 1_234_567_890_123_456_u64, "oidc_endpoint": ""}));
    let number = number.unwrap();
    assert_eq!(
        number.workspace_id.as_ref().map(WorkspaceId::as_str),
        Some("1234567890123456")
    );
    assert_eq!(number.oidc_endpoint(None), None);
}

#[test]
fn the_account_id_goes_into_its_place() {
    let metadata = host_metadata(
        &json!({"oidc_endpoint": "https://ws.example.test/oidc/accounts/{account_id}"}),
    )
    .unwrap();
    let account = "abc-123".parse().unwrap();
    assert_eq!(metadata.oidc_endpoint(None), None);
    assert_eq!(
        metadata.oidc_endpoint(Some(&account)).as_deref(),
        Some("https://ws.example.test/oidc/accounts/abc-123")
    );
}

#[test]
fn an_oidc_endpoint_elsewhere_is_untrusted() {
    for found in [
        "https://evil.test/oidc",
        "http://ws.example.test/oidc",
        "https://ws.example.test:8443/oidc",
        "https://ws.example.test@evil.test/oidc",
        "https://{account_id}.evil.test/oidc",
        "https://ws.example.test{account_id}/oidc",
        "/oidc",
        "nonsense",
    ] {
        assert_eq!(
            code(host_metadata(&json!({"oidc_endpoint": found}))),
            "discovery_untrusted",
            "{found}"
        );
    }
}

#[test]
fn a_chosen_document_may_name_any_issuer_on_its_host_and_nothing_elsewhere() {
    let good = json!({
        "issuer": "https://ws.example.test/sso",
        "authorization_endpoint": "https://ws.example.test/sso/authorize",
        "token_endpoint": "https://ws.example.test/sso/token",
    });
    let parse =
        |document: &Value| Endpoints::parse_on(document.to_string().as_bytes(), workspace().host());
    let endpoints = parse(&good).unwrap();
    assert_eq!(endpoints.issuer(), "https://ws.example.test/sso");
    assert_eq!(endpoints.token().path(), "/sso/token");
    for member in ["issuer", "authorization_endpoint", "token_endpoint"] {
        for wrong in [
            json!("https://evil.example/sso"),
            json!("http://ws.example.test/sso"),
            json!("https://ws.example.test@evil.example/"),
            json!("/sso"),
            json!(7),
            json!(null),
        ] {
            let mut document = good.clone();
            document[member] = wrong;
            assert!(parse(&document).is_err(), "{document}");
        }
    }
    let mut plain = good;
    plain["code_challenge_methods_supported"] = json!(["plain"]);
    assert!(parse(&plain).is_err());
}

proptest! {
    #[test]
    fn host_metadata_survives_being_written_and_read(
        account in proptest::option::of("[a-z0-9-]{1,36}"),
        workspace in proptest::option::of("[0-9]{1,20}"),
        cloud in proptest::option::of("\\PC{1,8}"),
        kind in proptest::option::of("workspace|Account|UNIFIED|other"),
        audiences in proptest::collection::vec("\\PC{0,8}", 0..3),
        path in proptest::option::of("(/oidc|/oidc/accounts/\\{account_id\\})/?"),
    ) {
        let metadata = host_metadata(&json!({
            "account_id": account,
            "workspace_id": workspace,
            "cloud": cloud,
            "host_type": kind,
            "token_federation_default_oidc_audiences": audiences,
            "oidc_endpoint": path.map(|path| format!("https://ws.example.test{path}")),
            "later": "more",
        })).unwrap();
        let document = metadata.document();
        prop_assert!(!document.contains("later"));
        let again = HostMetadata::parse(document.as_bytes(), crate::workspace().host());
        prop_assert_eq!(again, Ok(metadata));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Endpoints::parse(&bytes, &workspace());
        let _ = HostMetadata::parse(&bytes, workspace().host());
    }

    #[test]
    fn accepted_documents_keep_the_rules(
        issuer in "https?://(ws\\.example\\.test|evil\\.test)(:443)?/oidc/?",
        token in "(https?|ftp)://(u@)?(ws\\.example\\.test|evil\\.test)\\.?(:[0-9]{1,4})?[/?#]\\PC{0,8}",
        methods in proptest::option::of(proptest::collection::vec("S256|plain", 0..3)),
    ) {
        let target = workspace();
        let host: &Host = target.host();
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": "https://ws.example.test/a",
            "token_endpoint": token,
            "code_challenge_methods_supported": methods,
        });
        match Endpoints::parse(document.to_string().as_bytes(), &target) {
            Ok(endpoints) => {
                prop_assert_eq!(&issuer, "https://ws.example.test/oidc");
                prop_assert_eq!(endpoints.token().scheme(), "https");
                prop_assert!(host.same_origin(endpoints.token()));
                prop_assert!(methods.is_none_or(|methods| methods.iter().any(|method| method == "S256")));
            }
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control)),
        }
    }
}
