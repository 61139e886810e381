use lakekey_core::{
    BoxFuture, Code, Context, Error, Login, Origin, Settings, Strategy, Token, TokenSource,
};
use lakekey_oauth::{Client, Grant, Scopes, exchange};

use super::given;
use crate::attributes::{AUTHORIZATION_DETAILS, CLIENT_ID, CLIENT_SECRET};
use crate::hosts::Hosts;
use crate::scopes;
use crate::wish::Wish;

/// A service principal with an OAuth secret (RFC 6749 §4.4).
#[derive(Debug)]
pub(crate) struct M2m {
    hosts: Hosts,
}

impl M2m {
    pub(crate) fn new(hosts: Hosts) -> Self {
        Self { hosts }
    }
}

impl Strategy for M2m {
    fn name(&self) -> &'static str {
        "oauth-m2m"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let (Some(id), Some(secret)) =
            (given(settings, &CLIENT_ID), given(settings, &CLIENT_SECRET))
        else {
            return Ok(None);
        };
        let Some(wish) = Wish::of(settings)? else {
            return Ok(None);
        };
        let origins = [&CLIENT_ID, &CLIENT_SECRET]
            .into_iter()
            .filter_map(|row| Some((row.key(), settings.origin(row)?.clone())));
        Ok(Some(Login::bearer(Principal {
            wish,
            hosts: self.hosts.clone(),
            client: Client::confidential(id.expose(), secret.clone()),
            scopes: scopes::sorted(settings)?,
            details: settings.get(&AUTHORIZATION_DETAILS).map(str::to_owned),
            origins: origins.collect(),
        })))
    }
}

/// The service principal, asking for itself.
#[derive(Debug)]
struct Principal {
    wish: Wish,
    hosts: Hosts,
    client: Client,
    scopes: Scopes,
    details: Option<String>,
    origins: Vec<(&'static str, Origin)>,
}

impl TokenSource for Principal {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let issuer = self.wish.issuer(cx, &self.hosts).await?;
            let endpoint = issuer.endpoints.token();
            let grant = Grant::ClientCredentials;
            let details = super::details(self.details.as_deref());
            exchange(cx, endpoint, &self.client, &grant, &self.scopes, &details)
                .await
                .map_err(|error| self.explained(error))
        })
    }
}

impl Principal {
    /// A refusal, with what was presented and where it came from.
    fn explained(&self, error: Error) -> Error {
        if error.code() != Code::TokenError {
            return error;
        }
        let hint = "check `client_id` and `client_secret`, and that the service principal may have \
                    these `scopes`";
        let error = error.with_hint(hint);
        self.origins
            .iter()
            .fold(error, |error, (key, origin)| error.with_origin(key, origin))
    }
}
