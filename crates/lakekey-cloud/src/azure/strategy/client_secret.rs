use std::sync::Arc;

use lakekey_core::{BoxFuture, Code, Context, Error, Login, Secret, Settings, Strategy, Token};
use lakekey_oauth::{Client, Grant, Scopes, exchange};

use super::{Management, Principal, login, text};
use crate::azure::attributes::{AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID};
use crate::azure::directory::Directory;
use crate::azure::place::Place;

/// A service principal of Microsoft Entra, with its secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientSecret;

impl Strategy for ClientSecret {
    fn name(&self) -> &'static str {
        "azure-client-secret"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let secret = settings.secret(&AZURE_CLIENT_SECRET);
        let (Some(id), Some(secret), Some(place)) = (
            text(settings, &AZURE_CLIENT_ID),
            secret.filter(|secret| !secret.is_empty()),
            Place::of(settings)?,
        ) else {
            return Ok(None);
        };
        let directory = Directory::of(settings, &place)?.ok_or_else(no_tenant)?;
        let principal = ServicePrincipal {
            id: id.to_owned(),
            secret: secret.clone(),
            directory,
        };
        Ok(Some(login(
            Arc::new(principal),
            &place,
            Management::Required,
        )))
    }
}

#[derive(Debug)]
struct ServicePrincipal {
    id: String,
    secret: Secret,
    directory: Directory,
}

impl Principal for ServicePrincipal {
    /// Id and secret go in the form. Entra takes them in HTTP Basic as well, but how they are
    /// encoded there is read differently by different servers (RFC 6749 §2.3.1); a form has one
    /// reading.
    fn token_for<'a>(
        &'a self,
        cx: &'a Context,
        resource: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let endpoint = self.directory.token_endpoint(cx).await?;
            let form = [
                ("client_id", self.id.as_str()),
                ("client_secret", self.secret.expose()),
                ("resource", resource),
            ];
            let (client, grant) = (Client::anonymous(), Grant::ClientCredentials);
            exchange(cx, &endpoint, &client, &grant, &Scopes::none(), &form).await
        })
    }
}

fn no_tenant() -> Error {
    let key = AZURE_TENANT_ID.key();
    Error::new(
        Code::Config,
        format!("an Azure service principal is given without `{key}` or a host that tells it"),
    )
    .with_hint(format!("set `{key}`, or ARM_TENANT_ID"))
}
