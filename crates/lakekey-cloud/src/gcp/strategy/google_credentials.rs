use std::path::PathBuf;
use std::sync::Arc;

use lakekey_core::{
    BoxFuture, Code, Context, Error, Login, Origin, Secret, Settings, Strategy, Token,
};

use super::document::Document;
use super::identity::{Identity, login};
use super::key::Key;
use super::{CLOUD_PLATFORM, COMPUTE, file};
use crate::attributes::GOOGLE_CREDENTIALS;

/// The key of a service account, given in the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct GoogleCredentials;

impl Strategy for GoogleCredentials {
    fn name(&self) -> &'static str {
        "google-credentials"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let given = settings.secret(&GOOGLE_CREDENTIALS);
        let Some(given) = given.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let Some(host) = settings.host()? else {
            return Ok(None);
        };
        let origin = settings.origin(&GOOGLE_CREDENTIALS);
        let given = Given::parse(given, origin.unwrap_or(&Origin::Explicit))?;
        Ok(Some(login(given, &host)))
    }
}

/// The key itself, or where it is; a file is read anew for each token, so that keys can be rotated.
#[derive(Debug)]
enum Given {
    Key(Arc<Key>),
    File { path: Secret, origin: Origin },
}

impl Given {
    fn parse(given: &Secret, origin: &Origin) -> Result<Self, Error> {
        if given.expose().trim_start().starts_with('{') {
            let key = key(given).map_err(|error| of(error, origin))?;
            return Ok(Self::Key(Arc::new(key)));
        }
        Ok(Self::File {
            path: given.clone(),
            origin: origin.clone(),
        })
    }

    fn key(&self) -> Result<Arc<Key>, Error> {
        let (path, origin) = match self {
            Self::Key(key) => return Ok(Arc::clone(key)),
            Self::File { path, origin } => (path, origin),
        };
        let text = match file::read(&PathBuf::from(path.expose())) {
            Ok(Some(text)) => text,
            Ok(None) => return Err(of(nowhere(), origin)),
            Err(error) => return Err(of(unreadable().caused_by(error), origin)),
        };
        key(&text).map(Arc::new).map_err(|error| of(error, origin))
    }
}

impl Identity for Given {
    fn id_token<'a>(
        &'a self,
        cx: &'a Context,
        audience: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move { self.key()?.id_token(cx, audience).await })
    }

    fn access_token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async {
            self.key()?
                .access_token(cx, &[CLOUD_PLATFORM, COMPUTE])
                .await
        })
    }
}

fn key(text: &Secret) -> Result<Key, Error> {
    match Document::parse(text)? {
        Document::ServiceAccount(key) => Ok(key),
        Document::Person(_) => Err(Error::new(
            Code::Config,
            "the Google credentials are those of a person, who has no ID token for Databricks",
        )
        .with_hint("set `google_service_account` to a service account that the person may impersonate, and leave `google_credentials` out")),
    }
}

fn nowhere() -> Error {
    Error::new(
        Code::Config,
        "`google_credentials` is neither JSON nor the path of a file that exists",
    )
    .with_hint("set it to the path of the key of a service account, or to the key itself")
}

fn unreadable() -> Error {
    let message = "the file that `google_credentials` names cannot be read";
    Error::new(Code::Config, message)
        .with_hint("name a file that you may read, and that holds a key")
}

fn of(error: Error, origin: &Origin) -> Error {
    error.with_origin(GOOGLE_CREDENTIALS.key(), origin)
}
