use lakekey_core::{Code, Error, HOST, Login, Settings, Strategy, Token};

use super::fixed::Fixed;
use super::given;
use crate::attributes::TOKEN;

/// A personal access token: fixed, without expiry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pat;

impl Strategy for Pat {
    fn name(&self) -> &'static str {
        "pat"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(token) = given(settings, &TOKEN) else {
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
