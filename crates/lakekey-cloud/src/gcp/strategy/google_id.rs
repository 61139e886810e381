use lakekey_core::{BoxFuture, Context, Error, Login, Settings, Strategy, Token};

use super::account::ServiceAccount;
use super::default_credentials::DefaultCredentials;
use super::identity::{Identity, login};
use super::impersonation;

/// A service account that the application default credentials may impersonate.
#[derive(Clone, Copy, Debug)]
pub(super) struct GoogleId;

impl Strategy for GoogleId {
    fn name(&self) -> &'static str {
        "google-id"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(account) = ServiceAccount::of(settings)? else {
            return Ok(None);
        };
        let Some(host) = settings.host()? else {
            return Ok(None);
        };
        let credentials = DefaultCredentials::of(settings)?;
        let impersonated = Impersonated {
            account,
            credentials,
        };
        Ok(Some(login(impersonated, &host)))
    }
}

#[derive(Debug)]
struct Impersonated {
    account: ServiceAccount,
    credentials: DefaultCredentials,
}

impl Identity for Impersonated {
    fn id_token<'a>(
        &'a self,
        cx: &'a Context,
        audience: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let caller = self.credentials.caller(cx).await?;
            impersonation::id_token(cx, &caller, &self.account, audience).await
        })
    }

    fn access_token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async {
            let caller = self.credentials.caller(cx).await?;
            impersonation::access_token(cx, &caller, &self.account).await
        })
    }
}
