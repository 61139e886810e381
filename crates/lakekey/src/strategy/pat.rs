use lakekey_core::{
    BoxFuture, Code, Context, Error, HOST, Login, Settings, Strategy, Token, TokenSource,
};

use crate::attributes::TOKEN;

/// A personal access token: fixed, without expiry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pat;

impl Strategy for Pat {
    fn name(&self) -> &'static str {
        "pat"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(token) = settings.secret(&TOKEN).filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        if settings.get(&HOST).is_none() {
            let error = Error::new(
                Code::Config,
                "a personal access token is given without a host",
            )
            .with_hint("set `host` in the same profile, or DATABRICKS_HOST");
            return Err(settings.with_origin_of(error, &TOKEN));
        }
        Ok(Some(Login::bearer(Fixed(Token::bearer(token.clone())))))
    }
}

/// A token that never changes. One the server has rejected is all there is.
#[derive(Debug)]
struct Fixed(Token);

impl TokenSource for Fixed {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
