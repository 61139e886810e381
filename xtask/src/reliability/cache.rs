//! The token cache file, read without any code of ours.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::files;
use crate::stage::Home;
use crate::terminal::Failure;

/// A token cache as it is on the disk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cache {
    path: PathBuf,
    document: Value,
}

impl Cache {
    /// The cache of a home; fails if it is no whole document.
    pub(super) fn read(home: &Home) -> Result<Self, Failure> {
        let path = path(home);
        let text = files::text(&path)?;
        let document: Value = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!(
                "the cache of {} bytes is damaged: {error}",
                text.len()
            ))
        })?;
        if document["version"] != 1 || !document["tokens"].is_object() {
            return Err(Failure::new("the cache has no version or no tokens"));
        }
        Ok(Self { path, document })
    }

    /// Writes it back, as it is now.
    pub(super) fn write(&self) -> Result<(), Failure> {
        files::write(&self.path, &self.document.to_string())
    }

    /// The login of that name.
    pub(super) fn entry(&self, name: &str) -> &Value {
        &self.document["tokens"][name]
    }

    pub(super) fn entry_mut(&mut self, name: &str) -> &mut Value {
        &mut self.document["tokens"][name]
    }

    /// The access token of a login.
    pub(super) fn access(&self, name: &str) -> &str {
        self.entry(name)["access_token"]
            .as_str()
            .unwrap_or_default()
    }

    /// The access token and the refresh token of a login.
    pub(super) fn pair(&self, name: &str) -> (Option<&str>, Option<&str>) {
        let entry = self.entry(name);
        (
            entry["access_token"].as_str(),
            entry["refresh_token"].as_str(),
        )
    }

    /// Lets every login in it be expired since long.
    pub(super) fn expire(&mut self) {
        for entry in self.tokens().values_mut() {
            entry["expiry"] = LONG_AGO.into();
        }
    }

    /// Adds copies of a login under other names.
    pub(super) fn crowd(&mut self, name: &str, count: usize) {
        let entry = self.entry(name).clone();
        let copies = (0..count).map(|number| (format!("copy-{number}"), entry.clone()));
        self.tokens().extend(copies);
    }

    /// The logins except one and the one of its host.
    pub(super) fn others(&self, name: &str, host: &str) -> Map<String, Value> {
        let mut others = self.document["tokens"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        others.remove(name);
        others.remove(host);
        others
    }

    /// Adds a field of nobody's, so that the file has `bytes` bytes, if it had fewer.
    pub(super) fn pad(&mut self, bytes: usize) {
        self.document["padding"] = "".into();
        let missing = bytes.saturating_sub(self.document.to_string().len());
        self.document["padding"] = "x".repeat(missing).into();
    }

    fn tokens(&mut self) -> &mut Map<String, Value> {
        self.document["tokens"]
            .as_object_mut()
            .expect("it was an object when it was read")
    }
}

/// Where it is.
pub(super) fn path(home: &Home) -> PathBuf {
    home.file(".databricks/token-cache.json")
}

const LONG_AGO: &str = "2020-01-01T00:00:00Z";
