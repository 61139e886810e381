//! Which cloud a host is on, and whose strategies are asked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use lakekey::attributes::CLOUD;
use lakekey::{
    Attribute, Builder, Code, Credentials, Environment, Error, HOST, HttpClient, Origin, Verdict,
};
use lakekey_cloud::attributes::{
    AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID, AZURE_WORKSPACE_RESOURCE_ID,
};
use lakekey_core::{BoxFuture, Kind};
use lakekey_store::MemoryStore;

const CUSTOM: (&Attribute, &str) = (&HOST, "https://data.example.com");
const PRINCIPAL: [(&Attribute, &str); 3] = [
    (&AZURE_CLIENT_ID, "client-1"),
    (&AZURE_CLIENT_SECRET, "secret-1"),
    (&AZURE_TENANT_ID, "tenant-1"),
];

fn builder(given: &[(&Attribute, &str)]) -> Builder {
    let builder = Credentials::builder()
        .environment(Environment::default())
        .store(Arc::new(MemoryStore::new()));
    given.iter().fold(builder, |builder, (attribute, value)| {
        builder.set(attribute, *value)
    })
}

fn cloud(given: &[(&Attribute, &str)]) -> Option<&'static str> {
    let explanation = builder(given).explain().unwrap();
    explanation.cloud.map(|cloud| cloud.name)
}

#[test]
fn the_setting_tells_before_the_zone() {
    let (aws, azure, gcp) = (Some("aws"), Some("azure"), Some("gcp"));
    for (host, setting, expected) in [
        ("my-workspace.cloud.databricks.com", "AWS", aws),
        ("my-workspace.azuredatabricks.net", "Azure", azure),
        ("my-workspace.gcp.databricks.com", "GCP", gcp),
        ("my-workspace.azuredatabricks.net", "", azure),
        ("my-workspace.cloud.databricks.com", "Azure", azure),
        ("my-workspace.cloud.databricks.com", "azure", azure),
        ("my-workspace.cloud.databricks.com", "Moon", aws),
        ("data.example.com", "Moon", None),
        ("adb-1234567890.0.databricks.azure.cn", "", azure),
        ("adb-1234567890.0.databricks.azure.us", "", azure),
    ] {
        let found = cloud(&[(&HOST, host), (&CLOUD, setting)]);
        assert_eq!(found, expected, "{host} {setting}");
    }
}

#[test]
fn what_only_one_cloud_has_tells_where_no_zone_does() {
    let resource = (&AZURE_WORKSPACE_RESOURCE_ID, "/a/b/c");
    let pinned = (&lakekey::AUTH_TYPE, "azure-cli");
    assert_eq!(cloud(&[CUSTOM]), None);
    assert_eq!(cloud(&[]), None);
    for given in [[CUSTOM, resource], [CUSTOM, pinned]] {
        assert_eq!(cloud(&given), Some("azure"));
        assert_eq!(cloud(&given[1..]), Some("azure"));
    }
    let explanation = builder(&[resource]).explain().unwrap();
    let cloud = explanation.cloud.unwrap();
    assert_eq!(cloud.reason, "`azure_workspace_resource_id` is set");
    let (name, verdict) = explanation.strategies.last().unwrap();
    assert_eq!(*name, "azure-cli");
    assert!(matches!(verdict, Verdict::First), "{verdict:?}");
}

#[test]
fn a_pinned_way_of_another_cloud_is_refused_with_the_reason() {
    let given = [
        (&HOST, "https://ws.cloud.databricks.com"),
        (&lakekey::AUTH_TYPE, "azure-cli"),
    ];
    let error = builder(&given).build().unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert_eq!(
        error.to_string(),
        "azure-cli is for hosts on azure, and https://ws.cloud.databricks.com is on aws"
    );
    assert_eq!(error.notes(), ["the host is below cloud.databricks.com"]);
    assert_eq!(
        error.hint(),
        Some("set `cloud` to azure if that is wrong, or leave auth_type out")
    );
    let explained = builder(&given).explain().unwrap();
    assert_eq!(explained.problem.unwrap().to_string(), error.to_string());

    let here = [(&HOST, "http://127.0.0.1:8080"), given[1]];
    let error = builder(&here).build().unwrap_err();
    assert!(error.to_string().ends_with("is on no cloud"), "{error}");

    let credentials = builder(&given).set(&CLOUD, "azure").build().unwrap();
    assert_eq!(credentials.describe().strategy, Some("azure-cli"));
    let unknown = builder(&[given[0]]).auth_type("kerberos").build();
    assert!(unknown.unwrap_err().to_string().contains("not known here"));
}

#[tokio::test]
async fn a_custom_domain_is_asked_for_its_cloud_when_all_else_fails() {
    let wire = Arc::new(Wire::saying(r#"{"cloud": "AZURE"}"#));
    let credentials = builder(&[CUSTOM])
        .http(wire.clone())
        .set(PRINCIPAL[0].0, PRINCIPAL[0].1)
        .set(PRINCIPAL[1].0, PRINCIPAL[1].1)
        .set(PRINCIPAL[2].0, PRINCIPAL[2].1)
        .build()
        .unwrap();
    assert!(wire.asked().is_empty(), "building asks nothing");
    let headers = credentials.headers().await.unwrap();
    assert_eq!(headers.authorization().unwrap(), "Bearer minted");
    let entra = "https://login.microsoftonline.com/tenant-1/oauth2/token";
    let asked = [
        "https://data.example.com/.well-known/databricks-config",
        entra,
        entra,
    ];
    assert_eq!(wire.asked(), asked);
    assert_eq!(credentials.describe().strategy, Some("azure-client-secret"));
    credentials.reject(&headers);
    credentials.headers().await.unwrap();
    assert_eq!(wire.asked().len(), 5, "the cloud is asked for once");
}

#[tokio::test]
async fn a_domain_that_tells_no_cloud_leaves_nothing_to_try() {
    for document in [r#"{"cloud": "moon"}"#, "{}", ""] {
        let wire = Arc::new(Wire::saying(document));
        let credentials = builder(&[CUSTOM]).http(wire.clone()).build().unwrap();
        let error = credentials.headers().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Absent, "{document}");
        assert_eq!(wire.asked().len(), 1, "{document}");
    }
}

#[tokio::test]
async fn a_host_of_a_known_cloud_and_this_machine_are_not_asked() {
    let wire = Arc::new(Wire::saying(r#"{"cloud": "azure"}"#));
    for host in ["https://ws.cloud.databricks.com", "http://localhost:8080"] {
        let given = [(&HOST, host)];
        let credentials = builder(&given).http(wire.clone()).build().unwrap();
        let error = credentials.headers().await.unwrap_err();
        assert_eq!(error.code(), Code::NotLoggedIn, "{host}");
        assert!(wire.asked().is_empty(), "{host}");
    }
}

#[tokio::test]
async fn a_resource_id_leads_to_its_host() {
    let workspace = r#"{"properties": {"workspaceUrl": "adb-1.2.azuredatabricks.net"}}"#;
    let wire = Arc::new(Wire::saying(workspace));
    let mut given = PRINCIPAL.to_vec();
    given.push((&AZURE_WORKSPACE_RESOURCE_ID, "/a/gr\u{fc}n/c"));
    let credentials = builder(&given).http(wire.clone()).build().unwrap();
    assert_eq!(credentials.host().unwrap_err().code(), Code::NotConfigured);
    assert!(wire.asked().is_empty(), "building asks nothing");

    let settings = credentials.discovered().await.unwrap();
    let host = "https://adb-1.2.azuredatabricks.net";
    assert_eq!(settings.get(&HOST), Some(host));
    assert_eq!(settings.origin(&HOST), Some(&Origin::Metadata));
    let target = credentials.target().await.unwrap();
    assert_eq!(target.host().as_str(), host);
    let arm = "https://management.azure.com/a/gr%C3%BCn/c?api-version=2018-04-01";
    assert_eq!(wire.asked()[1..], [arm], "the host is asked for once");

    let headers = credentials.headers().await.unwrap();
    let id = &headers.as_map()["x-databricks-azure-workspace-resource-id"];
    assert_eq!(id.as_bytes(), "/a/gr\u{fc}n/c".as_bytes());
}

/// A host that says this about itself, and a token endpoint wherever else.
#[derive(Debug)]
struct Wire {
    document: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Wire {
    fn saying(document: &'static str) -> Self {
        Self {
            document,
            asked: Mutex::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpClient for Wire {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let address = request.uri().to_string();
        let is_document = |part| address.contains(part);
        let body = if ["/databricks-config", "api-version"]
            .into_iter()
            .any(is_document)
        {
            self.document
        } else {
            r#"{"access_token": "minted", "token_type": "Bearer", "expires_in": 3600}"#
        };
        self.asked.lock().unwrap().push(address);
        let response = Response::builder().header("content-type", "application/json");
        let response = response.body(body.as_bytes().to_vec()).unwrap();
        Box::pin(async { Ok(response) })
    }
}
