use std::sync::OnceLock;

use lakekey_core::{Context, Error, Settings};
use lakekey_endpoints::Host;
use url::Url;

use super::attributes::AZURE_TENANT_ID;
use super::place::Place;
use crate::{AzureEnvironment, AzureTenant};

/// The directory of Microsoft Entra that a workspace trusts: given, or asked of the workspace once.
#[derive(Debug)]
pub(super) struct Directory {
    environment: &'static AzureEnvironment,
    /// Who is asked.
    host: Option<Host>,
    tenant: OnceLock<AzureTenant>,
}

impl Directory {
    /// The directory that the settings name, or that their host tells; `None` without either.
    pub(super) fn of(settings: &Settings, place: &Place) -> Result<Option<Self>, Error> {
        let given = super::strategy::text(settings, &AZURE_TENANT_ID).map(str::parse);
        let given: Option<AzureTenant> = given
            .transpose()
            .map_err(|error| settings.with_origin_of(error, &AZURE_TENANT_ID))?;
        if given.is_none() && place.host.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            environment: place.environment,
            host: place.host.clone(),
            tenant: given.map(OnceLock::from).unwrap_or_default(),
        }))
    }

    /// The tenant; the host is asked the first time.
    pub(super) async fn tenant(&self, cx: &Context) -> Result<&AzureTenant, Error> {
        if let Some(tenant) = self.tenant.get() {
            return Ok(tenant);
        }
        let host = self.host.as_ref().expect("a directory is given or asked");
        let answer = cx.http().send(AzureTenant::request(host)).await?;
        let tenant = AzureTenant::from_response(&answer)?;
        Ok(self.tenant.get_or_init(|| tenant))
    }

    /// Where tokens for an application id or another resource are asked for: the first version
    /// of Entra's interface, as the official SDKs use it.
    pub(super) async fn token_endpoint(&self, cx: &Context) -> Result<Url, Error> {
        let tenant = self.tenant(cx).await?;
        let authority = self.environment.active_directory();
        let url = format!("{authority}{tenant}/oauth2/token");
        Ok(url.parse().expect("a tenant is a segment of a path"))
    }
}
