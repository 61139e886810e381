//! What the demo is played on: a mock server, a home folder, a clock.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use lakekey::{
    ACCOUNT_ID, AUTH_TYPE, Clock, Code, Credentials, Environment, Error, HOST, Origin, Settings,
};
use lakekey_mock::{Consent, DEFAULT_ACCOUNT_ID, Listening, Mock, Recorded, Setup};
use tempfile::TempDir;

use super::clock::AheadClock;
use crate::machine::U2M;

/// Everything there is; it is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Stage {
    mock: Listening,
    home: TempDir,
    clock: Arc<AheadClock>,
    /// The number of the last request that was shown.
    shown: Cell<u64>,
}

impl Stage {
    /// Starts the server, and makes the folder.
    pub(super) fn build() -> Result<Self, Error> {
        let mut setup = Setup::workspace();
        setup.consent = Consent::Ask;
        let mock = Mock::new(setup).listen().map_err(|error| {
            Error::new(
                Code::ListenerUnavailable,
                "no port of this machine can be opened",
            )
            .caused_by(error)
        })?;
        let home = tempfile::Builder::new()
            .prefix("lakekey-demo-")
            .tempdir()
            .map_err(|error| {
                Error::new(Code::StoreIo, "no temporary folder can be made")
                    .with_hint("point TMPDIR to a folder that can be written")
                    .caused_by(error)
            })?;
        Ok(Self {
            mock,
            home,
            clock: Arc::default(),
            shown: Cell::default(),
        })
    }

    pub(super) fn workspace_host(&self) -> String {
        self.mock.url()
    }

    pub(super) fn account_host(&self) -> String {
        self.mock.url_of("accounts.localhost")
    }

    /// Credentials for the workspace.
    pub(super) fn workspace(&self) -> Result<Credentials, Error> {
        self.credentials("workspace", &self.workspace_host(), None)
    }

    /// Credentials for the account.
    pub(super) fn account(&self) -> Result<Credentials, Error> {
        self.credentials("account", &self.account_host(), Some(DEFAULT_ACCOUNT_ID))
    }

    /// Puts both clocks forward, that of the server and our own.
    pub(super) fn let_pass(&self, time: Duration) {
        self.clock.advance(time);
        self.mock.with(|mock| mock.clock().advance(time));
    }

    /// The requests since the last look.
    pub(super) fn news(&self) -> Vec<Recorded> {
        let all = self.mock.with(|mock| mock.requests().to_vec());
        let last = self
            .shown
            .replace(all.last().map_or(0, |request| request.sequence));
        all.into_iter()
            .filter(|request| request.sequence > last)
            .collect()
    }

    fn credentials(
        &self,
        profile: &str,
        host: &str,
        account_id: Option<&str>,
    ) -> Result<Credentials, Error> {
        let mut settings = Settings::default()
            .with(&HOST, host, Origin::Explicit)
            .with(&AUTH_TYPE, U2M, Origin::Explicit)
            .with_profile(profile);
        if let Some(id) = account_id {
            settings = settings.with(&ACCOUNT_ID, id, Origin::Explicit);
        }
        let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        Credentials::builder()
            .environment(Environment::from([(home, self.home.path())]))
            .settings(settings)
            .clock(Arc::clone(&self.clock) as Arc<dyn Clock>)
            .build()
    }
}

/// The path that lists the workspaces of the mock's account.
pub(super) fn workspaces_path() -> String {
    format!("/api/2.0/accounts/{DEFAULT_ACCOUNT_ID}/workspaces")
}
