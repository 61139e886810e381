//! A person who signed in at a mock on a socket, and the processes that use the login.

use std::time::Duration;

use http::Request;
use http::header::AUTHORIZATION;
use lakekey_mock::{Endpoint, Fault, Setup};
use serde_json::Value;

use super::super::support::login;
use super::keyring::Keyring;
use crate::case::{Finding, holds, same, there};
use crate::probe::{Lakekey, Outcome, Probe, Server, TOKEN_CACHE, json};

/// A login of the profile `dev`, by the command, as all processes of this home folder see it.
#[derive(Debug)]
pub(super) struct Processes {
    pub(super) server: Server,
}

impl Processes {
    /// Signs in, which only sets the scene.
    pub(super) fn signed_in(probe: &mut Probe) -> Finding<Self> {
        let server = probe.listening(Setup::workspace())?;
        login(probe, &["--host", server.url(), "--profile", PROFILE])?;
        probe.count_from_here();
        probe.token_is_output();
        Ok(Self { server })
    }

    /// The same, and its access token has ended since.
    pub(super) fn expired(probe: &mut Probe) -> Finding<Self> {
        let processes = Self::signed_in(probe)?;
        ending(probe, LONG_AGO)?;
        Ok(processes)
    }

    /// The same in a keyring: a login whose first token has ended when it comes.
    pub(super) fn expired_in(probe: &mut Probe, keyring: &Keyring) -> Finding<Self> {
        let server = probe.listening(Setup::workspace())?;
        let over = Fault::new("token.set").param("expires_in", 0);
        server.inject(over.on(Endpoint::Token).times(1))?;
        let words = ["auth", "login", "--no-browser", "--profile", PROFILE];
        let command = probe.lakekey(&[&words[..], &["--host", server.url()]].concat())?;
        let mut running = keyring.around(command).start()?;
        probe.browser().open(&running.authorization_url()?)?;
        let outcome = running.finish()?;
        outcome.went_well()?;
        server.clear_faults();
        probe.count_from_here();
        probe.token_is_output();
        Ok(Self { server })
    }

    /// `lakekey auth token` for the login.
    pub(super) fn token(probe: &mut Probe, arguments: &[&str]) -> Finding<Lakekey> {
        let words = ["auth", "token", "--profile", PROFILE];
        probe.lakekey(&[&words, arguments].concat())
    }

    /// Puts a fault in force for token requests.
    pub(super) fn inject(&self, fault: Fault) -> Finding {
        self.server.inject(fault.on(Endpoint::Token))?;
        Ok(())
    }

    /// Fails unless the API takes this access token.
    pub(super) fn works(&self, access: &str) -> Finding {
        let request = Request::get(format!("{}{ME}", self.server.url()))
            .header(AUTHORIZATION, format!("Bearer {access}"));
        let response = self.server.send(request.body(Vec::new())?)?;
        same("the status of a call", response.status(), 200)?;
        json(&response).map(drop)
    }

    /// Fails unless no refresh token was ever presented again after it was spent.
    pub(super) fn nothing_reused(&self) -> Finding {
        let reused = self.server.with(|mock| mock.counters().reuse_detected);
        same("refresh tokens that were used again", reused, 0)
    }
}

/// The access token that a command printed, which must have succeeded.
pub(super) fn printed(outcome: &Outcome) -> Finding<String> {
    outcome.went_well()?;
    let answer: Value = serde_json::from_str(&outcome.stdout)?;
    let access = there("the access token", answer["access_token"].as_str())?;
    Ok(access.to_owned())
}

/// The entry of the login in the token cache.
pub(super) fn entry(probe: &mut Probe) -> Finding<Value> {
    Ok(cache(probe)?["tokens"][PROFILE].clone())
}

/// Lets every login in the token cache end at this moment, as text.
pub(super) fn ending(probe: &mut Probe, moment: &str) -> Finding {
    let mut cache = cache(probe)?;
    let tokens = there("the tokens", cache["tokens"].as_object_mut())?;
    holds(!tokens.is_empty(), "nothing is stored")?;
    for token in tokens.values_mut() {
        token["expiry"] = moment.into();
    }
    probe.home()?.write(TOKEN_CACHE, cache.to_string())
}

fn cache(probe: &mut Probe) -> Finding<Value> {
    let text = there("the token cache", probe.home()?.read(TOKEN_CACHE)?)?;
    Ok(serde_json::from_str(&text)?)
}

/// An answer that says that the server is down, and that it can be asked again at once.
pub(super) fn unavailable() -> Fault {
    Fault::new("http.status")
        .param("status", 503)
        .and("http.headers")
        .param("set", r#"{"retry-after":"0"}"#)
}

/// Takes away that a refresh token works once, or brings it back: `strict`, `grace`, `never`.
pub(super) fn rotation(mode: &str) -> Fault {
    Fault::new("token.rotation").param("mode", mode)
}

pub(super) const PROFILE: &str = "dev";
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);
const LONG_AGO: &str = "2020-01-01T00:00:00Z";
const ME: &str = "/api/2.0/preview/scim/v2/Me";
