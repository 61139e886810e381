//! ID tokens of other issuers, exchanged for tokens of Databricks (RFC 8693): token federation.

pub(super) mod azure_devops;
pub(super) mod env;
pub(super) mod file;
pub(super) mod github;

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};

use lakekey_core::{BoxFuture, Code, Context, Error, Login, Secret, Settings, Token, TokenSource};
use lakekey_oauth::{Client, Grant, Scopes, exchange};

use super::{given, is_pinned};
use crate::attributes::{AUDIENCE, AUTHORIZATION_DETAILS, CLIENT_ID};
use crate::hosts::Hosts;
use crate::wish::{Issuer, Wish};
use crate::{discover, scopes};

/// Where an ID token comes from. It is asked for anew for each token of Databricks.
trait IdTokens: Debug + Send + Sync {
    fn id_token<'a>(
        &'a self,
        cx: &'a Context,
        audience: &'a str,
    ) -> BoxFuture<'a, Result<Secret, Error>>;
}

/// Whose idea it is to exchange the ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A setting names the source.
    Named,
    /// The machine offers an ID token to everybody who runs there.
    Offered,
}

/// The login that exchanges the ID tokens of `source`; `None` without a host.
fn login(
    name: &'static str,
    source: impl IdTokens + 'static,
    wanted: Wanted,
    settings: &Settings,
    hosts: &Hosts,
) -> Result<Option<Login>, Error> {
    let Some(wish) = Wish::of(settings)? else {
        return Ok(None);
    };
    let client_id = given(settings, &CLIENT_ID);
    let is_wanted = wanted == Wanted::Named || client_id.is_some();
    let client = client_id.map_or_else(Client::anonymous, |id| Client::public(id.expose()));
    Ok(Some(Login::bearer(Exchange {
        source: Box::new(source),
        wish,
        hosts: hosts.clone(),
        client,
        scopes: scopes::sorted(settings)?,
        audience: given(settings, &AUDIENCE).map(|audience| audience.expose().to_owned()),
        details: settings.get(&AUTHORIZATION_DETAILS).map(str::to_owned),
        is_wanted,
        is_settled: AtomicBool::new(is_pinned(settings, name)),
    })))
}

/// An ID token, exchanged at the host.
#[derive(Debug)]
struct Exchange {
    source: Box<dyn IdTokens>,
    wish: Wish,
    hosts: Hosts,
    /// The service principal, or nobody: then the policy of the account finds it.
    client: Client,
    scopes: Scopes,
    audience: Option<String>,
    details: Option<String>,
    is_wanted: bool,
    /// No other way will be tried: this one is pinned, or has had a token before.
    is_settled: AtomicBool,
}

impl TokenSource for Exchange {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let issuer = self.wish.issuer(cx, &self.hosts).await?;
            let audience = self.audience(&issuer);
            let id_token = self.source.id_token(cx, &audience).await;
            let id_token = id_token.map_err(|error| self.without_id_token(error))?;
            let grant = Grant::federated(id_token);
            let details = super::details(self.details.as_deref());
            let endpoint = issuer.endpoints.token();
            let token = exchange(cx, endpoint, &self.client, &grant, &self.scopes, &details).await;
            let token = token.map_err(|error| self.refused(error, &audience))?;
            self.is_settled.store(true, Ordering::Relaxed);
            Ok(token)
        })
    }
}

impl Exchange {
    /// Whom the ID token is meant for:
    ///
    /// 1. the configured `audience`;
    /// 2. the one that the host names, see [`discover::audience`];
    /// 3. the account, unless a workspace is meant;
    /// 4. the token endpoint.
    fn audience(&self, issuer: &Issuer) -> String {
        let Issuer {
            target,
            endpoints,
            metadata,
        } = issuer;
        let account_id = self.wish.account_id.as_ref();
        let named = metadata.as_ref().and_then(|metadata| {
            discover::audience(metadata, account_id.or(metadata.account_id.as_ref()))
        });
        let configured = self.audience.clone();
        configured
            .or(named)
            .or_else(|| target.account_id().map(ToString::to_string))
            .unwrap_or_else(|| endpoints.token().to_string())
    }

    /// Without an ID token there is nothing to exchange, so the next way may be tried.
    fn without_id_token(&self, error: Error) -> Error {
        if self.is_settled.load(Ordering::Relaxed) {
            return error;
        }
        absent(error)
    }

    /// A refused ID token is final where somebody wanted it exchanged. One that the machine offers
    /// anyway says nothing about the login that is meant.
    fn refused(&self, error: Error, audience: &str) -> Error {
        if error.code() != Code::TokenError {
            return error;
        }
        let audience = audience.escape_debug();
        let error = error
            .with_note(format!("the audience of the ID token is `{audience}`"))
            .with_hint("check `client_id`, and that a federation policy allows this ID token");
        if self.is_wanted || self.is_settled.load(Ordering::Relaxed) {
            return error;
        }
        absent(error)
    }
}

/// The error as a reason to try the next way.
fn absent(error: Error) -> Error {
    let mut absent = Error::new(Code::NotConfigured, error.to_string());
    for note in error.notes() {
        absent = absent.with_note(note);
    }
    if let Some(hint) = error.hint() {
        absent = absent.with_hint(hint);
    }
    absent.caused_by(error)
}
