//! Certificate authorities beside those of the system.

use std::io;
use std::path::PathBuf;

use lakekey_config::Environment;
use lakekey_core::{Code, Error, Origin};
use reqwest::Certificate;

use crate::attributes::CA_FILE;
use crate::files;

/// One or more certificates in PEM.
#[derive(Clone, Debug)]
pub(super) struct Authorities {
    source: Source,
    origin: Option<Origin>,
}

#[derive(Clone, Debug)]
enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Authorities {
    pub(super) fn bytes(pem: Vec<u8>) -> Self {
        Self {
            source: Source::Bytes(pem),
            origin: None,
        }
    }

    pub(super) fn file(path: PathBuf, origin: Option<Origin>) -> Self {
        Self {
            source: Source::File(path),
            origin,
        }
    }

    /// The files that an environment names.
    pub(super) fn of_environment(environment: &Environment) -> impl Iterator<Item = Self> {
        VARIABLES.into_iter().filter_map(|name| {
            let path = environment.get_os(name)?;
            Some(Self::file(path.into(), Some(Origin::Env(name))))
        })
    }

    /// The certificates, of which there must be one at least.
    pub(super) fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        let pem = match &self.source {
            Source::Bytes(pem) => pem.clone(),
            Source::File(path) => {
                files::read(path, LARGEST).map_err(|error| self.unreadable(&error))?
            }
        };
        let certificates = Certificate::from_pem_bundle(&pem)
            .map_err(|error| self.unusable("is no PEM file").with_note(error.to_string()))?;
        if certificates.is_empty() {
            return Err(self.unusable("holds no certificate"));
        }
        Ok(certificates)
    }

    /// What is wrong when it does not hold what it should.
    pub(super) fn unusable(&self, problem: &str) -> Error {
        let file = match &self.source {
            Source::Bytes(_) => String::new(),
            Source::File(path) => format!(" {}", path.display()),
        };
        let message = format!("the certificate authority file{file} {problem}");
        let error = Error::new(Code::Config, message)
            .with_hint("name a file of certificates in PEM: blocks that begin with -----BEGIN CERTIFICATE-----")
            .unsent();
        match &self.origin {
            Some(origin) => error.with_origin(CA_FILE.key(), origin),
            None => error,
        }
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        self.unusable("cannot be read").with_note(error.to_string())
    }
}

/// Those of OpenSSL and of Python; either may name a file.
pub(super) const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];
/// All authorities of all systems have a tenth of it.
const LARGEST: u64 = 16 << 20;
