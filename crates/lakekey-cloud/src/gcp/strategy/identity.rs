use std::fmt::Debug;
use std::sync::Arc;

use http::HeaderName;
use lakekey_core::{BoxFuture, Code, Context, Error, Login, Token, TokenSource};
use lakekey_endpoints::Host;

/// A service account that Google gives both kinds of tokens.
pub(super) trait Identity: Debug + Send + Sync {
    /// A token that says who it is, for `audience` alone.
    fn id_token<'a>(
        &'a self,
        cx: &'a Context,
        audience: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>>;

    /// A token for Google Cloud itself.
    fn access_token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>>;
}

/// Both tokens in their headers, as Databricks on Google Cloud takes them.
pub(super) fn login(identity: impl Identity + 'static, host: &Host) -> Login {
    let identity: Arc<dyn Identity> = Arc::new(identity);
    let mut login = Login::bearer(IdToken {
        identity: Arc::clone(&identity),
        audience: host.as_str().to_owned(),
    });
    let name = HeaderName::from_static(ACCESS_TOKEN_HEADER);
    login.headers.push((name, Box::new(AccessToken(identity))));
    login
}

#[derive(Debug)]
struct IdToken {
    identity: Arc<dyn Identity>,
    audience: String,
}

impl TokenSource for IdToken {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        self.identity.id_token(cx, &self.audience)
    }
}

/// The access token, which most of Databricks does without.
#[derive(Debug)]
struct AccessToken(Arc<dyn Identity>);

impl TokenSource for AccessToken {
    /// A refusal is as good as nothing; what may pass is an error, or else the header would be
    /// missing for as long as the ID token lives.
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async {
            let outcome = self.0.access_token(cx).await;
            outcome.map_err(|error| match error.code() {
                code if code.retryable() => error,
                _ => without(error),
            })
        })
    }
}

fn without(error: Error) -> Error {
    let message = format!("the header {ACCESS_TOKEN_HEADER} is left out");
    let hint = error.hint().map(str::to_owned);
    let left_out = Error::new(Code::NotConfigured, message).caused_by(error);
    match hint {
        Some(hint) => left_out.with_hint(hint),
        None => left_out,
    }
}

const ACCESS_TOKEN_HEADER: &str = "x-databricks-gcp-sa-access-token";
