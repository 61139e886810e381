use std::io;
use std::path::{Path, PathBuf, is_separator};
use std::sync::Arc;

use lakekey_config::Environment;
use lakekey_core::{BoxFuture, Code, Context, Error, Login, Origin, Secret, Settings, Strategy};

use super::{IdTokens, Wanted, login};
use crate::attributes::OIDC_TOKEN_FILEPATH;
use crate::blocking::blocking;
use crate::files;
use crate::hosts::Hosts;
use crate::strategy::given;

/// An ID token in a file that something else keeps up to date, such as Kubernetes.
#[derive(Debug)]
pub(crate) struct File {
    hosts: Hosts,
    environment: Arc<Environment>,
}

impl File {
    pub(crate) fn new(hosts: Hosts, environment: Arc<Environment>) -> Self {
        Self { hosts, environment }
    }
}

impl Strategy for File {
    fn name(&self) -> &'static str {
        "file-oidc"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(text) = given(settings, &OIDC_TOKEN_FILEPATH) else {
            return Ok(None);
        };
        let named = Named {
            path: path(text.expose(), self.environment.home()),
            origin: settings.origin(&OIDC_TOKEN_FILEPATH).cloned(),
        };
        login(self.name(), named, Wanted::Named, settings, &self.hosts)
    }
}

/// The file, read again each time: its token does not live long.
#[derive(Debug)]
struct Named {
    path: PathBuf,
    origin: Option<Origin>,
}

impl IdTokens for Named {
    fn id_token<'a>(&'a self, _: &'a Context, _: &'a str) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async move {
            let path = self.path.clone();
            let text = blocking(move || Ok(read(&path))).await?;
            let text = text.map_err(|error| self.unusable("cannot be read").caused_by(error))?;
            match text.expose().trim_end_matches(['\r', '\n']) {
                "" => Err(self.unusable("is empty")),
                token => Ok(Secret::from(token)),
            }
        })
    }
}

impl Named {
    fn unusable(&self, problem: &str) -> Error {
        let path = self.path.display();
        let error = Error::new(Code::Config, format!("the ID token file {path} {problem}"))
            .with_hint("check the path, and whoever writes the file");
        match &self.origin {
            Some(origin) => error.with_origin(OIDC_TOKEN_FILEPATH.key(), origin),
            None => error,
        }
    }
}

/// A leading `~` is the home directory.
fn path(text: &str, home: Option<&Path>) -> PathBuf {
    let in_home = text
        .strip_prefix('~')
        .and_then(|rest| rest.strip_prefix(is_separator));
    match (in_home, home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// The text of the file, which is read no further than a token may be long.
fn read(path: &Path) -> io::Result<Secret> {
    let text = String::from_utf8(files::read(path, LARGEST)?);
    text.map(Secret::from)
        .map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Far more than any ID token has.
const LARGEST: u64 = 1 << 20;
