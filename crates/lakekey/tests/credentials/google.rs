//! A service account of Google, by way of the metadata server of its machine.

use std::sync::Arc;

use http::{Request, Response};
use lakekey::{Credentials, Environment, Error, HttpClient, Kind};
use lakekey_core::BoxFuture;
use lakekey_store::MemoryStore;

const HOST: &str = "https://123.4.gcp.databricks.com";
const ACCESS_HEADER: &str = "x-databricks-gcp-sa-access-token";

/// Google, which gives an access token only to whom it likes.
#[derive(Debug)]
struct Google {
    gives_access: bool,
}

impl HttpClient for Google {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let path = request.uri().path();
        let (status, body) = match path.rsplit_once([':', '/']).unwrap().1 {
            "token" => (
                200,
                r#"{"access_token":"machine","token_type":"Bearer","expires_in":60}"#,
            ),
            "generateIdToken" => (200, r#"{"token":"id"}"#),
            "generateAccessToken" if self.gives_access => (200, r#"{"accessToken":"access"}"#),
            _ => (403, "{}"),
        };
        let answer = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .header("metadata-flavor", "Google");
        let answer = answer.body(body.as_bytes().to_vec()).unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn credentials(gives_access: bool, host: &str) -> Credentials {
    let account = "robot@p.iam.gserviceaccount.com";
    Credentials::builder()
        .environment(Environment::from([
            ("DATABRICKS_HOST", host),
            ("DATABRICKS_GOOGLE_SERVICE_ACCOUNT", account),
        ]))
        .store(Arc::new(MemoryStore::new()))
        .http(Arc::new(Google { gives_access }))
        .build()
        .unwrap()
}

#[tokio::test]
async fn both_tokens_are_in_their_headers() {
    let credentials = credentials(true, HOST);
    let headers = credentials.headers().await.unwrap();
    assert_eq!(headers.as_map().len(), 2);
    assert_eq!(headers.authorization().unwrap(), "Bearer id");
    assert_eq!(headers.as_map()[ACCESS_HEADER], "access");
    assert!(headers.as_map()[ACCESS_HEADER].is_sensitive());
    assert_eq!(credentials.describe().strategy, Some("google-id"));
}

#[tokio::test]
async fn without_access_there_is_one_header() {
    let headers = credentials(false, HOST).headers().await.unwrap();
    assert_eq!(headers.as_map().len(), 1);
    assert_eq!(headers.authorization().unwrap(), "Bearer id");
}

#[tokio::test]
async fn another_cloud_knows_no_google() {
    let elsewhere = credentials(true, "https://adb-1.2.azuredatabricks.net");
    let error = elsewhere.headers().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    assert!(!format!("{error:?}").contains("google"), "{error:?}");
}
