//! The metadata server of a machine in Google Cloud, which has the tokens of its service account.

use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode};
use lakekey_core::{Code, Context, Error, Limits, Token};
use lakekey_oauth::{Grant, token_response};
use url::form_urlencoded::byte_serialize;

use super::CLOUD_PLATFORM;
use super::person::LOGIN;

/// An access token of the service account of this machine; absent on a machine without one.
pub(super) async fn token(cx: &Context) -> Result<Token, Error> {
    let started = cx.clock().now();
    let response = match cx.http().send(request()).await {
        Ok(response) => response,
        Err(error) => return Err(absent().caused_by(error)),
    };
    if !is_googles(&response) || response.status() == StatusCode::NOT_FOUND {
        return Err(absent());
    }
    Ok(token_response(
        &response,
        started,
        &Grant::ClientCredentials,
    )?)
}

fn request() -> Request<Vec<u8>> {
    let scopes: String = byte_serialize(CLOUD_PLATFORM.as_bytes()).collect();
    let mut request = Request::new(Vec::new());
    *request.uri_mut() = format!("{ADDRESS}?scopes={scopes}")
        .parse()
        .expect("an address and an encoded query");
    let flavor = HeaderValue::from_static(FLAVOR);
    request.headers_mut().insert(FLAVOR_HEADER, flavor);
    let limits = Limits::default().with_connect(CONNECT).with_total(TOTAL);
    request.extensions_mut().insert(limits);
    request
}

/// Whether it is the metadata server that answers, and not another cloud's or a proxy.
fn is_googles(response: &Response<Vec<u8>>) -> bool {
    let flavor = response.headers().get(FLAVOR_HEADER);
    flavor.is_some_and(|flavor| flavor == FLAVOR)
}

fn absent() -> Error {
    Error::new(
        Code::NotConfigured,
        "there are no Google application default credentials, and this machine has no service account",
    )
    .with_hint(LOGIN)
}

/// The address stands for the name `metadata.google.internal`, which others might answer to.
const ADDRESS: &str =
    "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";
const FLAVOR_HEADER: &str = "metadata-flavor";
const FLAVOR: &str = "Google";
/// It is on the same machine, or nowhere.
const CONNECT: Duration = Duration::from_secs(1);
const TOTAL: Duration = Duration::from_secs(10);
