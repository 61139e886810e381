//! Learning from the host itself what it is and where its endpoints are.

use std::time::Duration;

use http::{Request, Response, StatusCode, header};
use lakekey_core::{
    ACCOUNT_ID, Attribute, Code, Context, Error, Limits, Origin, Secret, Settings, WORKSPACE_ID,
};
use lakekey_endpoints::{
    AccountId, Endpoints, Host, HostMetadata, MetadataError, Target, TargetError, WorkspaceId,
};
use lakekey_oauth::{Grant, ResponseError, Retry};
use url::Url;

use crate::hosts::Hosts;

/// The cloud that the host runs on, which its metadata names where the settings do not.
pub const CLOUD: Attribute =
    Attribute::new("cloud", "cloud that the host runs on: AWS, Azure, GCP")
        .env(&["DATABRICKS_CLOUD"]);

/// What a sign-in is asked for, before the host has been asked what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) host: Host,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) workspace_id: Option<WorkspaceId>,
    /// The settings say that no workspace is meant, whatever the host names.
    pub(crate) no_workspace: bool,
}

impl Wish {
    /// The target, from the host's own words where its name does not say enough.
    ///
    /// What is configured stands; the host's words fill the gaps.
    pub(crate) async fn target(&self, cx: &Context, hosts: &Hosts) -> Result<Target, Error> {
        let metadata = self.metadata(cx, hosts).await?;
        self.classified(metadata.as_ref()).map_err(|error| {
            Error::new(Code::Usage, error.to_string())
                .with_hint("give the account id: --account-id <ID>, or `account_id` in the profile")
        })
    }

    /// The target, as far as the name of the host or its last answer tells.
    pub(crate) fn remembered_target(&self, cx: &Context, hosts: &Hosts) -> Option<Target> {
        if self.host.is_accounts() {
            return self.classified(None).ok();
        }
        let metadata = self.ruled(hosts.remembered(cx, &self.host)?);
        self.classified(Some(&metadata)).ok()
    }

    fn classified(&self, metadata: Option<&HostMetadata>) -> Result<Target, TargetError> {
        let Self {
            host,
            account_id,
            workspace_id,
            ..
        } = self;
        Target::classify(
            host.clone(),
            account_id.clone(),
            workspace_id.clone(),
            metadata,
        )
    }

    /// What the host says about itself, less what the settings rule out. An accounts host is known
    /// by its name and not asked.
    pub(crate) async fn metadata(
        &self,
        cx: &Context,
        hosts: &Hosts,
    ) -> Result<Option<HostMetadata>, Error> {
        if self.host.is_accounts() {
            return Ok(None);
        }
        let metadata = hosts.metadata(cx, &self.host).await?;
        Ok(metadata.map(|metadata| self.ruled(metadata)))
    }

    fn ruled(&self, mut metadata: HostMetadata) -> HostMetadata {
        if self.no_workspace {
            metadata.workspace_id = None;
        }
        metadata
    }
}

/// The settings with their gaps filled from what the host says about itself.
pub(crate) fn backfilled(settings: Settings, metadata: &HostMetadata) -> Settings {
    let HostMetadata {
        account_id,
        workspace_id,
        cloud,
        ..
    } = metadata;
    let found = [
        (&ACCOUNT_ID, account_id.as_ref().map(AccountId::as_str)),
        (
            &WORKSPACE_ID,
            workspace_id.as_ref().map(WorkspaceId::as_str),
        ),
        (&CLOUD, cloud.as_deref()),
    ];
    let is_gap = |attribute| settings.secret(attribute).is_none_or(Secret::is_empty);
    let gaps: Vec<_> = found
        .into_iter()
        .filter_map(|(attribute, value)| Some((attribute, value?)))
        .filter(|(attribute, _)| is_gap(attribute))
        .collect();
    gaps.into_iter()
        .fold(settings, |settings, (attribute, value)| {
            settings.with(attribute, value, Origin::Metadata)
        })
}

/// The endpoints of a target: fixed for an account, asked for otherwise.
pub(crate) async fn endpoints(cx: &Context, target: &Target) -> Result<Endpoints, Error> {
    if let Some(fixed) = target.endpoints() {
        return Ok(fixed);
    }
    let url = target.metadata_url();
    let response = fetch(cx, &url, Limits::default())
        .await
        .map_err(|error| unreachable(&url, error))?;
    let body = accepted(&url, &response)?;
    Endpoints::parse(body, target).map_err(|error| refused(&url, error))
}

async fn fetch(cx: &Context, url: &Url, limits: Limits) -> Result<Response<Vec<u8>>, Error> {
    let mut retry = Retry::new();
    loop {
        let outcome = cx.http().send(get(url, limits)).await;
        match wait(&mut retry, &outcome) {
            Some(wait) => cx.clock().sleep(wait).await,
            None => return outcome,
        }
    }
}

/// A metadata request may be repeated like any grant that spends nothing.
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
