use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lakekey_core::{Code, Error, HOST, Login, Secret, Settings, Strategy, Token};

use super::fixed::Fixed;
use super::given;
use crate::attributes::{PASSWORD, USERNAME};

/// A user name and a password (RFC 7617), for hosts that still take them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Basic;

impl Strategy for Basic {
    fn name(&self) -> &'static str {
        "basic"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let (Some(username), Some(password), Some(_)) = (
            given(settings, &USERNAME),
            given(settings, &PASSWORD),
            given(settings, &HOST),
        ) else {
            return Ok(None);
        };
        if username.expose().contains(':') {
            let error = Error::new(Code::Config, "a user name with a colon cannot be sent")
                .with_hint("correct `username`, or use an OAuth sign-in");
            return Err(settings.with_origin_of(error, &USERNAME));
        }
        let pair = Secret::from(format!("{}:{}", username.expose(), password.expose()));
        let token = Token::bearer(STANDARD.encode(pair.expose())).with_token_type("Basic");
        Ok(Some(Login::bearer(Fixed(token))))
    }
}
