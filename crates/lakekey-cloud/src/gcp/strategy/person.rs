use lakekey_core::{Context, Error, Secret, Token};
use lakekey_oauth::{Client, Grant, exchange};

use super::ask::{self, no_scopes};
use super::document::Members;

/// The sign-in of a person, as `gcloud auth application-default login` keeps it.
#[derive(Debug)]
pub(super) struct Person {
    client_id: String,
    client_secret: Secret,
    refresh: Secret,
    pub(super) quota_project: Option<String>,
}

impl Person {
    pub(super) fn parse(members: Members) -> Result<Self, Error> {
        Self::complete(members).map_err(|error| error.with_hint(LOGIN))
    }

    fn complete(mut members: Members) -> Result<Self, Error> {
        Ok(Self {
            client_id: members.take("client_id")?,
            client_secret: members.take("client_secret")?.into(),
            refresh: members.take("refresh_token")?.into(),
            quota_project: members.optional("quota_project_id"),
        })
    }

    /// An access token of the person. Google's refresh tokens are not rotated, so nothing is kept.
    pub(super) async fn access_token(&self, cx: &Context) -> Result<Token, Error> {
        let endpoint = TOKEN_URI.parse().expect("a good URL");
        let client = Client::public(&self.client_id);
        let grant = Grant::Refresh(self.refresh.clone());
        // Google's own libraries send the secret in the form.
        let extra = [("client_secret", self.client_secret.expose())];
        let token = exchange(cx, &endpoint, &client, &grant, &no_scopes(), &extra).await;
        token
            .map(Token::without_refresh)
            .map_err(|error| ask::refused(error, "the sign-in of gcloud is no longer valid", LOGIN))
    }
}

/// The command that makes such a sign-in.
pub(super) const LOGIN: &str = "gcloud auth application-default login";
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
