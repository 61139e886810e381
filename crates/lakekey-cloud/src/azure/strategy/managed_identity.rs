use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, Uri, header};
use lakekey_core::{BoxFuture, Code, Context, Error, Limits, Login, Settings, Strategy, Token};
use lakekey_oauth::{Grant, Retry, token_response};
use serde_json::Value;
use url::Url;

use super::{Management, Principal, login, text};
use crate::azure::attributes::{AZURE_CLIENT_ID, AZURE_USE_MSI};
use crate::azure::epoch;
use crate::azure::place::Place;

/// The managed identity of this machine, as the instance metadata service of Azure gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ManagedIdentity;

impl Strategy for ManagedIdentity {
    fn name(&self) -> &'static str {
        "azure-msi"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        if settings.flag(&AZURE_USE_MSI)? != Some(true) {
            return Ok(None);
        }
        let identity = Identity {
            client_id: text(settings, &AZURE_CLIENT_ID).map(str::to_owned),
        };
        let place = Place::of(settings)?;
        Ok(place.map(|place| login(Arc::new(identity), &place, Management::Required)))
    }
}

#[derive(Debug)]
struct Identity {
    /// The identity a user assigned; the machine's own otherwise.
    client_id: Option<String>,
}

impl Principal for Identity {
    fn token_for<'a>(
        &'a self,
        cx: &'a Context,
        resource: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let mut retry = Retry::new();
            loop {
                let request = self.request(resource);
                let started = cx.clock().now();
                let answer = cx.http().send(request).await.map_err(nobody)?;
                let error = match token_response(&answer, started, &GRANT) {
                    Ok(token) => return Ok(expiring(token, &answer, cx)),
                    Err(error) => error,
                };
                match retry.answered(&GRANT, &error) {
                    Some(wait) => cx.clock().sleep(wait).await,
                    None => return Err(self.refused(error.into())),
                }
            }
        })
    }
}

impl Identity {
    fn request(&self, resource: &str) -> Request<Vec<u8>> {
        let mut url = Url::parse(SERVICE).expect("a good address");
        let mut query = url.query_pairs_mut();
        query.append_pair("api-version", "2018-02-01");
        if let Some(id) = &self.client_id {
            query.append_pair("client_id", id);
        }
        query.append_pair("resource", resource);
        drop(query);
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = url.as_str().parse::<Uri>().expect("a parsed URL is a URI");
        let headers = request.headers_mut();
        headers.insert("metadata", HeaderValue::from_static("true"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let limits = Limits::default().with_connect(CONNECT).with_total(TOTAL);
        request.extensions_mut().insert(limits);
        request
    }

    /// The service itself works; it is the identity that it does not know.
    fn refused(&self, error: Error) -> Error {
        if error.code() != Code::TokenError {
            return error;
        }
        let whose = match self.client_id {
            Some(_) => "the managed identity that `azure_client_id` names",
            None => "a managed identity of this machine",
        };
        let message = format!("Azure gives no token for {whose}");
        Error::new(Code::TokenError, message)
            .with_hint("assign the identity to this machine in the Azure portal")
            .caused_by(error)
    }
}

/// The service gives tokens it has had for a while: when they end tells more than how long they
/// live.
fn expiring(token: Token, answer: &Response<Vec<u8>>, cx: &Context) -> Token {
    let document: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match epoch::seconds(&document["expires_on"]) {
        Some(moment) => epoch::ending(token, moment, cx.clock().now()),
        None => token,
    }
}

fn nobody(error: Error) -> Error {
    if !matches!(error.code(), Code::Transport | Code::Timeout) {
        return error;
    }
    let fact = "the metadata service of Azure does not answer, which only machines in Azure have";
    Error::new(error.code(), fact)
        .with_hint("leave `azure_use_msi` out elsewhere than on a machine in Azure")
        .caused_by(error)
}

/// Asking for a token spends nothing, as with a client's own credentials.
const GRANT: Grant = Grant::ClientCredentials;
/// A link-local address, the same on every machine in Azure.
const SERVICE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(10);
