use std::time::{Duration, SystemTime};

use http::{HeaderValue, Request, Response, StatusCode};
use lakekey_core::{
    BoxFuture, Code, Context, Error, Limits, Login, Secret, Settings, Strategy, Token, TokenSource,
};
use lakekey_endpoints::Host;
use serde_json::Value;
use url::Url;

use super::given;
use crate::attributes::METADATA_SERVICE_URL;
use crate::discover;

/// A service on this machine that gives out tokens, such as an editor with a login of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MetadataService;

impl Strategy for MetadataService {
    fn name(&self) -> &'static str {
        "metadata-service"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(address) = given(settings, &METADATA_SERVICE_URL) else {
            return Ok(None);
        };
        let Some(host) = settings.host()? else {
            return Ok(None);
        };
        let Some(url) = on_this_machine(address.expose()) else {
            let error = Error::new(Code::Config, "the metadata service is not on this machine")
                .with_hint("give an address on localhost as `metadata_service_url`");
            return Err(settings.with_origin_of(error, &METADATA_SERVICE_URL));
        };
        Ok(Some(Login::bearer(Service {
            address: Secret::from(String::from(url)),
            host,
        })))
    }
}

/// The service. Its address is a secret, since whoever knows it gets tokens.
#[derive(Debug)]
struct Service {
    address: Secret,
    host: Host,
}

impl TokenSource for Service {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let now = cx.clock().now();
            let response = cx.http().send(self.request()).await?;
            token(&response, now)
        })
    }
}

impl Service {
    fn request(&self) -> Request<Vec<u8>> {
        let url = Url::parse(self.address.expose()).expect("it was parsed before");
        let mut request = discover::get(&url, Limits::default().with_total(PATIENCE));
        let host = HeaderValue::from_str(self.host.as_str()).expect("a host is printable ASCII");
        let headers = request.headers_mut();
        headers.insert(
            "x-databricks-metadata-version",
            HeaderValue::from_static("1"),
        );
        headers.insert("x-databricks-host", host);
        request
    }
}

/// The address, if it is one of this machine by its parsed name and not by its beginning.
fn on_this_machine(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let host: Host = address.parse().ok()?;
    (host.is_loopback() && host.same_origin(&url)).then_some(url)
}

fn token(response: &Response<Vec<u8>>, now: SystemTime) -> Result<Token, Error> {
    if response.status() != StatusCode::OK {
        return Err(refused(response.status()));
    }
    let document: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let access = document["access_token"]
        .as_str()
        .filter(|text| is_token(text));
    let access = access.ok_or_else(|| unusable("has no usable `access_token`"))?;
    let is_bearer = |text: &str| text.eq_ignore_ascii_case("bearer");
    if !document["token_type"].as_str().is_some_and(is_bearer) {
        return Err(unusable("has a `token_type` that is not `Bearer`"));
    }
    let expiry = seconds(&document["expires_on"])
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| unusable("has an `expires_on` that is no moment"))?;
    let left = expiry.duration_since(now).unwrap_or_default();
    Ok(Token::bearer(access).lasting(now, left))
}

/// Seconds since 1970, as a number or as a text that holds one.
fn seconds(value: &Value) -> Option<Duration> {
    let whole = match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_u64(),
    };
    whole.map(Duration::from_secs)
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(status: StatusCode) -> Error {
    let (code, hint) = match status {
        _ if status.is_server_error() => (Code::ServerError, "try again later"),
        _ if status.is_redirection() => (Code::UnexpectedRedirect, CHECK),
        _ => (Code::TokenError, CHECK),
    };
    let status = status.as_u16();
    let message = format!("the metadata service gave no token, it answered {status}");
    Error::new(code, message).with_hint(hint)
}

fn unusable(problem: &str) -> Error {
    let message = format!("the answer of the metadata service {problem}");
    Error::new(Code::InvalidTokenResponse, message).with_hint(CHECK)
}

const PATIENCE: Duration = Duration::from_secs(10);
const CHECK: &str = "check that `metadata_service_url` and `host` belong together";
