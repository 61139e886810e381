//! What is answered to whom: the protocol of the SDKs' `metadata-service` strategy.

use std::fmt;
use std::time::SystemTime;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use lakekey::{Clock as _, Credentials, Demand, Error, Host, Kind, Secret, SystemClock, Token};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::super::token::end;

/// One login, behind one secret path.
#[derive(Debug)]
pub(super) struct Service {
    credentials: Credentials,
    pub(super) host: Host,
    pub(super) path: Secret,
    port: u16,
}

impl Service {
    /// A service with a path that nobody can guess.
    pub(super) fn new(credentials: Credentials, host: Host, port: u16) -> Self {
        Self {
            credentials,
            host,
            path: path(),
            port,
        }
    }

    /// A token for whoever knows the path and means this host; the reason for anybody else.
    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if let Err(objection) = self.check(request) {
            return respond(objection.status(), &objection.document());
        }
        match self.credentials.token_on(Demand::Fresh).await {
            Ok(token) => respond(StatusCode::OK, &granted(&token)),
            Err(error) => respond(status(&error), &failed(&error)),
        }
    }

    fn check<B>(&self, request: &Request<B>) -> Result<(), Objection> {
        let addressed = text(request, header::HOST.as_str());
        let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", self.port));
        if !addressed.is_some_and(|host| names.iter().any(|name| name == host)) {
            return Err(Objection::Elsewhere);
        }
        let (path, ours) = (request.uri().path(), self.path.expose());
        if !bool::from(path.as_bytes().ct_eq(ours.as_bytes())) {
            return Err(Objection::Path);
        }
        if request.method() != Method::GET {
            return Err(Objection::Method);
        }
        if text(request, VERSION_HEADER) != Some(VERSION) {
            return Err(Objection::Version);
        }
        let meant = text(request, HOST_HEADER).and_then(|text| text.parse::<Host>().ok());
        if meant.as_ref() != Some(&self.host) {
            return Err(Objection::Host);
        }
        Ok(())
    }
}

/// Why a request gets no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Objection {
    Elsewhere,
    Path,
    Method,
    Version,
    Host,
}

impl Objection {
    fn status(self) -> StatusCode {
        match self {
            Self::Elsewhere | Self::Host => StatusCode::FORBIDDEN,
            Self::Path => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Version => StatusCode::BAD_REQUEST,
        }
    }

    fn document(self) -> Value {
        document(&self.status().as_u16().to_string(), &self.to_string())
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Elsewhere => "this server is reached as 127.0.0.1 or localhost",
            Self::Path => "there is nothing here: has `lakekey auth serve` been started anew?",
            Self::Method => "tokens are asked for with GET",
            Self::Version => "X-Databricks-Metadata-Version must be 1",
            Self::Host => "the tokens given here are for another X-Databricks-Host",
        })
    }
}

fn granted(token: &Token) -> Value {
    let expiry = end(token, SystemClock.now());
    let since = expiry
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    json!({
        "access_token": token.access().expose(),
        "token_type": token.token_type(),
        "expires_on": since.as_secs(),
    })
}

fn failed(error: &Error) -> Value {
    let hint = error.hint().map(|hint| format!(" (next: {hint})"));
    let message = format!("{error}{}", hint.unwrap_or_default());
    document(error.code().as_str(), &message)
}

/// An error in the shape of the REST API's, which the SDKs show.
fn document(code: &str, message: &str) -> Value {
    json!({ "error_code": code, "message": message })
}

fn status(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Absent | Kind::SignIn | Kind::Denied => StatusCode::UNAUTHORIZED,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn respond(status: StatusCode, document: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(document.to_string())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The one value of a header; `None` if there are none or several.
fn text<'a, B>(request: &'a Request<B>, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// 256 random bits, as a path.
fn path() -> Secret {
    let [mut high, mut low] = [[0_u8; 16]; 2];
    for half in [&mut high, &mut low] {
        SysRng
            .try_fill_bytes(half)
            .expect("the operating system gives random numbers");
    }
    let [high, low] = [high, low].map(u128::from_ne_bytes);
    Secret::from(format!("/{high:032x}{low:032x}/token"))
}

const VERSION_HEADER: &str = "x-databricks-metadata-version";
const VERSION: &str = "1";
const HOST_HEADER: &str = "x-databricks-host";
