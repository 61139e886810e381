//! What Azure is asked, and how its answers are read.

use http::{Request, Response};
use lakekey_cloud::{AzureEnvironment, AzureResource, AzureTenant};
use lakekey_core::{Code, Error, Token};
use lakekey_mock::{Mock, Setup};
use proptest::prelude::*;

const HOST: &str = "https://adb-1.2.azuredatabricks.net";
const TENANT: &str = "0d26daa6-5e44-4c97-a497-ef015f91254a";
const RESOURCE: &str =
    "/subscriptions/s-1/resourceGroups/gr\u{fc}n(dev)/providers/Microsoft.Databricks/workspaces/w";

/// What the mock answers when a client of HTTP sends this request.
fn answer(tenant: Option<&str>, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let mut setup = Setup::workspace();
    setup.workspaces[0].azure_tenant = tenant.map(str::to_owned);
    Mock::new(setup).handle(request)
}

#[test]
fn a_workspace_on_azure_tells_its_tenant_and_others_do_not() {
    let host = HOST.parse().unwrap();
    let told = answer(Some(TENANT), AzureTenant::request(&host));
    assert_eq!(AzureTenant::from_response(&told).unwrap().as_str(), TENANT);
    let untold = answer(None, AzureTenant::request(&host));
    let error = AzureTenant::from_response(&untold).unwrap_err();
    assert_eq!(error.code(), Code::DiscoveryFailed);
    assert_eq!(error.notes(), ["it answered 404"]);
}

#[test]
fn the_tenant_is_the_first_segment_of_the_address() {
    for (status, location, tenant) in [
        (
            302,
            "https://login.microsoftonline.com/t/oauth2/authorize?x=/y",
            Some("t"),
        ),
        (
            303,
            "https://login.microsoftonline.us/contoso.example",
            Some("contoso.example"),
        ),
        (307, "https://login.chinacloudapi.cn/T_1/", Some("T_1")),
        (200, "https://login.microsoftonline.com/t/", None),
        (404, "https://login.microsoftonline.com/t/", None),
        (302, "", None),
        (302, "/t/oauth2/authorize", None),
        (302, "//login.microsoftonline.com/t/", None),
        (302, "http://login.microsoftonline.com/t/", None),
        (302, "https://login.microsoftonline.com", None),
        (302, "https://login.microsoftonline.com//t", None),
        (302, "https://login.microsoftonline.com/a%2Fb/", None),
        (302, "https://login.microsoftonline.com/%2e%2e/", None),
        (302, "mailto:t", None),
    ] {
        let answer = Response::builder().status(status);
        let answer = answer
            .header("location", location)
            .body(Vec::new())
            .unwrap();
        let found = AzureTenant::from_response(&answer);
        let found = found.as_ref().map(AzureTenant::as_str).ok();
        assert_eq!(found, tenant, "{status} {location}");
    }
    let error = AzureTenant::from_response(&Response::new(Vec::new())).unwrap_err();
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("azure_tenant_id"))
    );
}

#[test]
fn each_environment_has_its_own_resource_manager() {
    let resource: AzureResource = RESOURCE.replace("gr\u{fc}n(dev)", "g").parse().unwrap();
    let token = Token::bearer("canary");
    for (name, manager) in [
        ("PUBLIC", "management.azure.com"),
        ("USGOVERNMENT", "management.usgovcloudapi.net"),
        ("CHINA", "management.chinacloudapi.cn"),
    ] {
        let environment = AzureEnvironment::named(name).unwrap();
        let request = resource.request(environment, &token).unwrap();
        let expected = format!("https://{manager}{resource}?api-version=2018-04-01");
        assert_eq!(request.uri().to_string(), expected);
        assert_eq!(request.headers()["authorization"], "Bearer canary");
        assert!(!format!("{request:?}").contains("canary"));
    }
}

#[test]
fn ids_that_are_no_path_are_refused() {
    for good in [RESOURCE, "/sub/rg/ws", "/a/b.c/..d"] {
        assert_eq!(good.parse::<AzureResource>().unwrap().as_str(), good);
    }
    let long = format!("/{}", "x".repeat(2048));
    for bad in [
        "",
        "/",
        "sub/rg/ws",
        "//evil.example/x",
        "/a//b",
        "/a/../b",
        "/a/.",
        "/a/",
        "/a?b",
        "/a#b",
        "/a\\b",
        "/a%2fb",
        "/a\nb",
        &long,
    ] {
        let error = bad.parse::<AzureResource>().unwrap_err();
        assert_eq!(error.code(), Code::Config, "{bad:?}");
        assert!(error.hint().is_some());
    }
    for bad in ["", ".", "..", "a/b", "a b", "a?b", "t\u{e9}", &long] {
        let outcome = bad.parse::<AzureTenant>();
        assert_eq!(
            outcome.map_err(|error| error.code()),
            Err(Code::Config),
            "{bad:?}"
        );
    }
}

fn read(status: u16, body: &str) -> Result<String, Error> {
    let resource: AzureResource = RESOURCE.parse()?;
    let mut answer = Response::new(body.as_bytes().to_vec());
    *answer.status_mut() = status.try_into().expect("a status");
    resource.workspace(&answer).map(|host| host.to_string())
}

#[test]
fn the_host_is_the_workspace_url() {
    let answer = |url: &str| format!(r#"{{"properties":{{"workspaceUrl":{url}}}}}"#);
    assert_eq!(
        read(200, &answer(r#""adb-1.2.azuredatabricks.net""#)).unwrap(),
        HOST
    );
    for (status, body, code) in [
        (200, answer("null"), Code::DiscoveryFailed),
        (200, answer("7"), Code::DiscoveryFailed),
        (200, answer(r#""""#), Code::DiscoveryFailed),
        (
            200,
            answer(r#""http://adb-1.2.azuredatabricks.net""#),
            Code::DiscoveryFailed,
        ),
        (200, answer(r#""http://localhost""#), Code::DiscoveryFailed),
        (200, "{}".to_owned(), Code::DiscoveryFailed),
        (200, "<html>".to_owned(), Code::DiscoveryFailed),
        (302, String::new(), Code::UnexpectedRedirect),
        (401, String::new(), Code::ApiError),
        (403, String::new(), Code::ApiError),
        (404, String::new(), Code::Config),
        (429, String::new(), Code::ServerError),
        (503, String::new(), Code::ServerError),
    ] {
        let error = read(status, &body).unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(error.hint().is_some(), "{status} {body}");
    }
}

proptest! {
    /// Whatever the id is, the token goes to the resource manager and the path is the id's.
    #[test]
    fn an_id_stays_in_its_path(text in "/?[a-z\u{e9}/.?#@:%()\\\\ -]{0,24}") {
        if let Ok(resource) = text.parse::<AzureResource>() {
            let request = resource.request(&AzureEnvironment::default(), &Token::bearer("t")).unwrap();
            prop_assert_eq!(request.uri().host(), Some("management.azure.com"));
            prop_assert_eq!(request.uri().query(), Some("api-version=2018-04-01"));
            let depth = |path: &str| path.split('/').count();
            prop_assert_eq!(depth(request.uri().path()), depth(&text));
        }
    }
}
