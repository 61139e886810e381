use std::time::Duration;

use lakekey_core::{
    BoxFuture, Context, Error, Limits, Login, Secret, Settings, Strategy, Token, TokenSource,
};
use lakekey_oauth::{Client, Grant, Scopes, exchange, github_id_token, github_id_token_request};

use super::{resource_header, text};
use crate::attributes::{ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL};
use crate::azure::attributes::AZURE_CLIENT_ID;
use crate::azure::directory::Directory;
use crate::azure::place::Place;

/// An application of Microsoft Entra that trusts the ID tokens of a job of GitHub Actions.
#[derive(Clone, Copy, Debug)]
pub(super) struct GitHub;

impl Strategy for GitHub {
    fn name(&self) -> &'static str {
        "github-oidc-azure"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let request_token = settings.secret(&ACTIONS_ID_TOKEN_REQUEST_TOKEN);
        let (Some(address), Some(request_token), Some(client_id)) = (
            text(settings, &ACTIONS_ID_TOKEN_REQUEST_URL),
            request_token.filter(|token| !token.is_empty()),
            text(settings, &AZURE_CLIENT_ID),
        ) else {
            return Ok(None);
        };
        let Some(place) = Place::of(settings)? else {
            return Ok(None);
        };
        let Some(directory) = Directory::of(settings, &place)? else {
            return Ok(None);
        };
        let mut login = Login::bearer(Application {
            job: Job {
                address: address.to_owned(),
                request_token: request_token.clone(),
            },
            client_id: client_id.to_owned(),
            directory,
            resource: place.application(),
        });
        login.headers.extend(resource_header(&place));
        Ok(Some(login))
    }
}

/// What the running job asks for its ID token with.
#[derive(Debug)]
struct Job {
    address: String,
    request_token: Secret,
}

impl Job {
    /// A new ID token: one lives for minutes, a job for hours.
    async fn id_token(&self, cx: &Context) -> Result<Secret, Error> {
        let mut request = github_id_token_request(&self.address, &self.request_token, AUDIENCE)?;
        let limits = Limits::default().with_total(TOTAL);
        request.extensions_mut().insert(limits);
        github_id_token(&cx.http().send(request).await?)
    }
}

#[derive(Debug)]
struct Application {
    job: Job,
    client_id: String,
    directory: Directory,
    resource: &'static str,
}

impl TokenSource for Application {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let endpoint = self.directory.token_endpoint(cx).await?;
            let assertion = self.job.id_token(cx).await?;
            let form = [
                ("client_id", self.client_id.as_str()),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", assertion.expose()),
                ("resource", self.resource),
            ];
            let (client, grant) = (Client::anonymous(), Grant::ClientCredentials);
            exchange(cx, &endpoint, &client, &grant, &Scopes::none(), &form).await
        })
    }
}

/// For whom Microsoft Entra wants such ID tokens to be meant.
const AUDIENCE: &str = "api://AzureADTokenExchange";
/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOTAL: Duration = Duration::from_secs(10);
