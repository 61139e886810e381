//! A sign-in that waits for its browser.

use url::Url;

use super::super::support::form_of;
use crate::case::{Finding, same, there};
use crate::probe::{Lakekey, Outcome, Probe, Running, Server, header};

/// A sign-in, and the address it gave out.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) running: Running,
    pub(super) address: Url,
}

impl Waiting {
    /// Starts the command, up to the address.
    pub(super) fn start(lakekey: Lakekey) -> Finding<Self> {
        let mut running = lakekey.start()?;
        let address = running.authorization_url()?.parse()?;
        Ok(Self { running, address })
    }

    /// A sign-in at that server, of which nobody opens a browser.
    pub(super) fn at(probe: &mut Probe, server: &Server, arguments: &[&str]) -> Finding<Self> {
        let words = [&LOGIN, &["--host", server.url()], arguments].concat();
        Self::start(probe.lakekey(&words)?)
    }

    /// The port that the browser is sent back to.
    pub(super) fn port(&self) -> Finding<u16> {
        let form = form_of(&self.address);
        let uri: Url = there("the redirect URI", form.get("redirect_uri"))?.parse()?;
        there("the port of the redirect URI", uri.port())
    }

    /// Signs in at the server, and gives the address that the browser is sent back to.
    pub(super) fn callback(&self, probe: &Probe) -> Finding<Url> {
        let answer = probe.browser().look(self.address.as_str())?;
        Ok(header(&answer, "location").parse()?)
    }

    /// Opens the address as a person does, and waits for the end of the sign-in, which must be good.
    pub(super) fn finish(self, probe: &mut Probe) -> Finding<Outcome> {
        let page = probe.browser().open(self.address.as_str())?;
        same("the status of the last page", page.status(), 200)?;
        good(probe, self.running)
    }
}

/// Waits for the end of a sign-in, which must be good.
pub(super) fn good(probe: &mut Probe, running: Running) -> Finding<Outcome> {
    let outcome = running.finish()?;
    outcome.went_well()?;
    probe.saw("ok");
    Ok(outcome)
}

/// The files in the home folder, what is known of hosts left out.
pub(super) fn files(probe: &mut Probe) -> Finding<Vec<String>> {
    let mut names = probe.home()?.names("")?;
    names.retain(|name| !name.starts_with(HOSTS) && !HOSTS.starts_with(name.as_str()));
    Ok(names)
}

/// The words of a sign-in.
pub(super) const LOGIN: [&str; 2] = ["auth", "login"];
pub(super) const NOTHING: [&str; 0] = [];
const HOSTS: &str = ".databricks/lakekey/hosts";
