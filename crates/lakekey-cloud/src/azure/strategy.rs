//! The ways to sign in that only hosts on Azure have.
//!
//! Each takes for granted that the host is on Azure: whoever asks has found that out.

mod cli;
mod client_secret;
mod github;
mod managed_identity;

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use http::HeaderName;
use lakekey_core::{
    Attribute, BoxFuture, Code, Context, Error, HostSource, Login, Settings, Strategy, Token,
    TokenSource,
};
use lakekey_endpoints::Host;

use super::place::Place;
use crate::{AzureEnvironment, AzureResource};

pub use cli::AzureCli;

/// All of them, strongest first. The order is compatibility: the official Go SDK has the same.
pub(super) fn in_order() -> Vec<Box<dyn Strategy>> {
    vec![
        Box::new(github::GitHub),
        Box::new(managed_identity::ManagedIdentity),
        Box::new(client_secret::ClientSecret),
        Box::new(AzureCli::default()),
    ]
}

/// Somebody whom Microsoft Entra gives tokens for any resource.
trait Principal: Debug + Send + Sync {
    fn token_for<'a>(
        &'a self,
        cx: &'a Context,
        resource: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>>;
}

/// Whether a request to Databricks needs the second token, for Azure's service management.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Management {
    Required,
    /// Left out when it cannot be had: a person often may not.
    Optional,
}

/// The login of a principal at a place.
fn login(principal: Arc<dyn Principal>, place: &Place, management: Management) -> Login {
    let second = TokenFor {
        principal: Arc::clone(&principal),
        resource: place.environment.service_management(),
    };
    let second: Box<dyn TokenSource> = match management {
        Management::Required => Box::new(second),
        Management::Optional => Box::new(IfAny(second)),
    };
    let host = Located::of(&principal, place);
    let mut login = Login::bearer(TokenFor {
        principal,
        resource: place.application(),
    });
    login.host = host.map(|host| Box::new(host) as Box<dyn HostSource>);
    login.headers.push((MANAGEMENT_TOKEN, second));
    login.headers.extend(resource_header(place));
    login
}

/// The header that names the workspace, which lets in who may manage it without being a member.
fn resource_header(place: &Place) -> Option<(HeaderName, Box<dyn TokenSource>)> {
    let id = place.resource.as_ref()?.as_str().to_owned();
    Some((RESOURCE_ID, Box::new(Fixed(id))))
}

/// The text of a setting, unless it is empty.
pub(super) fn text<'a>(settings: &'a Settings, attribute: &Attribute) -> Option<&'a str> {
    settings.get(attribute).filter(|text| !text.is_empty())
}

/// The principal's token for one resource.
#[derive(Debug)]
struct TokenFor {
    principal: Arc<dyn Principal>,
    resource: &'static str,
}

impl TokenSource for TokenFor {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        self.principal.token_for(cx, self.resource)
    }
}

/// A token that is left out when it cannot be had.
#[derive(Debug)]
struct IfAny(TokenFor);

impl TokenSource for IfAny {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            self.0.token(cx).await.map_err(|error| {
                let fact = "there is no token for Azure's service management";
                Error::new(Code::NotConfigured, fact).caused_by(error)
            })
        })
    }
}

/// A workspace of which only the resource id is known: Azure Resource Manager tells its host, once,
/// to whoever may see it.
#[derive(Debug)]
struct Located {
    principal: Arc<dyn Principal>,
    resource: AzureResource,
    environment: &'static AzureEnvironment,
    found: OnceLock<Host>,
}

impl Located {
    fn of(principal: &Arc<dyn Principal>, place: &Place) -> Option<Self> {
        let resource = place.resource.clone();
        Some(Self {
            principal: Arc::clone(principal),
            resource: resource.filter(|_| place.host.is_none())?,
            environment: place.environment,
            found: OnceLock::new(),
        })
    }
}

impl HostSource for Located {
    fn host<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Host, Error>> {
        Box::pin(async move {
            if let Some(host) = self.found.get() {
                return Ok(host.clone());
            }
            let manager = self.environment.resource_manager();
            let token = self.principal.token_for(cx, manager).await?;
            let request = self.resource.request(self.environment, &token)?;
            let host = self.resource.workspace(&cx.http().send(request).await?)?;
            Ok(self.found.get_or_init(|| host).clone())
        })
    }
}

/// A header value that is no secret and never changes.
#[derive(Debug)]
struct Fixed(String);

impl TokenSource for Fixed {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async { Ok(Token::bearer(self.0.clone())) })
    }
}

const MANAGEMENT_TOKEN: HeaderName =
    HeaderName::from_static("x-databricks-azure-sp-management-token");
const RESOURCE_ID: HeaderName = HeaderName::from_static("x-databricks-azure-workspace-resource-id");
