use std::path::{Path, PathBuf};

use lakekey_core::{Code, Context, Error, Origin, Settings, Token};

use super::document::Document;
use super::{CLOUD_PLATFORM, file, metadata_server};
use crate::attributes::{CLOUDSDK_CONFIG, GOOGLE_APPLICATION_CREDENTIALS};

/// Google's application default credentials: the first of these that is there.
///
/// 1. the file that `GOOGLE_APPLICATION_CREDENTIALS` names, which must exist,
/// 2. the file of `gcloud auth application-default login`,
/// 3. the service account of the machine.
#[derive(Debug)]
pub(super) struct DefaultCredentials {
    named: Option<(PathBuf, Option<Origin>)>,
    of_gcloud: Option<PathBuf>,
}

/// Who asks: a token for Google Cloud, and the project that the asking is counted to.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) token: Token,
    pub(super) quota_project: Option<String>,
}

impl DefaultCredentials {
    /// Where these settings look for credentials; nothing is read.
    pub(super) fn of(settings: &Settings) -> Result<Self, Error> {
        let origin = settings.origin(&GOOGLE_APPLICATION_CREDENTIALS);
        let named = settings.path(&GOOGLE_APPLICATION_CREDENTIALS)?;
        let in_home = || Some(settings.home()?.join(FOLDER_IN_HOME));
        let folder = settings.path(&CLOUDSDK_CONFIG)?.or_else(in_home);
        Ok(Self {
            named: named.map(|path| (path, origin.cloned())),
            of_gcloud: folder.map(|folder| folder.join(FILE)),
        })
    }

    /// An access token of whoever these credentials belong to.
    pub(super) async fn caller(&self, cx: &Context) -> Result<Caller, Error> {
        match self.document()? {
            Some(Document::ServiceAccount(key)) => {
                let token = key.access_token(cx, &[CLOUD_PLATFORM]).await?;
                Ok(token.into())
            }
            Some(Document::Person(person)) => Ok(Caller {
                token: person.access_token(cx).await?,
                quota_project: person.quota_project,
            }),
            None => Ok(metadata_server::token(cx).await?.into()),
        }
    }

    fn document(&self) -> Result<Option<Document>, Error> {
        if let Some((path, origin)) = &self.named {
            let named = match document(path) {
                Ok(Some(document)) => return Ok(Some(document)),
                Ok(None) => missing(path),
                Err(error) => error,
            };
            return Err(match origin {
                Some(origin) => named.with_origin(GOOGLE_APPLICATION_CREDENTIALS.key(), origin),
                None => named,
            });
        }
        self.of_gcloud.as_deref().map_or(Ok(None), document)
    }
}

impl From<Token> for Caller {
    fn from(token: Token) -> Self {
        Self {
            token,
            quota_project: None,
        }
    }
}

fn document(path: &Path) -> Result<Option<Document>, Error> {
    let text = file::read(path).map_err(|error| {
        let message = format!("cannot read the Google credentials in `{}`", path.display());
        Error::new(Code::Config, message)
            .with_hint(
                "let yourself read the file, or set GOOGLE_APPLICATION_CREDENTIALS to another",
            )
            .caused_by(error)
    })?;
    let document = text.map(|text| Document::parse(&text)).transpose();
    document.map_err(|error| error.with_note(format!("they are in `{}`", path.display())))
}

fn missing(path: &Path) -> Error {
    let message = format!("there are no Google credentials in `{}`", path.display());
    Error::new(Code::Config, message)
        .with_hint("correct GOOGLE_APPLICATION_CREDENTIALS, or unset it to use those of gcloud")
}

const FOLDER_IN_HOME: &str = if cfg!(windows) {
    r"AppData\Roaming\gcloud"
} else {
    ".config/gcloud"
};
const FILE: &str = "application_default_credentials.json";
