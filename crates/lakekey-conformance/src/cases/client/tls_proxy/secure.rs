//! A mock behind TLS, and a person who signs in there with the command.

use lakekey_mock::Setup;

use crate::case::{Finding, Wrong, same};
use crate::probe::{Lakekey, Outcome, Probe, Server};

/// A mock behind TLS, and the file with the certificate of its authority.
#[derive(Debug)]
pub(super) struct Secure {
    pub(super) server: Server,
    /// The path of the file.
    pub(super) ca_file: String,
}

impl Secure {
    /// A mock whose certificate is for loopback, for [`HOST`] and for [`NOT_LOOPBACK`].
    pub(super) fn new(probe: &mut Probe) -> Finding<Self> {
        let mut setup = Setup::workspace();
        setup.tls = true;
        setup.tls_names = vec![HOST.to_owned(), NOT_LOOPBACK.to_owned()];
        let server = probe.listening(setup)?;
        let ca_file = format!("ca-{}.pem", server.port()?);
        let home = probe.home()?;
        home.write(&ca_file, server.ca_pem()?)?;
        let ca_file = home.file(&ca_file).display().to_string();
        Ok(Self { server, ca_file })
    }

    /// A sign-in at that host, by the command, with these further arguments.
    pub(super) fn login(probe: &mut Probe, host: &str, arguments: &[&str]) -> Finding<Lakekey> {
        let words = ["auth", "login", "--no-browser", "--output=json"];
        let place = ["--profile", PROFILE, "--host", host];
        probe.lakekey(&[&words, &place, arguments].concat())
    }

    /// The same, trusting the authority of this mock.
    pub(super) fn trusting_login(&self, probe: &mut Probe, host: &str) -> Finding<Lakekey> {
        Self::login(probe, host, &["--ca-file", &self.ca_file])
    }

    /// Carries a sign-in through that must succeed.
    pub(super) fn signed_in(&self, probe: &Probe, login: Lakekey) -> Finding {
        let mut running = login.start()?;
        let address = running.authorization_url()?;
        probe.browser().open(&self.server.approve(&address)?)?;
        let outcome = running.finish()?;
        outcome.went_well()
    }

    /// Runs a sign-in that must fail before there is anything to approve, and before the mock hears of it.
    pub(super) fn kept_out(&self, login: Lakekey) -> Finding<Outcome> {
        let before = self.server.requests().len();
        let mut running = login.start()?;
        if running.authorization_url().is_ok() {
            return Err(Wrong::new("the metadata of the host were taken"));
        }
        let outcome = running.finish()?;
        same(
            "the requests that the mock heard",
            self.server.requests().len() - before,
            0,
        )?;
        Ok(outcome)
    }
}

/// A workspace that exists behind a proxy only.
pub(super) const HOST: &str = "workspace.example.com";
/// This machine by an address that is not a loopback address: a connection to it needs no name and no network.
pub(super) const NOT_LOOPBACK: &str = "0.0.0.0";
pub(super) const PROFILE: &str = "dev";
