//! Learning from the host itself what it is and where its endpoints are.

use std::time::Duration;

use http::{Request, Response, StatusCode, header};
use lakekey_core::{
    ACCOUNT_ID, Attribute, Code, Context, Error, Limits, Origin, Secret, Settings, WORKSPACE_ID,
};
use lakekey_endpoints::{AccountId, Endpoints, HostMetadata, MetadataError, Target};
use lakekey_oauth::{Grant, ResponseError, Retry};
use url::Url;

use crate::attributes::{AUDIENCE, DISCOVERY_URL};

/// The cloud that the host runs on, which its metadata names where the settings do not.
pub const CLOUD: Attribute =
    Attribute::new("cloud", "cloud that the host runs on: AWS, Azure, GCP")
        .env(&["DATABRICKS_CLOUD"]);

/// The settings with their gaps filled from what the host says about itself.
///
/// The account id comes first, since audience and discovery address depend on it.
pub(crate) fn backfilled(settings: Settings, metadata: &HostMetadata) -> Settings {
    let account_id = settings.account_id().ok().flatten();
    let account_id = account_id.as_ref().or(metadata.account_id.as_ref());
    let workspace_id = metadata.workspace_id.as_ref();
    let found = [
        (&ACCOUNT_ID, account_id.map(ToString::to_string)),
        (&WORKSPACE_ID, workspace_id.map(ToString::to_string)),
        (&CLOUD, metadata.cloud.clone()),
        (&AUDIENCE, audience(metadata, account_id)),
        (
            &DISCOVERY_URL,
            discovery_url(metadata, account_id).map(String::from),
        ),
    ];
    let mut settings = settings;
    for (attribute, value) in found {
        let is_gap = settings.secret(attribute).is_none_or(Secret::is_empty);
        if let Some(value) = value.filter(|_| is_gap) {
            settings = settings.with(attribute, value, Origin::Metadata);
        }
    }
    settings
}

/// The audience that the host expects of an ID token: the first it names, or else the account
/// where it is no workspace.
pub(crate) fn audience(metadata: &HostMetadata, account_id: Option<&AccountId>) -> Option<String> {
    let account = || account_id.filter(|_| metadata.workspace_id.is_none());
    let named = metadata.audiences.first().cloned();
    named.or_else(|| account().map(ToString::to_string))
}

/// Where the metadata of the host's authorization server is, by the issuer that the host names.
pub(crate) fn discovery_url(
    metadata: &HostMetadata,
    account_id: Option<&AccountId>,
) -> Option<Url> {
    let issuer = metadata.oidc_endpoint(account_id)?;
    Url::parse(&format!("{issuer}/.well-known/oauth-authorization-server")).ok()
}

/// The endpoints of a target: fixed for an account, asked for otherwise.
///
/// Where `chosen` is another address than the target's own, its document is read instead.
pub(crate) async fn endpoints(
    cx: &Context,
    target: &Target,
    chosen: Option<&Url>,
) -> Result<Endpoints, Error> {
    let own = target.metadata_url();
    let chosen = chosen.filter(|url| **url != own);
    if let (None, Some(fixed)) = (chosen, target.endpoints()) {
        return Ok(fixed);
    }
    let url = chosen.unwrap_or(&own);
    let response = send(cx, &get(url, Limits::default()))
        .await
        .map_err(|error| unreachable(url, error))?;
    let body = accepted(url, &response)?;
    let endpoints = match chosen {
        Some(_) => Endpoints::parse_on(body, target.host()),
        None => Endpoints::parse(body, target),
    };
    endpoints.map_err(|error| refused(url, error))
}

/// Sends a request that spends nothing, again where that may help.
pub(crate) async fn send(
    cx: &Context,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, Error> {
    let mut retry = Retry::new();
    loop {
        let outcome = cx.http().send(request.clone()).await;
        match wait(&mut retry, &outcome) {
            Some(wait) => cx.clock().sleep(wait).await,
            None => return outcome,
        }
    }
}

/// Such a request may be repeated like any grant that spends nothing.
fn wait(retry: &mut Retry, outcome: &Result<Response<Vec<u8>>, Error>) -> Option<Duration> {
    match outcome {
        Err(error) => retry.unanswered(&Grant::ClientCredentials, error),
        Ok(response) if response.status().is_server_error() => {
            let failed = ResponseError::Unavailable {
                status: response.status(),
                retry_after: None,
            };
            retry.answered(&Grant::ClientCredentials, &failed)
        }
        Ok(_) => None,
    }
}

/// A request for a JSON document.
pub(crate) fn get(url: &Url, limits: Limits) -> Request<Vec<u8>> {
    let mut request = Request::new(Vec::new());
    *request.uri_mut() = url.as_str().parse().expect("a parsed URL is a URI");
    request.headers_mut().insert(
        header::ACCEPT,
        header::HeaderValue::from_static("application/json"),
    );
    request.extensions_mut().insert(limits);
    request
}

fn accepted<'a>(url: &Url, response: &'a Response<Vec<u8>>) -> Result<&'a [u8], Error> {
    let status = response.status();
    let (code, hint) = match status {
        StatusCode::OK => return Ok(response.body()),
        StatusCode::NOT_FOUND => (
            Code::OauthNotSupported,
            "check that the host is a Databricks workspace or accounts console",
        ),
        _ if status.is_redirection() => (
            Code::DiscoveryUntrusted,
            "check the host: it may be an old address, or a network sign-in page",
        ),
        _ if status.is_client_error() => (
            Code::DiscoveryFailed,
            "check the host, and whether it lets this network in",
        ),
        _ => (Code::DiscoveryFailed, "try again later"),
    };
    let host = host_of(url);
    let message = match code {
        Code::OauthNotSupported => format!("{host} has no OAuth metadata"),
        _ => format!("the metadata of {host} cannot be had"),
    };
    let status = status.as_u16();
    Err(Error::new(code, message)
        .with_note(format!("{url} answered {status}"))
        .with_hint(hint))
}

fn unreachable(url: &Url, error: Error) -> Error {
    let is_about_the_metadata = match error.code() {
        Code::Timeout | Code::ResponseTooLarge | Code::InvalidTokenResponse => true,
        // Whoever takes a request is there; what cannot be had is the answer.
        Code::Transport => !error.is_unsent(),
        _ => false,
    };
    if !is_about_the_metadata {
        return error;
    }
    let message = format!("the metadata of {} cannot be had", host_of(url));
    Error::new(Code::DiscoveryFailed, message)
        .with_note(format!("asked for {url}"))
        .caused_by(error)
}

/// Why a document that a host serves about itself is not used.
pub(crate) fn refused(url: &Url, error: MetadataError) -> Error {
    let code = match error {
        MetadataError::Untrusted { .. } => Code::DiscoveryUntrusted,
        _ => Code::DiscoveryFailed,
    };
    let message = format!("the metadata of {} cannot be used", host_of(url));
    Error::new(code, message)
        .with_note(format!("read from {url}"))
        .caused_by(error)
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use lakekey_core::{HOST, Origin, Settings};
    use lakekey_endpoints::{Host, HostMetadata};

    use super::{ACCOUNT_ID, AUDIENCE, Attribute, CLOUD, DISCOVERY_URL, WORKSPACE_ID, backfilled};

    const WORKSPACE: &str = "https://ws.example.test";

    /// What is configured, what the host says, and what fills the gaps.
    type Row<'a> = (
        &'a [(&'a Attribute, &'a str)],
        &'a str,
        &'a [(&'a Attribute, &'a str)],
    );

    #[test]
    fn gaps_are_filled_by_these_rules() {
        let rows: &[Row<'_>] = &[
            (
                &[(&ACCOUNT_ID, "A")],
                r#"{"oidc_endpoint":"https://ws.example.test/oidc/accounts/{account_id}/"}"#,
                &[
                    (&AUDIENCE, "A"),
                    (
                        &DISCOVERY_URL,
                        "https://ws.example.test/oidc/accounts/A/.well-known/oauth-authorization-server",
                    ),
                ],
            ),
            (
                &[(&ACCOUNT_ID, "A"), (&WORKSPACE_ID, "W"), (&CLOUD, "GCP")],
                r#"{"account_id":"B","workspace_id":"V","cloud":"AWS"}"#,
                &[],
            ),
            (
                &[],
                r#"{"oidc_endpoint":"https://ws.example.test/oidc","account_id":"A","workspace_id":"W","cloud":"AWS"}"#,
                &[
                    (&ACCOUNT_ID, "A"),
                    (&WORKSPACE_ID, "W"),
                    (&CLOUD, "AWS"),
                    (
                        &DISCOVERY_URL,
                        "https://ws.example.test/oidc/.well-known/oauth-authorization-server",
                    ),
                ],
            ),
            (
                &[],
                r#"{"account_id":"A","cloud":"Azure"}"#,
                &[(&ACCOUNT_ID, "A"), (&CLOUD, "Azure"), (&AUDIENCE, "A")],
            ),
            (
                &[],
                r#"{"oidc_endpoint":"https://ws.example.test/oidc/accounts/{account_id}"}"#,
                &[],
            ),
            (
                &[
                    (&AUDIENCE, "mine"),
                    (&DISCOVERY_URL, "https://ws.example.test/x"),
                ],
                r#"{"oidc_endpoint":"https://ws.example.test/oidc","account_id":"A",
                    "token_federation_default_oidc_audiences":["first"]}"#,
                &[(&ACCOUNT_ID, "A")],
            ),
            (
                &[],
                r#"{"account_id":"A","workspace_id":"W",
                    "token_federation_default_oidc_audiences":["first","second"]}"#,
                &[
                    (&ACCOUNT_ID, "A"),
                    (&WORKSPACE_ID, "W"),
                    (&AUDIENCE, "first"),
                ],
            ),
            (
                &[(&AUDIENCE, "")],
                r#"{"account_id":"A"}"#,
                &[(&ACCOUNT_ID, "A"), (&AUDIENCE, "A")],
            ),
        ];
        let host: Host = WORKSPACE.parse().unwrap();
        for (configured, document, gaps) in rows {
            let with = |settings, pairs: &[(&Attribute, &str)], origin: &Origin| {
                pairs
                    .iter()
                    .fold(settings, |settings: Settings, (row, value)| {
                        settings.with(row, *value, origin.clone())
                    })
            };
            let settings = Settings::default().with(&HOST, WORKSPACE, Origin::Explicit);
            let settings = with(settings, configured, &Origin::Explicit);
            let expected = with(settings.clone(), gaps, &Origin::Metadata);
            let metadata = HostMetadata::parse(document.as_bytes(), &host).unwrap();
            let found = backfilled(settings, &metadata);
            let shown = |settings: &Settings| -> Vec<String> {
                let values = settings.iter();
                let values = values.map(|it| {
                    format!(
                        "{}={} {}",
                        it.attribute().key(),
                        it.value().expose(),
                        it.origin()
                    )
                });
                values.collect()
            };
            assert_eq!(shown(&found), shown(&expected), "{document}");
        }
    }
}
