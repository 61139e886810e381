//! A door to the network that answers as it is told, and remembers what it was asked.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use lakekey::{Builder, Code, Credentials, Environment, Error, HttpClient, Limits};
use lakekey_core::BoxFuture;
use lakekey_store::MemoryStore;

use crate::world::TestClock;

pub(crate) const WORKSPACE: &str = "https://ws.example.test";
pub(crate) const CONSOLE: &str = "https://accounts.example.test";
pub(crate) const TOKEN_ENDPOINT: &str = "https://ws.example.test/oidc/v1/token";
/// What a token endpoint answers when all is well.
pub(crate) const GRANTED: &str =
    r#"{"access_token":"access-canary","token_type":"Bearer","expires_in":3600}"#;

/// What was sent, and what answers, by address without query.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<HashMap<String, (u16, String)>>,
    requests: Mutex<Vec<Request<Vec<u8>>>>,
}

impl Script {
    /// A workspace that says nothing of itself but where its endpoints are.
    pub(crate) fn workspace() -> Arc<Self> {
        let script = Arc::new(Self::default());
        script.answer(
            "https://ws.example.test/oidc/.well-known/oauth-authorization-server",
            200,
            r#"{"issuer":"https://ws.example.test/oidc",
                "authorization_endpoint":"https://ws.example.test/oidc/v1/authorize",
                "token_endpoint":"https://ws.example.test/oidc/v1/token"}"#,
        );
        script.answer(TOKEN_ENDPOINT, 200, GRANTED);
        script
    }

    pub(crate) fn answer(&self, address: &str, status: u16, body: &str) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(address.to_owned(), (status, body.to_owned()));
    }

    /// What the host says about itself.
    pub(crate) fn describe_host(&self, body: &str) {
        self.answer(
            "https://ws.example.test/.well-known/databricks-config",
            200,
            body,
        );
    }

    /// The requests to an address, in their order.
    pub(crate) fn sent_to(&self, address: &str) -> Vec<Request<Vec<u8>>> {
        let requests = self.requests.lock().unwrap();
        let sent = requests.iter().filter(|request| plain(request) == address);
        sent.cloned().collect()
    }

    /// The body of the one request to an address.
    pub(crate) fn form(&self, address: &str) -> String {
        let [request] = &self.sent_to(address)[..] else {
            panic!("not one request to {address}: {:?}", self.requests);
        };
        String::from_utf8(request.body().clone()).unwrap()
    }

    /// The beginnings of credentials for a machine with these variables.
    pub(crate) fn builder(self: &Arc<Self>, variables: &[(&str, &str)]) -> Builder {
        let variables = variables.iter().copied();
        Credentials::builder()
            .environment(variables.collect::<Environment>())
            .store(Arc::new(MemoryStore::new()))
            .http(Arc::clone(self) as Arc<dyn HttpClient>)
            .clock(Arc::new(TestClock::default()))
    }
}

/// What it holds is full of secrets, and is not what is tested.
impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Script").finish_non_exhaustive()
    }
}

impl HttpClient for Script {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let answer = self.answers.lock().unwrap().get(&plain(&request)).cloned();
        self.requests.lock().unwrap().push(request);
        Box::pin(async move {
            let (status, body) = answer.unwrap_or((404, String::new()));
            if status == 0 {
                return Err(Error::new(Code::Transport, "no connection").unsent());
            }
            let response = Response::builder()
                .status(status)
                .header("content-type", "application/json");
            Ok(response.body(body.into_bytes()).unwrap())
        })
    }
}

/// How long a request may take, in seconds.
pub(crate) fn patience(request: &Request<Vec<u8>>) -> u64 {
    request
        .extensions()
        .get::<Limits>()
        .unwrap()
        .total
        .as_secs()
}

fn plain(request: &Request<Vec<u8>>) -> String {
    let address = request.uri().to_string();
    address.split('?').next().unwrap().to_owned()
}
