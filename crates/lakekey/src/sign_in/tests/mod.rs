//! A sign-in from the outside: raw bytes to its port, pasted text to its inbox.

mod callback;
mod listener;
mod model;
mod outcome;
mod pages;
mod refused;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lakekey_core::Error;
use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{Client, Grant, RedirectUri, Scopes, authorize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::connection::Patience;
use super::listener::Bound;
use super::{Attempt, Finish, Ports, SignedIn};

/// A sign-in on a free port, and the codes that were given to the exchange.
struct Rig {
    attempt: Attempt,
    port: u16,
    state: String,
    codes: Codes,
}

#[derive(Clone, Default)]
struct Codes(Arc<Mutex<Vec<String>>>);

impl Codes {
    fn note(&self, grant: Grant) {
        let Grant::AuthorizationCode { code, .. } = grant else {
            panic!("a callback leads to an authorization code");
        };
        self.0.lock().unwrap().push(code.expose().to_owned());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Rig {
    /// A sign-in whose exchange succeeds at once.
    async fn new() -> Self {
        Self::finishing(|| async { Ok(ada()) }).await
    }

    /// A sign-in with this exchange.
    async fn finishing<F>(exchange: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<SignedIn, Error>> + Send + 'static,
    {
        Self::with(PATIENCE, exchange).await
    }

    async fn with<F>(patience: Patience, exchange: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<SignedIn, Error>> + Send + 'static,
    {
        let codes = Codes::default();
        let noted = codes.clone();
        let finish: Finish = Box::new(move |grant| {
            Box::pin(async move {
                noted.note(grant);
                exchange().await
            })
        });
        let bound = Bound::open(Ports::Any).await.unwrap();
        let port = bound.port();
        let redirect_uri = RedirectUri::loopback(port);
        let (url, pending) = authorize(
            &endpoints(),
            &Client::databricks_cli(),
            redirect_uri,
            &Scopes::default(),
        );
        let state = pending.state().as_str().to_owned();
        let attempt =
            Attempt::new(target(), url, pending, finish).listening_on(Some(bound), patience);
        Self {
            attempt,
            port,
            state,
            codes,
        }
    }

    /// The target of the genuine redirect.
    fn callback(&self) -> String {
        format!("/?code=c-1&state={}", self.state)
    }

    fn get(&self, target: &str) -> String {
        get(self.port, target)
    }

    /// Sends bytes, and reads until the connection is closed.
    async fn send(&self, request: impl AsRef<[u8]>) -> Response {
        exchange(Ipv4Addr::LOCALHOST.into(), self.port, request.as_ref()).await
    }

    /// Sends what must be refused, then the genuine redirect, which must be served.
    async fn refuses(self, request: impl AsRef<[u8]>) -> Response {
        let refused = self.send(request).await;
        assert!(
            refused.is_empty() || (400..500).contains(&refused.status()),
            "{refused:?}"
        );
        assert!(!refused.claims_success(), "{refused:?}");
        assert_eq!(self.codes.all(), [""; 0]);
        let (genuine, codes) = (self.get(&self.callback()), self.codes.clone());
        let port = self.port;
        let (page, result) = tokio::join!(
            exchange(Ipv4Addr::LOCALHOST.into(), port, genuine.as_bytes()),
            self.attempt.wait()
        );
        assert_eq!(
            (page.status(), result.unwrap().user()),
            (200, Some("ada@example.test"))
        );
        assert_eq!(codes.all(), ["c-1"]);
        refused
    }

    /// Sends what ends the sign-in, and waits for its end.
    async fn ends(self, target: &str) -> (Response, Result<SignedIn, Error>, Vec<String>) {
        let (request, port) = (self.get(target), self.port);
        let (page, result) = tokio::join!(
            exchange(Ipv4Addr::LOCALHOST.into(), port, request.as_bytes()),
            self.attempt.wait()
        );
        (page, result, self.codes.all())
    }
}

/// What came back before the connection was closed.
#[derive(Clone, Debug)]
struct Response(String);

impl Response {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn status(&self) -> u16 {
        self.0
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_default()
    }

    fn head(&self) -> &str {
        self.0
            .split_once("\r\n\r\n")
            .map_or(&self.0, |(head, _)| head)
    }

    fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self
            .head()
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        lines
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn claims_success(&self) -> bool {
        let body = self.body().to_ascii_lowercase();
        [
            "success",
            "signed in",
            "logged in",
            "welcome",
            "authenticated",
        ]
        .iter()
        .any(|word| body.contains(word))
    }
}

fn get(port: u16, target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")
}

async fn exchange(address: IpAddr, port: u16, request: &[u8]) -> Response {
    let mut stream = connect(address, port).await;
    // The other side may answer and close before it has read everything.
    let _ = stream.write_all(request).await;
    read(&mut stream).await
}

async fn connect(address: IpAddr, port: u16) -> TcpStream {
    #[expect(clippy::disallowed_methods, reason = "the browser of these tests")]
    TcpStream::connect((address, port)).await.unwrap()
}

async fn read(stream: &mut TcpStream) -> Response {
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    Response(String::from_utf8(response).unwrap())
}

fn target() -> Target {
    Target::workspace("https://ws.example.test".parse().unwrap())
}

fn endpoints() -> Endpoints {
    let metadata = br#"{
        "issuer": "https://ws.example.test/oidc",
        "authorization_endpoint": "https://ws.example.test/oidc/v1/authorize",
        "token_endpoint": "https://ws.example.test/oidc/v1/token"
    }"#;
    Endpoints::parse(metadata, &target()).unwrap()
}

fn ada() -> SignedIn {
    SignedIn::new(target()).with_user("ada@example.test".to_owned())
}

/// Long enough for a busy machine, and short where a test waits for the end of it.
const PATIENCE: Patience = Patience {
    head: Duration::from_secs(20),
    outcome: Duration::from_secs(20),
    response: Duration::from_secs(20),
    farewell: Duration::from_secs(1),
};
