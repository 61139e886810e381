//! What a host is: by its name, by its own words, by what is set.

use std::sync::Arc;

use lakekey::{Credentials, Environment, Target};
use lakekey_cloud::{AzureTenant, Clouds};
use lakekey_endpoints::{Host, HostMetadata, HostType};
use lakekey_store::{Key, MemoryStore, TokenStore};
use serde::Deserialize;
use serde_json::json;

use super::Facts;
use super::doubles::{Answer, Network, Still, attribute, wait};
use crate::case::{Finding, same, there};
use crate::probe::{PROFILES, Probe};

/// Which kind of host is signed in to, with an account id at hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Classified {
    host: String,
    /// What the host says it is.
    metadata: Option<String>,
    kind: String,
}

impl Facts for Classified {
    fn judge(&self, _: &mut Probe) -> Finding {
        let host: Host = self.host.parse()?;
        let document = json!({ "host_type": self.metadata });
        let metadata = HostMetadata::parse(document.to_string().as_bytes(), &host)?;
        let metadata = self.metadata.as_ref().map(|_| &metadata);
        let target = Target::classify(host, Some("abc-123".parse()?), None, metadata)?;
        let kind = match target {
            Target::Workspace { .. } => "workspace",
            Target::Account { .. } => "account",
            _ => "unified",
        };
        same("the kind", kind, self.kind.as_str())
    }
}

/// How the kind of a host is written in its metadata.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindText {
    text: String,
    kind: Option<String>,
}

impl Facts for KindText {
    fn judge(&self, _: &mut Probe) -> Finding {
        let document = json!({ "host_type": self.text }).to_string();
        let metadata = HostMetadata::parse(document.as_bytes(), &"ws.example.test".parse()?)?;
        let kind = metadata.host_type.map(|kind| match kind {
            HostType::Workspace => "workspace",
            HostType::Account => "account",
            _ => "unified",
        });
        same("the kind", kind, self.kind.as_deref())
    }
}

/// Whether a text is a host to sign in to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Acceptable {
    host: String,
    accepted: bool,
}

impl Facts for Acceptable {
    fn judge(&self, _: &mut Probe) -> Finding {
        same("accepted", self.host.parse::<Host>().is_ok(), self.accepted)
    }
}

/// The host behind an issuer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issuer {
    issuer: String,
    host: Option<String>,
}

impl Facts for Issuer {
    fn judge(&self, _: &mut Probe) -> Finding {
        let host = self.issuer.parse::<Host>().ok();
        same(
            "the host",
            host.as_ref().map(Host::as_str),
            self.host.as_deref(),
        )
    }
}

/// Where the tokens of an issuer come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenEndpoint {
    issuer: String,
    token_endpoint: String,
}

impl Facts for TokenEndpoint {
    fn judge(&self, _: &mut Probe) -> Finding {
        let host: Host = self.issuer.parse()?;
        let target = match self.issuer.split_once("/oidc/accounts/") {
            Some((_, account)) => Target::account(host, account.parse()?),
            None => Target::workspace(host),
        };
        let endpoints = there("the endpoints without a request", target.endpoints())?;
        same("the issuer", target.issuer(), self.issuer.as_str())?;
        let found = endpoints.token().as_str();
        same("the token endpoint", found, self.token_endpoint.as_str())
    }
}

/// Whether the name of a host is in a zone of Azure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InAzure {
    host: String,
    azure: bool,
}

impl Facts for InAzure {
    fn judge(&self, _: &mut Probe) -> Finding {
        let clouds = Clouds::default();
        let owner = clouds.owner(&self.host.parse()?);
        let cloud = owner.map(|owner| owner.cloud.name());
        same("in Azure", cloud == Some("azure"), self.azure)
    }
}

/// The cloud whose strategies are tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CloudOf {
    host: String,
    /// The value of `cloud`.
    set: Option<String>,
    cloud: String,
}

impl Facts for CloudOf {
    fn judge(&self, _: &mut Probe) -> Finding {
        let mut builder = Credentials::builder()
            .environment(Environment::default())
            .host(&self.host);
        if let Some(cloud) = &self.set {
            builder = builder.set(attribute("cloud")?, cloud.as_str());
        }
        let strategies = builder.explain()?.strategies;
        let has = |wanted: &str| strategies.iter().any(|(name, _)| *name == wanted);
        let cloud = match (has("azure-client-secret"), has("google-credentials")) {
            (true, _) => "azure",
            (_, true) => "gcp",
            _ => "aws",
        };
        same("the cloud", cloud, self.cloud.as_str())
    }
}

/// The name under which a login is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CacheKey {
    host: String,
    account_id: Option<String>,
    /// Host and account are those of this profile.
    profile: Option<String>,
    key: String,
    /// The name without a profile.
    host_key: String,
}

impl Facts for CacheKey {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let store = MemoryStore::new();
        store.save(&Key::new(&self.key), &lakekey::Token::bearer("kept"))?;
        let credentials = self.credentials(probe, &store)?;
        let found = wait(credentials.token())??;
        same("the token", found.access().expose(), "kept")?;
        let target = wait(credentials.target())??;
        same(
            "the name without a profile",
            target.cache_key(),
            self.host_key.as_str(),
        )
    }
}

impl CacheKey {
    fn credentials(&self, probe: &mut Probe, store: &MemoryStore) -> Finding<Credentials> {
        let builder = Credentials::builder()
            .environment(Environment::default())
            .store(Arc::new(store.clone()))
            .clock(Arc::new(Still))
            .http(Arc::new(Network::default()));
        let Some(profile) = &self.profile else {
            let builder = builder.host(&self.host);
            let ids = self.account_id.iter();
            return Ok(ids.fold(builder, lakekey::Builder::account_id).build()?);
        };
        let id = self.account_id.as_ref();
        let id = id.map_or_else(String::new, |id| format!("account_id = {id}\n"));
        let home = probe.home()?;
        home.write(PROFILES, format!("[{profile}]\nhost = {}\n{id}", self.host))?;
        let file = home.file(PROFILES).display().to_string();
        Ok(builder.profile(profile).config_file(file).build()?)
    }
}

/// The tenant that a workspace tells by where it sends a browser.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Directory {
    host: String,
    answer: Answer,
    tenant: Option<String>,
}

impl Facts for Directory {
    fn judge(&self, _: &mut Probe) -> Finding {
        let question = AzureTenant::request(&self.host.parse()?);
        let asked = question.uri().to_string();
        same("the address", asked.as_str(), self.answer.url())?;
        let tenant = AzureTenant::from_response(&self.answer.response()?).ok();
        let tenant = tenant.as_ref().map(AzureTenant::as_str);
        same("the tenant", tenant, self.tenant.as_deref())
    }
}
