//! Preparing a sign-in, and completing it: exchange the code, check the grant, keep the token.

use http::header::AUTHORIZATION;
use lakekey_core::{Context, Error, Limits, Token, sabotage};
use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{Client, Grant, Granted, Scopes, check_granted, exchange};
use lakekey_store::Key;

use crate::attributes::DISABLE_OAUTH_REFRESH_TOKEN;
use crate::blocking::blocking;
use crate::sign_in::{Finish, Parts};
use crate::stored::Stored;
use crate::wish::Issuer;
use crate::{Code, Credentials, Headers, SignIn, SignedIn, discover, scopes};

impl Credentials {
    /// A sign-in of a person at the configured host, to be started.
    ///
    /// The login is kept under the name of the profile, if there is one, and under the host's
    /// own, where other tools look for it.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), lakekey::Error> {
    /// let credentials = lakekey::Credentials::from_profile("dev")?;
    /// let attempt = credentials.sign_in().start().await?;
    /// eprintln!("open {}", attempt.url());
    /// let signed_in = attempt.wait().await?;
    /// eprintln!("signed in as {}", signed_in.user().unwrap_or("somebody"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in(&self) -> SignIn {
        let credentials = self.clone();
        SignIn::new(move |scopes| Box::pin(credentials.prepare(scopes)))
    }

    async fn prepare(self, scopes: Option<Scopes>) -> Result<Parts, Error> {
        let stored = self.stored()?.clone();
        let logins = stored.stores.clone();
        blocking(move || Ok(logins.pair()?.own.ready()?)).await?;
        let scopes = match scopes {
            Some(scopes) => scopes,
            None => scopes::configured(self.settings())?,
        };
        let scopes = match self.settings().flag(&DISABLE_OAUTH_REFRESH_TOKEN)? {
            Some(true) => scopes,
            _ => scopes.with_offline_access(),
        };
        let Issuer {
            target, endpoints, ..
        } = stored.issuer(self.cx()).await?;
        let parts = Completion {
            credentials: self,
            stored,
            target: target.clone(),
            endpoints: endpoints.clone(),
            scopes: scopes.clone(),
        };
        let finish: Finish = Box::new(move |grant| Box::pin(parts.complete(grant)));
        Ok(Parts {
            target,
            endpoints,
            client: Client::databricks_cli(),
            scopes,
            finish,
        })
    }
}

/// All that is needed once the code is there.
struct Completion {
    credentials: Credentials,
    stored: Stored,
    target: Target,
    endpoints: Endpoints,
    scopes: Scopes,
}

impl Completion {
    /// What [`Attempt::wait`](crate::Attempt::wait) carries through even when its caller goes away.
    async fn complete(self, grant: Grant) -> Result<SignedIn, Error> {
        let cx = self.credentials.cx();
        let client = Client::databricks_cli();
        let token = exchange(
            cx,
            self.endpoints.token(),
            &client,
            &grant,
            &self.scopes,
            &[],
        )
        .await?;
        sabotage::panic_with("login.exchanged", &(&grant, &token, &self.credentials));
        let granted = check_granted(&token, &self.scopes)?;
        let scopes = token.scope().and_then(|scopes| scopes.parse().ok());
        let mut signed_in =
            SignedIn::new(self.target.clone()).with_scopes(scopes.unwrap_or(self.scopes));
        if granted == Granted::WithoutRefresh {
            signed_in = signed_in.with_warning(not_renewable());
        }
        if let Some(user) = who(cx, &self.target, &token).await {
            signed_in = signed_in.with_user(user);
        }
        let stored = self.stored;
        let own_key = Key::new(self.target.cache_key());
        blocking(move || stored.keep(&own_key, &token)).await?;
        self.credentials.cache().forget();
        Ok(signed_in)
    }
}

/// Who signed in, as the token says or the workspace knows; nobody is a fine answer.
async fn who(cx: &Context, target: &Target, token: &Token) -> Option<String> {
    if let Some(subject) = lakekey_oauth::subject(token.access()) {
        return Some(subject);
    }
    let me = target
        .host()
        .url()
        .join("/api/2.0/preview/scim/v2/Me")
        .ok()?;
    let mut request = discover::get(&me, Limits::default());
    let headers = Headers::build(&[(AUTHORIZATION, token.clone())], 0).ok()?;
    request.headers_mut().extend(headers.as_map().clone());
    let response = cx
        .http()
        .send(request)
        .await
        .ok()
        .filter(|response| response.status().is_success())?;
    let document: serde_json::Value = serde_json::from_slice(response.body()).ok()?;
    document.get("userName")?.as_str().map(str::to_owned)
}

fn not_renewable() -> Error {
    Error::new(
        Code::ScopeInsufficient,
        "this login has no refresh token, so it ends with its first token",
    )
    .with_hint("ask an administrator to allow the scope offline_access")
}
