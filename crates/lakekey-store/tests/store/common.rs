//! What the tests share: files as the official tools write them, and the means to make them.
#![expect(
    clippy::disallowed_methods,
    reason = "tests prepare the files that the store finds"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lakekey_core::Token;
use tempfile::TempDir;

/// A home folder with a token cache in it.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        chmod(home.path(), 0o700);
        Self(home)
    }

    pub(crate) fn with(cache: impl AsRef<[u8]>) -> Self {
        let home = Self::empty();
        make_private(&home.folder());
        write(&home.cache(), cache);
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.path().join(".databricks")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.folder().join("token-cache.json")
    }

    pub(crate) fn store(&self) -> lakekey_store::FileStore {
        lakekey_store::FileStore::in_home(self.path())
    }

    /// The names in the folder of the cache, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .folder()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub(crate) fn make_private(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    chmod(folder, 0o700);
}

pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).unwrap();
    chmod(path, 0o600);
}

/// Makes a file look as if it was last written this many days ago.
pub(crate) fn age(path: &Path, days: u64) {
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(then).unwrap();
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

pub(crate) fn read_bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

#[cfg(unix)]
pub(crate) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn chmod(_: &Path, _: u32) {}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt;
    path.symlink_metadata().unwrap().mode() & 0o7777
}

/// A moment as seconds since 1970.
pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A token like those of a server, recognisable by its name.
pub(crate) fn token(name: &str) -> Token {
    Token::bearer(format!("access-{name}"))
        .with_refresh(format!("refresh-{name}"))
        .lasting(at(1_790_000_000), Duration::from_secs(3600))
}

/// A cache with the keys and the layout of the official tools, and members they may add one day.
pub(crate) const OFFICIAL: &str = r#"{
  "version": 1,
  "tokens": {
    "dev": {
      "access_token": "access-dev",
      "token_type": "Bearer",
      "refresh_token": "refresh-dev",
      "expiry": "2026-08-21T14:03:11.123456789+02:00",
      "expires_in": 3600,
      "big": 123456789012345678901234567890.10e+400,
      "nested": {"b": [1.0, {"a":null}],  "a": "\u003c\/é"}
    },
    "hand-made": {
      "access_token": "access-hand-made"
    },
    "https://accounts.cloud.databricks.com/oidc/accounts/968367da-7edd-44f7-9dea-3e0b20b0ec97": {
      "access_token": "access-account",
      "token_type": "Bearer",
      "refresh_token": "refresh-account",
      "expiry": "2026-08-21T12:03:11Z"
    },
    "https://acme.cloud.databricks.com": {
      "access_token": "access-host",
      "token_type": "Bearer",
      "expiry": "2026-08-21T12:03:11Z"
    },
    "odd \u0026 \u003cquoted\u003e": {
      "access_token": "access-odd",
      "expiry": "0001-01-01T00:00:00Z"
    }
  },
  "settings": {"x":  [1, 2.50]},
  "zeta": 1e400
}"#;
