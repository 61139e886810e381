//! What a login is for, and where the tokens for it are to be had.

use lakekey_core::{Code, Context, Error, Setting, Settings, WORKSPACE_ID};
use lakekey_endpoints::{AccountId, Endpoints, Host, HostMetadata, Target, WorkspaceId};
use url::Url;

use crate::attributes::DISCOVERY_URL;
use crate::discover;
use crate::hosts::Hosts;

/// What a login is asked for, before the host has been asked what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) host: Host,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) workspace_id: Option<WorkspaceId>,
    /// The settings say that no workspace is meant, whatever the host names.
    pub(crate) no_workspace: bool,
    /// The configured address of the authorization server's metadata.
    discovery_url: Option<Setting>,
}

/// What a wish has come to: who is meant, and who gives out tokens for it.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    pub(crate) target: Target,
    pub(crate) endpoints: Endpoints,
    pub(crate) metadata: Option<HostMetadata>,
}

impl Wish {
    /// What the settings wish for; `None` without a host.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, Error> {
        let Some(host) = settings.host()? else {
            return Ok(None);
        };
        let is_chosen = |row: &&Setting| row.attribute().key() == DISCOVERY_URL.key();
        let chosen = settings.iter().find(is_chosen);
        Ok(Some(Self {
            host,
            account_id: settings.account_id()?,
            workspace_id: settings.workspace_id()?,
            no_workspace: settings.get(&WORKSPACE_ID) == Some(WorkspaceId::NONE),
            discovery_url: chosen.filter(|row| !row.value().is_empty()).cloned(),
        }))
    }

    /// The target, from the host's own words where its name does not say enough.
    ///
    /// What is configured stands; the host's words fill the gaps.
    pub(crate) async fn target(&self, cx: &Context, hosts: &Hosts) -> Result<Target, Error> {
        let metadata = self.metadata(cx, hosts).await?;
        self.classified(metadata.as_ref())
    }

    /// The target and who gives out tokens for it.
    ///
    /// 1. The configured `discovery_url` says where, or else the issuer that the host names.
    /// 2. An account has fixed endpoints; anything else has those of its own metadata.
    pub(crate) async fn issuer(&self, cx: &Context, hosts: &Hosts) -> Result<Issuer, Error> {
        let metadata = self.metadata(cx, hosts).await?;
        let target = self.classified(metadata.as_ref())?;
        let chosen = match &self.discovery_url {
            Some(configured) => Some(self.checked(configured)?),
            None => metadata.as_ref().and_then(|metadata| {
                let account_id = self.account_id.as_ref().or(metadata.account_id.as_ref());
                discover::discovery_url(metadata, account_id)
            }),
        };
        Ok(Issuer {
            endpoints: discover::endpoints(cx, &target, chosen.as_ref()).await?,
            target,
            metadata,
        })
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

    /// The target, as far as the name of the host or its last answer tells.
    pub(crate) fn remembered_target(&self, cx: &Context, hosts: &Hosts) -> Option<Target> {
        if self.host.is_accounts() {
            return self.classified(None).ok();
        }
        let metadata = self.ruled(hosts.remembered(cx, &self.host)?);
        self.classified(Some(&metadata)).ok()
    }

    fn ruled(&self, mut metadata: HostMetadata) -> HostMetadata {
        if self.no_workspace {
            metadata.workspace_id = None;
        }
        metadata
    }

    fn classified(&self, metadata: Option<&HostMetadata>) -> Result<Target, Error> {
        let target = Target::classify(
            self.host.clone(),
            self.account_id.clone(),
            self.workspace_id.clone(),
            metadata,
        );
        target.map_err(|error| {
            Error::new(Code::Usage, error.to_string())
                .with_hint("give the account id: --account-id <ID>, or `account_id` in the profile")
        })
    }

    /// A configured address is as little trusted as one that the host names: it decides where a
    /// client secret goes.
    fn checked(&self, configured: &Setting) -> Result<Url, Error> {
        let url = Url::parse(configured.value().expose()).ok();
        url.filter(|url| self.host.same_origin(url)).ok_or_else(|| {
            let message = format!("`discovery_url` must be an address on {}", self.host);
            Error::new(Code::DiscoveryUntrusted, message)
                .with_hint("correct it, or leave it out: it follows from the host")
                .with_origin(DISCOVERY_URL.key(), configured.origin())
        })
    }
}
